#include "dataplane/media/media_config.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "dataplane/media/aac_config.h"
#include "dataplane/media/avc_config.h"
#include "dataplane/media/big_endian.h"
#include "dataplane/media/frame_header.h"
#include "dataplane/media/hevc_config.h"

namespace nearcast::media {
namespace {

constexpr uint32_t kAacSamplesPerFrame = 1024;
constexpr uint32_t kOpusHz = 48000;

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

absl::StatusOr<VideoConfig> FromAvc(absl::string_view record) {
  NC_ASSIGN_OR_RETURN(AvcConfig avc, ParseAvcConfig(record));
  VideoConfig config;
  config.codec = Codec::kH264;
  config.record = Text(record);
  config.nal_length_bytes = avc.nal_length_bytes;
  config.parameter_sets = std::move(avc.sps);
  std::move(avc.pps.begin(), avc.pps.end(), std::back_inserter(config.parameter_sets));
  config.width_px = avc.width_px;
  config.height_px = avc.height_px;
  config.codec_text =
      absl::StrFormat("avc1.%02x%02x%02x", avc.profile, avc.compatibility, avc.level);
  return config;
}

uint32_t ReverseBits(uint32_t value) {
  uint32_t reversed = 0;
  for (int i = 0; i < 32; ++i) reversed |= (value >> i & 1) << (31 - i);
  return reversed;
}

// ISO/IEC 14496-15 E.3.
std::string HevcText(const HevcConfig& hevc) {
  std::string text = "hvc1.";
  if (hevc.profile_space > 0) text.push_back(static_cast<char>('A' + hevc.profile_space - 1));
  absl::StrAppend(&text, static_cast<int>(hevc.profile), ".",
                  absl::StrFormat("%X", ReverseBits(hevc.compatibility)), ".",
                  hevc.high_tier ? "H" : "L", static_cast<int>(hevc.level));
  uint64_t rest = hevc.constraints << 16;
  for (; rest != 0; rest <<= 8) absl::StrAppend(&text, absl::StrFormat(".%X", rest >> 56));
  return text;
}

absl::StatusOr<VideoConfig> FromHevc(absl::string_view record) {
  NC_ASSIGN_OR_RETURN(HevcConfig hevc, ParseHevcConfig(record));
  VideoConfig config;
  config.codec = Codec::kH265;
  config.record = Text(record);
  config.nal_length_bytes = hevc.nal_length_bytes;
  config.parameter_sets = std::move(hevc.parameters);
  config.width_px = hevc.width_px;
  config.height_px = hevc.height_px;
  config.codec_text = HevcText(hevc);
  return config;
}

absl::StatusOr<AudioConfig> FromAac(absl::string_view record) {
  NC_ASSIGN_OR_RETURN(const AacConfig aac, ParseAacConfig(record));
  AudioConfig config;
  config.codec = Codec::kAac;
  config.record = Text(record);
  config.sample_hz = aac.sample_hz;
  config.channels = aac.channel_config == 7 ? 8 : std::max<uint8_t>(1, aac.channel_config);
  config.object_type = aac.object_type;
  config.samples_per_frame = kAacSamplesPerFrame;
  config.codec_text = absl::StrCat("mp4a.40.", static_cast<int>(aac.object_type));
  return config;
}

absl::StatusOr<AudioConfig> FromMp3(absl::string_view frame) {
  constexpr uint32_t kRates[] = {44100, 48000, 32000};
  const uint32_t header = frame.size() < 4 ? 0 : static_cast<uint32_t>(LoadBigEndian(frame, 0, 4));
  const uint32_t version = header >> 19 & 3;  // 0 = 2.5, 2 = 2, 3 = 1
  const uint32_t rate = header >> 10 & 3;
  if (header >> 21 != 0x7FF || version == 1 || rate == 3) {
    return absl::InvalidArgumentError("MP3 frame without a header");
  }
  AudioConfig config;
  config.codec = Codec::kMp3;
  config.sample_hz = kRates[rate] / (version == 3 ? 1 : version == 2 ? 2 : 4);
  config.channels = (header >> 6 & 3) == 3 ? 1 : 2;
  config.samples_per_frame = version == 3 ? 1152 : 576;
  config.codec_text = "mp4a.40.34";
  return config;
}

AudioConfig FromOpus(absl::string_view head) {
  AudioConfig config;
  config.codec = Codec::kOpus;
  config.sample_hz = kOpusHz;
  config.codec_text = "opus";
  if (head.size() >= 19 && absl::StartsWith(head, "OpusHead")) {
    config.record = Text(head);
    config.channels = std::max<uint8_t>(1, ByteAt(head, 9));
  }
  return config;
}

}  // namespace

absl::StatusOr<VideoConfig> ParseVideoConfig(absl::string_view payload) {
  NC_ASSIGN_OR_RETURN(const FrameHeader header, ParseFrameHeader(FrameKind::kVideo, 0, payload));
  const absl::string_view record = SequenceHeaderConfig(FrameKind::kVideo, payload);
  if (header.codec == Codec::kH264) return FromAvc(record);
  if (header.codec == Codec::kH265) return FromHevc(record);
  return absl::UnimplementedError(absl::StrCat("no HLS for video codec ", CodecName(header.codec)));
}

absl::StatusOr<AudioConfig> ParseAudioConfig(absl::string_view payload) {
  NC_ASSIGN_OR_RETURN(const FrameHeader header, ParseFrameHeader(FrameKind::kAudio, 0, payload));
  const absl::string_view record = SequenceHeaderConfig(FrameKind::kAudio, payload);
  if (header.codec == Codec::kAac) return FromAac(record);
  if (header.codec == Codec::kMp3) return FromMp3(CodedBytes(FrameKind::kAudio, payload));
  if (header.codec == Codec::kOpus) return FromOpus(record);
  return absl::UnimplementedError(absl::StrCat("no HLS for audio codec ", CodecName(header.codec)));
}

uint32_t OpusPacketSamples(absl::string_view packet) {
  if (packet.empty()) return 0;
  const uint32_t toc = ByteAt(packet, 0);
  const uint32_t config = toc >> 3;
  uint32_t samples = 0;
  if (config < 12) {
    constexpr uint32_t kSilk[] = {480, 960, 1920, 2880};
    samples = kSilk[config & 3];
  } else if (config < 16) {
    samples = (config & 1) != 0 ? 960 : 480;
  } else {
    samples = 120u << (config & 3);
  }
  const uint32_t code = toc & 3;
  if (code == 0) return samples;
  if (code < 3) return 2 * samples;
  return packet.size() < 2 ? 0 : (ByteAt(packet, 1) & 0x3Fu) * samples;
}

std::string CodecsText(const MediaConfig& config) {
  std::string text;
  if (config.video) text = config.video->codec_text;
  if (config.audio) absl::StrAppend(&text, text.empty() ? "" : ",", config.audio->codec_text);
  return text;
}

}  // namespace nearcast::media
