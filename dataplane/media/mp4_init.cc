#include "dataplane/media/mp4_init.h"

#include "dataplane/media/mp4_box.h"

namespace nearcast::media {
namespace {

void Put(uint64_t value, int width, std::string* out) { AppendBigEndian(value, width, out); }
void PutZeros(size_t count, std::string* out) { out->append(count, '\0'); }
void PutText(absl::string_view text, std::string* out) { out->append(text.data(), text.size()); }

void PutMatrix(std::string* out) {
  for (const uint32_t value : {0x10000u, 0u, 0u, 0u, 0x10000u, 0u, 0u, 0u, 0x40000000u}) {
    Put(value, 4, out);
  }
}

struct TrackShape {
  uint32_t id = 0;
  bool video = false;
  uint32_t hz = 0;
  uint32_t width_px = 0;
  uint32_t height_px = 0;
};

void PutMovieHeader(std::string* out) {
  Mp4Box box("mvhd", 0, 0, out);
  PutZeros(8, out);  // creation, modification
  Put(1000, 4, out);
  Put(0, 4, out);  // duration: not known
  Put(0x10000, 4, out);
  Put(0x0100, 2, out);
  PutZeros(10, out);
  PutMatrix(out);
  PutZeros(24, out);
  Put(kMp4AudioTrack + 1, 4, out);  // next track
}

void PutTrackHeader(const TrackShape& track, std::string* out) {
  Mp4Box box("tkhd", 0, 7, out);
  PutZeros(8, out);
  Put(track.id, 4, out);
  PutZeros(8, out);   // reserved, duration
  PutZeros(12, out);  // reserved, layer, group
  Put(track.video ? 0 : 0x0100, 2, out);
  Put(0, 2, out);
  PutMatrix(out);
  Put(track.width_px << 16, 4, out);
  Put(track.height_px << 16, 4, out);
}

void PutMediaHeader(const TrackShape& track, std::string* out) {
  {
    Mp4Box box("mdhd", 0, 0, out);
    PutZeros(8, out);
    Put(track.hz, 4, out);
    Put(0, 4, out);
    Put(0x55C4, 2, out);  // language "und"
    Put(0, 2, out);
  }
  Mp4Box box("hdlr", 0, 0, out);
  Put(0, 4, out);
  PutText(track.video ? "vide" : "soun", out);
  PutZeros(12, out);
  PutText(absl::string_view(track.video ? "video\0" : "sound\0", 6), out);
}

void PutVideoEntry(const VideoConfig& video, std::string* out) {
  const bool avc = video.codec == Codec::kH264;
  Mp4Box entry(avc ? "avc1" : "hvc1", out);
  PutZeros(6, out);
  Put(1, 2, out);  // data reference
  PutZeros(16, out);
  Put(video.width_px, 2, out);
  Put(video.height_px, 2, out);
  Put(0x480000, 4, out);  // 72 dpi
  Put(0x480000, 4, out);
  Put(0, 4, out);
  Put(1, 2, out);     // frames per sample
  PutZeros(32, out);  // compressor
  Put(0x18, 2, out);  // depth
  Put(0xFFFF, 2, out);
  Mp4Box config(avc ? "avcC" : "hvcC", out);
  PutText(video.record, out);
}

// Descriptors of one byte of length: a config is a few bytes.
void PutDescriptor(uint8_t tag, const std::string& body, std::string* out) {
  Put(tag, 1, out);
  Put(body.size(), 1, out);
  PutText(body, out);
}

void PutElementaryStream(const AudioConfig& audio, std::string* out) {
  constexpr size_t kConfigBytesMax = 64;
  std::string decoder;
  Put(audio.codec == Codec::kAac ? 0x40 : 0x6B, 1, &decoder);
  Put(0x15, 1, &decoder);  // audio stream
  PutZeros(11, &decoder);  // buffer size, bit rates: not known
  const absl::string_view record = absl::string_view(audio.record).substr(0, kConfigBytesMax);
  if (!record.empty()) PutDescriptor(5, std::string(record.data(), record.size()), &decoder);
  std::string stream;
  Put(0, 3, &stream);  // ES_ID, flags
  PutDescriptor(4, decoder, &stream);
  PutDescriptor(6, std::string(1, 2), &stream);
  Mp4Box box("esds", 0, 0, out);
  PutDescriptor(3, stream, out);
}

// OpusHead has its numbers the other way round.
void PutOpusConfig(const AudioConfig& audio, std::string* out) {
  Mp4Box box("dOps", out);
  Put(0, 1, out);
  Put(audio.channels, 1, out);
  if (audio.record.size() < 19) {
    Put(0, 2, out);
    Put(audio.sample_hz, 4, out);
    PutZeros(3, out);
    return;
  }
  const auto put_reversed = [&](size_t at, size_t width) {
    for (size_t i = width; i > 0; --i) out->push_back(audio.record[at + i - 1]);
  };
  put_reversed(10, 2);  // pre-skip
  put_reversed(12, 4);  // input sample rate
  put_reversed(16, 2);  // output gain
  out->append(audio.record, 18, std::string::npos);
}

void PutAudioEntry(const AudioConfig& audio, std::string* out) {
  Mp4Box entry(audio.codec == Codec::kOpus ? "Opus" : "mp4a", out);
  PutZeros(6, out);
  Put(1, 2, out);
  PutZeros(8, out);
  Put(audio.channels, 2, out);
  Put(16, 2, out);
  PutZeros(4, out);
  Put(audio.sample_hz < 65536 ? audio.sample_hz << 16 : 0, 4, out);
  if (audio.codec == Codec::kOpus) {
    PutOpusConfig(audio, out);
  } else {
    PutElementaryStream(audio, out);
  }
}

void PutSampleTable(const MediaConfig& config, const TrackShape& track, std::string* out) {
  Mp4Box table("stbl", out);
  {
    Mp4Box box("stsd", 0, 0, out);
    Put(1, 4, out);
    if (track.video) {
      PutVideoEntry(*config.video, out);
    } else {
      PutAudioEntry(*config.audio, out);
    }
  }
  for (const char* name : {"stts", "stsc", "stco"}) {
    Mp4Box box(name, 0, 0, out);
    Put(0, 4, out);
  }
  Mp4Box box("stsz", 0, 0, out);
  PutZeros(8, out);
}

void PutTrack(const MediaConfig& config, const TrackShape& track, std::string* out) {
  Mp4Box trak("trak", out);
  PutTrackHeader(track, out);
  Mp4Box media("mdia", out);
  PutMediaHeader(track, out);
  Mp4Box information("minf", out);
  if (track.video) {
    Mp4Box box("vmhd", 0, 1, out);
    PutZeros(8, out);
  } else {
    Mp4Box box("smhd", 0, 0, out);
    PutZeros(4, out);
  }
  {
    Mp4Box data("dinf", out);
    Mp4Box references("dref", 0, 0, out);
    Put(1, 4, out);
    Mp4Box url("url ", 0, 1, out);  // in this file
  }
  PutSampleTable(config, track, out);
}

void PutExtends(uint32_t track, std::string* out) {
  Mp4Box box("trex", 0, 0, out);
  Put(track, 4, out);
  Put(1, 4, out);
  PutZeros(12, out);
}

}  // namespace

std::string BuildMp4Init(const MediaConfig& config) {
  std::string out;
  {
    Mp4Box type("ftyp", &out);
    PutText("iso6", &out);
    Put(1, 4, &out);
    PutText("iso6cmfcmp41", &out);
  }
  Mp4Box movie("moov", &out);
  PutMovieHeader(&out);
  if (config.video) {
    PutTrack(config,
             {kMp4VideoTrack, true, kMp4VideoHz, config.video->width_px, config.video->height_px},
             &out);
  }
  if (config.audio) {
    PutTrack(config, {kMp4AudioTrack, false, config.audio->sample_hz, 0, 0}, &out);
  }
  Mp4Box extends("mvex", &out);
  if (config.video) PutExtends(kMp4VideoTrack, &out);
  if (config.audio) PutExtends(kMp4AudioTrack, &out);
  return out;
}

}  // namespace nearcast::media
