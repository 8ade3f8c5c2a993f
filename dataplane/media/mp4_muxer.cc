#include "dataplane/media/mp4_muxer.h"

#include <algorithm>

#include "dataplane/media/mp4_box.h"
#include "dataplane/media/mp4_init.h"

namespace nearcast::media {
namespace {

constexpr int64_t kPerMs = kMp4VideoHz / 1000;
constexpr uint32_t kPictureFirst = 40 * kPerMs;  // a lone first picture's duration

// 8.8.8.1
constexpr uint32_t kKeySample = 0x02000000;    // depends on no other
constexpr uint32_t kOtherSample = 0x01010000;  // depends on others, is no sync sample
constexpr uint32_t kTrunFlags = 0x01 | 0x100 | 0x200 | 0x400 | 0x800;
constexpr uint32_t kDefaultBaseIsMoof = 0x020000;

void Put(uint64_t value, int width, std::string* out) { AppendBigEndian(value, width, out); }

}  // namespace

void Mp4Muxer::BeginSection(const MediaConfig& config) {
  config_ = config;
  video_ = Track{kMp4VideoTrack, {}, {}};
  audio_ = Track{kMp4AudioTrack, {}, {}};
  clock_.reset();
  if (config_.audio) clock_.emplace(config_.audio->sample_hz);
}

void Mp4Muxer::Add(const CodedFrame& frame) {
  const bool video = frame.kind == FrameKind::kVideo;
  if (frame.bytes.empty() || (video ? !config_.video.has_value() : !config_.audio.has_value())) {
    ++left_out_;
  } else if (video) {
    AddVideo(frame);
  } else {
    AddAudio(frame);
  }
}

void Mp4Muxer::AddVideo(const CodedFrame& frame) {
  Sample sample;
  sample.begin = std::max(frame.dts_ms * kPerMs, last_picture_ + 1);
  sample.composition =
      static_cast<int32_t>((frame.dts_ms + frame.composition_ms) * kPerMs - sample.begin);
  sample.bytes = static_cast<uint32_t>(frame.bytes.size());
  sample.key = frame.key;
  last_picture_ = sample.begin;
  video_.samples.push_back(sample);
  video_.data.append(frame.bytes.data(), frame.bytes.size());
}

void Mp4Muxer::AddAudio(const CodedFrame& frame) {
  const AudioConfig& audio = *config_.audio;
  Sample sample;
  sample.duration =
      audio.samples_per_frame > 0 ? audio.samples_per_frame : OpusPacketSamples(frame.bytes);
  sample.begin = clock_->Begin(frame.dts_ms, sample.duration);
  sample.bytes = static_cast<uint32_t>(frame.bytes.size());
  sample.key = true;
  audio_.samples.push_back(sample);
  audio_.data.append(frame.bytes.data(), frame.bytes.size());
}

void Mp4Muxer::SetDurations(int64_t next_picture_ms) {
  // A gap in the sound lengthens the frame before it; the next fragment states its own time.
  for (size_t i = 0; i + 1 < audio_.samples.size(); ++i) {
    audio_.samples[i].duration =
        static_cast<uint32_t>(audio_.samples[i + 1].begin - audio_.samples[i].begin);
  }
  std::vector<Sample>& samples = video_.samples;
  for (size_t i = 0; i + 1 < samples.size(); ++i) {
    samples[i].duration = static_cast<uint32_t>(samples[i + 1].begin - samples[i].begin);
    last_duration_ = samples[i].duration;
  }
  if (samples.empty()) return;
  const int64_t next = next_picture_ms * kPerMs;
  if (next_picture_ms >= 0 && next > samples.back().begin) {
    last_duration_ = static_cast<uint32_t>(next - samples.back().begin);
  }
  samples.back().duration = last_duration_ > 0 ? last_duration_ : kPictureFirst;
}

size_t Mp4Muxer::PutTrack(const Track& track, std::string* out) const {
  Mp4Box traf("traf", out);
  {
    Mp4Box header("tfhd", 0, kDefaultBaseIsMoof, out);
    Put(track.id, 4, out);
  }
  {
    Mp4Box time("tfdt", 1, 0, out);
    Put(static_cast<uint64_t>(track.samples.front().begin), 8, out);
  }
  Mp4Box run("trun", 1, kTrunFlags, out);
  Put(track.samples.size(), 4, out);
  const size_t data_offset_at = out->size();
  Put(0, 4, out);
  for (const Sample& sample : track.samples) {
    Put(sample.duration, 4, out);
    Put(sample.bytes, 4, out);
    Put(sample.key ? kKeySample : kOtherSample, 4, out);
    Put(static_cast<uint32_t>(sample.composition), 4, out);
  }
  return data_offset_at;
}

void Mp4Muxer::EndPiece(int64_t next_picture_ms, std::string* out) {
  if (empty()) return;
  SetDurations(next_picture_ms);
  const size_t begin = out->size();
  size_t video_offset_at = 0, audio_offset_at = 0;
  {
    Mp4Box moof("moof", out);
    {
      Mp4Box header("mfhd", 0, 0, out);
      Put(++sequence_, 4, out);
    }
    if (!video_.samples.empty()) video_offset_at = PutTrack(video_, out);
    if (!audio_.samples.empty()) audio_offset_at = PutTrack(audio_, out);
  }
  const size_t data_at = out->size() - begin + 8;  // behind the header of mdat, from moof
  if (video_offset_at > 0) StoreBigEndian(data_at, 4, out->data() + video_offset_at);
  if (audio_offset_at > 0) {
    StoreBigEndian(data_at + video_.data.size(), 4, out->data() + audio_offset_at);
  }
  Mp4Box mdat("mdat", out);
  out->append(video_.data);
  out->append(audio_.data);
  video_.samples.clear();
  video_.data.clear();
  audio_.samples.clear();
  audio_.data.clear();
}

}  // namespace nearcast::media
