#include "dataplane/media/frame_header.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "dataplane/media/big_endian.h"
#include "dataplane/media/bit_reader.h"

namespace nearcast::media {
namespace {

constexpr int kNalUnitsVisitedMax = 64;
constexpr int kModExMax =
    8;  // modifiers before the real packet type; each costs the peer at least three bytes

// E.4.3.1: frame types, and packet types of AVC.
constexpr uint32_t kKeyFrame = 1, kDisposableInterFrame = 3, kGeneratedKeyFrame = 4;
constexpr uint32_t kCommandFrame = 5;
constexpr uint32_t kAvcSequenceHeader = 0, kAvcNalUnits = 1, kAvcEndOfSequence = 2;

// Enhanced RTMP: packet types that audio and video share, and the two that differ.
constexpr uint32_t kSequenceStart = 0, kCodedFrames = 1, kSequenceEnd = 2, kCodedFramesX = 3;
constexpr uint32_t kModEx = 7, kVideoMultitrack = 6, kAudioMultitrack = 5;
constexpr uint32_t kVideoMetadata = 4;
constexpr uint32_t kAudioExHeader = 9;
constexpr uint32_t kOneTrack = 0;

constexpr uint32_t FourCc(const char (&name)[5]) {
  return static_cast<uint32_t>(static_cast<uint8_t>(name[0])) << 24 |
         static_cast<uint32_t>(static_cast<uint8_t>(name[1])) << 16 |
         static_cast<uint32_t>(static_cast<uint8_t>(name[2])) << 8 | static_cast<uint8_t>(name[3]);
}

Codec CodecOfFourCc(uint32_t four_cc) {
  switch (four_cc) {
    case FourCc("avc1"):
      return Codec::kH264;
    case FourCc("hvc1"):
      return Codec::kH265;
    case FourCc("av01"):
      return Codec::kAv1;
    case FourCc("vp08"):
      return Codec::kVp8;
    case FourCc("vp09"):
      return Codec::kVp9;
    case FourCc("mp4a"):
      return Codec::kAac;
    case FourCc(".mp3"):
      return Codec::kMp3;
    case FourCc("Opus"):
      return Codec::kOpus;
    case FourCc("fLaC"):
      return Codec::kFlac;
    case FourCc("ac-3"):
      return Codec::kAc3;
    case FourCc("ec-3"):
      return Codec::kEac3;
  }
  return Codec::kUnknown;
}

// Codec ids 12 and 13 are no part of the FLV specification but a wide-spread habit for H.265 and
// AV1.
Codec CodecOfVideoId(uint32_t id) {
  switch (id) {
    case 7:
      return Codec::kH264;
    case 12:
      return Codec::kH265;
    case 13:
      return Codec::kAv1;
  }
  return Codec::kUnknown;
}

Codec CodecOfSoundFormat(uint32_t format) {
  switch (format) {
    case 2:
    case 14:
      return Codec::kMp3;
    case 7:
      return Codec::kG711A;
    case 8:
      return Codec::kG711U;
    case 10:
      return Codec::kAac;
    case 11:
      return Codec::kSpeex;
    case 13:
      return Codec::kOpus;  // the same habit
  }
  return Codec::kUnknown;
}

bool HasNalUnits(Codec codec) { return codec == Codec::kH264 || codec == Codec::kH265; }

int32_t ReadCompositionTime(BitReader* reader) {
  return static_cast<int32_t>(reader->Bits(24) << 8) >> 8;  // SI24
}

// Passes over one modifier; returns the packet type behind it.
uint32_t SkipModEx(BitReader* reader) {
  uint32_t size = reader->Bits(8) + 1;
  if (size == 256) size = reader->Bits(16) + 1;
  reader->Skip(size_t{size} * 8);
  reader->Skip(4);
  return reader->Bits(4);
}

// Enhanced RTMP: reads modifiers, multitrack header and FourCC; leaves the reader at the codec's
// body and returns the packet type.
uint32_t ReadExHeader(uint32_t packet_type, uint32_t multitrack_type, BitReader* reader,
                      Codec* codec) {
  for (int i = 0; packet_type == kModEx && i < kModExMax; ++i) packet_type = SkipModEx(reader);
  if (packet_type != multitrack_type) {
    *codec = CodecOfFourCc(reader->Bits(32));
    return packet_type;
  }
  const uint32_t tracks = reader->Bits(4);
  packet_type = reader->Bits(4);
  *codec = CodecOfFourCc(reader->Bits(32));  // of all tracks, or of the first one
  reader->Skip(8);                           // track id
  if (tracks != kOneTrack) reader->Skip(24);
  return packet_type;
}

void ReadExVideo(BitReader* reader, uint32_t packet_type, bool command, FrameHeader* header) {
  if (command && packet_type != kVideoMetadata) return;  // a seek marker: no FourCC follows
  packet_type = ReadExHeader(packet_type, kVideoMultitrack, reader, &header->codec);
  header->sequence_header = packet_type == kSequenceStart;
  header->end_of_sequence = packet_type == kSequenceEnd;
  if (packet_type == kCodedFrames && HasNalUnits(header->codec)) {
    header->composition_ms = ReadCompositionTime(reader);
  }
  const bool coded = packet_type == kCodedFrames || packet_type == kCodedFramesX;
  if (!coded) header->disposable = false;
}

void ReadLegacyVideo(BitReader* reader, uint32_t codec_id, FrameHeader* header) {
  header->codec = CodecOfVideoId(codec_id);
  if (header->codec == Codec::kUnknown) return;
  const uint32_t packet_type = reader->Bits(8);
  header->sequence_header = packet_type == kAvcSequenceHeader;
  header->end_of_sequence = packet_type == kAvcEndOfSequence;
  const int32_t composition_ms = ReadCompositionTime(reader);
  if (packet_type == kAvcNalUnits) header->composition_ms = composition_ms;
}

FrameHeader ReadVideo(BitReader* reader) {
  FrameHeader header;
  header.kind = FrameKind::kVideo;
  const bool enhanced = reader->Bits(1) == 1;
  const uint32_t frame_type = reader->Bits(3);
  const uint32_t low_bits = reader->Bits(4);
  header.keyframe = frame_type == kKeyFrame || frame_type == kGeneratedKeyFrame;
  header.disposable = frame_type == kDisposableInterFrame;
  const bool command = frame_type == kCommandFrame;
  if (enhanced) {
    ReadExVideo(reader, low_bits, command, &header);
  } else if (!command) {
    ReadLegacyVideo(reader, low_bits, &header);
  }
  return header;
}

FrameHeader ReadAudio(BitReader* reader) {
  FrameHeader header;
  header.kind = FrameKind::kAudio;
  const uint32_t format = reader->Bits(4);
  const uint32_t low_bits = reader->Bits(4);
  if (format == kAudioExHeader) {
    const uint32_t packet_type = ReadExHeader(low_bits, kAudioMultitrack, reader, &header.codec);
    header.sequence_header = packet_type == kSequenceStart;
    header.end_of_sequence = packet_type == kSequenceEnd;
    return header;
  }
  header.codec = CodecOfSoundFormat(format);
  if (header.codec == Codec::kAac) header.sequence_header = reader->Bits(8) == 0;
  return header;
}

// Whether an Enhanced RTMP body is a multitrack one with more than one track.
bool HasSeveralTracks(FrameKind kind, absl::string_view payload) {
  BitReader reader(payload);
  const bool video = kind == FrameKind::kVideo;
  const bool enhanced = video ? reader.Bits(1) == 1 : reader.Bits(4) == kAudioExHeader;
  if (!enhanced) return false;
  if (video) reader.Skip(3);
  uint32_t packet_type = reader.Bits(4);
  for (int i = 0; packet_type == kModEx && i < kModExMax; ++i) packet_type = SkipModEx(&reader);
  return packet_type == (video ? kVideoMultitrack : kAudioMultitrack) && reader.Bits(4) != kOneTrack;
}

FrameHeader ReadBody(FrameKind kind, BitReader* reader) {
  switch (kind) {
    case FrameKind::kVideo:
      return ReadVideo(reader);
    case FrameKind::kAudio:
      return ReadAudio(reader);
    case FrameKind::kScript:
      break;
  }
  return FrameHeader{};
}

// The first slice speaks for the picture: H.264 7.4.1 makes nal_ref_idc zero in all of its slices
// or in none, and the slices of an IDR picture have its type. H.265's sub-layer non-reference types
// say less than nal_ref_idc 0 (upper layers may refer to them), so that an H.265 frame is
// disposable only when FLV says so.
void ReadFirstSlice(absl::string_view units, int nal_length_bytes, FrameHeader* header) {
  size_t offset = 0;
  for (int i = 0; i < kNalUnitsVisitedMax; ++i) {
    if (units.size() - offset <= static_cast<size_t>(nal_length_bytes)) return;
    const uint64_t length = LoadBigEndian(units, offset, nal_length_bytes);
    offset += nal_length_bytes;
    const uint8_t first = ByteAt(units, offset);
    if (header->codec == Codec::kH264 && (first & 0x1F) >= 1 && (first & 0x1F) <= 5) {
      header->idr = (first & 0x1F) == 5;
      header->disposable |= (first & 0x60) == 0;
      return;
    }
    const int h265_type = first >> 1 & 0x3F;
    if (header->codec == Codec::kH265 && h265_type < 32) {
      header->idr = h265_type == 19 || h265_type == 20;  // IDR_W_RADL, IDR_N_LP
      return;
    }
    if (length > units.size() - offset) return;
    offset += length;
  }
}

}  // namespace

absl::StatusOr<FrameHeader> ParseFrameHeader(FrameKind kind, uint32_t dts_ms,
                                             absl::string_view payload, int nal_length_bytes) {
  BitReader reader(payload);
  FrameHeader header = ReadBody(kind, &reader);
  header.dts_ms = dts_ms;
  if (!reader.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(kind == FrameKind::kVideo ? "video" : "audio",
                                                   " message of ", payload.size(),
                                                   " bytes ends inside its header"));
  }
  if (HasNalUnits(header.codec) && !header.sequence_header && !header.end_of_sequence) {
    ReadFirstSlice(reader.Rest(), nal_length_bytes, &header);
  }
  return header;
}

absl::string_view SequenceHeaderConfig(FrameKind kind, absl::string_view payload) {
  BitReader reader(payload);
  const FrameHeader header = ReadBody(kind, &reader);
  if (!reader.ok() || !header.sequence_header) return {};
  return reader.Rest();
}

absl::string_view CodedBytes(FrameKind kind, absl::string_view payload) {
  if (kind == FrameKind::kScript) return {};
  BitReader reader(payload);
  const FrameHeader header = ReadBody(kind, &reader);
  if (!reader.ok() || header.sequence_header || header.end_of_sequence) return {};
  if (header.codec == Codec::kUnknown || HasSeveralTracks(kind, payload)) return {};
  return reader.Rest();
}

absl::string_view CodecName(Codec codec) {
  switch (codec) {
    case Codec::kUnknown:
      break;
    case Codec::kH264:
      return "h264";
    case Codec::kH265:
      return "h265";
    case Codec::kAv1:
      return "av1";
    case Codec::kVp8:
      return "vp8";
    case Codec::kVp9:
      return "vp9";
    case Codec::kAac:
      return "aac";
    case Codec::kMp3:
      return "mp3";
    case Codec::kOpus:
      return "opus";
    case Codec::kFlac:
      return "flac";
    case Codec::kAc3:
      return "ac3";
    case Codec::kEac3:
      return "eac3";
    case Codec::kG711A:
      return "g711a";
    case Codec::kG711U:
      return "g711u";
    case Codec::kSpeex:
      return "speex";
  }
  return "unknown";
}

}  // namespace nearcast::media
