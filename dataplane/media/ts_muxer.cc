#include "dataplane/media/ts_muxer.h"

#include <algorithm>
#include <utility>

#include "dataplane/media/adts.h"
#include "dataplane/media/nal_units.h"
#include "dataplane/media/ts_tables.h"

namespace nearcast::media {
namespace {

constexpr int64_t kHz = 90'000;
constexpr int64_t kPerMs = kHz / 1000;
constexpr int64_t kPcrAhead = 100 * kPerMs;
constexpr int64_t kPcrApartMax = 80 * kPerMs;  // the standard's limit is 100 ms
constexpr size_t kSoundBytesMax = 16'000;
constexpr size_t kSoundFrameBytesMax = 60'000;  // with its packet's header below 65,536
constexpr uint8_t kVideoStream = 0xE0, kAudioStream = 0xC0, kPrivateStream = 0xBD;

// An Opus packet in TS has a control header: 11 bits of sync, flags, its size in 255s.
void AppendOpus(absl::string_view packet, std::string* out) {
  out->append("\x7F\xE0", 2);
  size_t size = packet.size();
  for (; size >= 255; size -= 255) out->push_back(static_cast<char>(255));
  out->push_back(static_cast<char>(size));
  out->append(packet.data(), packet.size());
}

}  // namespace

void TsMuxer::BeginSection(const MediaConfig& config) {
  config_ = config;
  pat_ = BuildPat();
  pmt_ = BuildPmt(config, sections_);
  mark_discontinuity_ = sections_ > 0;
  ++sections_;
  clock_.reset();
  if (config_.audio) clock_.emplace(config_.audio->sample_hz);
  sound_.clear();
  early_ = 0;
}

void TsMuxer::BeginPiece(std::string* out) {
  packets_.WriteSection(kTsPatPid, pat_, out);
  packets_.WriteSection(kTsPmtPid, pmt_, out);
}

void TsMuxer::Add(const CodedFrame& frame, std::string* out) {
  const bool video = frame.kind == FrameKind::kVideo;
  if (frame.bytes.empty() || (video ? !config_.video.has_value() : !config_.audio.has_value())) {
    ++left_out_;
  } else if (video) {
    AddVideo(frame, out);
  } else {
    AddAudio(frame, out);
  }
}

// Decoding must not come after showing, nor go back; a stream with negative composition times is
// decoded that much earlier from there on.
int64_t TsMuxer::DecodingTime(int64_t dts, int64_t pts) {
  early_ = std::max(early_, dts - pts);
  last_video_dts_ = std::min(std::max(dts - early_, last_video_dts_ + 1), pts);
  return last_video_dts_;
}

void TsMuxer::AddVideo(const CodedFrame& frame, std::string* out) {
  unit_.clear();
  AppendAnnexB({.codec = config_.video->codec,
                .nal_length_bytes = config_.video->nal_length_bytes,
                .parameter_sets = &config_.video->parameter_sets},
               frame.key, frame.bytes, &unit_);
  if (unit_.empty()) {
    ++left_out_;
    return;
  }
  const int64_t dts = (frame.dts_ms + kTsStartMs) * kPerMs;
  const int64_t pts = std::max(dts + int64_t{frame.composition_ms} * kPerMs, kPcrAhead);
  PesPacket packet{.pid = kTsVideoPid, .stream_id = kVideoStream, .pts = pts};
  packet.dts = DecodingTime(dts, pts);
  packet.pcr = last_pcr_ = *packet.dts - kPcrAhead;
  packet.random_access = frame.key;
  packet.discontinuity = std::exchange(mark_discontinuity_, false);
  packet.data = unit_;
  packets_.WritePes(packet, out);
}

void TsMuxer::AddAudio(const CodedFrame& frame, std::string* out) {
  const AudioConfig& audio = *config_.audio;
  const bool aac = audio.codec == Codec::kAac;
  if (frame.bytes.size() > (aac ? kAdtsFrameBytesMax : kSoundFrameBytesMax)) {
    ++left_out_;
    return;
  }
  const uint32_t samples =
      audio.samples_per_frame > 0 ? audio.samples_per_frame : OpusPacketSamples(frame.bytes);
  const int64_t begin = clock_->Begin(frame.dts_ms, samples);
  const bool full = frame.dts_ms - sound_begin_ms_ >= kAudioGatherMs ||
                    sound_.size() + frame.bytes.size() > kSoundBytesMax;
  if (!sound_.empty() && full) FlushAudio(out);
  if (sound_.empty()) {
    sound_begin_ms_ = frame.dts_ms;
    sound_pts_ = kTsStartMs * kPerMs + begin * kHz / audio.sample_hz;
  }
  if (aac) {
    AppendAdts(audio, frame.bytes, &sound_);
  } else if (audio.codec == Codec::kOpus) {
    AppendOpus(frame.bytes, &sound_);
  } else {
    sound_.append(frame.bytes.data(), frame.bytes.size());
  }
}

void TsMuxer::FlushAudio(std::string* out) {
  if (sound_.empty()) return;
  PesPacket packet{.pid = kTsAudioPid, .pts = sound_pts_};
  packet.stream_id = config_.audio->codec == Codec::kOpus ? kPrivateStream : kAudioStream;
  packet.data = sound_;
  const int64_t pcr = sound_pts_ - kPcrAhead;
  if (!config_.video) {
    packet.pcr = pcr;
    packet.random_access = true;
    packet.discontinuity = std::exchange(mark_discontinuity_, false);
  } else if (pcr - last_pcr_ > kPcrApartMax && !mark_discontinuity_) {
    packets_.WritePcr(kTsVideoPid, pcr, out);
    last_pcr_ = pcr;
  }
  packets_.WritePes(packet, out);
  sound_.clear();
}

}  // namespace nearcast::media
