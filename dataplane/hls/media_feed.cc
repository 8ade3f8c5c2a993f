#include "dataplane/hls/media_feed.h"

#include <algorithm>
#include <utility>

#include "dataplane/hls/in_band_sets.h"
#include "dataplane/media/frame_header.h"

namespace nearcast::hls {
namespace {

using stream::FrameRole;
using stream::Track;

media::FrameKind KindOf(const stream::Frame& frame) {
  return frame.track() == Track::kVideo ? media::FrameKind::kVideo : media::FrameKind::kAudio;
}

}  // namespace

void MediaFeed::Begin(const stream::FrameRing& ring, uint64_t seq, const stream::Headers& headers) {
  if (headers.video) NoteHeader(*headers.video);
  if (headers.audio) NoteHeader(*headers.audio);
  for (; seq < ring.end_seq(); ++seq) NoteTrack(ring.at(seq));
}

void MediaFeed::NoteHeader(const stream::Frame& header) {
  if (header.track() == Track::kVideo) {
    auto config = media::ParseVideoConfig(header.payload());
    // Said once more, it does not undo what start pictures brought.
    if (config.ok() && announced_ == *config) return;
    announced_.reset();
    if (config.ok()) announced_ = *std::move(config);
    known_.video = announced_;
  } else {
    auto config = media::ParseAudioConfig(header.payload());
    known_.audio.reset();
    if (config.ok()) known_.audio = *std::move(config);
  }
}

// Codecs without a sequence header are known by their first frame.
void MediaFeed::NoteTrack(const stream::Frame& frame) {
  if (stream::IsHeader(frame.role())) return;
  if (frame.track() == Track::kVideo) video_shown_ = true;
  if (frame.track() != Track::kAudio) return;
  sound_ms_ = frame.dts_ms();
  audio_shown_ = true;
  if (!known_.audio) NoteHeader(frame);
}

void MediaFeed::NoteInBandSets(const stream::Frame& key) {
  if (!known_.video) return;
  const absl::string_view units = media::CodedBytes(media::FrameKind::kVideo, key.payload());
  auto config = FindInBandConfig(*known_.video, units);
  if (config) known_.video = *std::move(config);
}

media::MediaConfig MediaFeed::ShownTracks() const {
  media::MediaConfig config;
  if (video_shown_ && wanted_ == stream::Wanted::kEverything) config.video = known_.video;
  if (audio_shown_) config.audio = known_.audio;
  return config;
}

void MediaFeed::Take(const stream::Frame& frame) {
  if (frame.track() != Track::kVideo && frame.track() != Track::kAudio) return;
  if (stream::IsHeader(frame.role())) {
    NoteHeader(frame);
    return;
  }
  if (frame.track() == Track::kVideo && wanted_ == stream::Wanted::kAudioOnly) return;
  NoteTrack(frame);
  if (frame.role() == FrameRole::kVideoKey) NoteInBandSets(frame);
  TakeFrame(frame);
}

bool MediaFeed::BeginsSection(const stream::Frame& frame) const {
  const media::MediaConfig shown = ShownTracks();
  const bool may = shown.video ? frame.role() == FrameRole::kVideoKey
                               : shown.audio && frame.track() == Track::kAudio;
  return may && (!in_section_ || broken_ || !(shown == section_));
}

void MediaFeed::TakeFrame(const stream::Frame& frame) {
  if (newest_ms_ >= 0 && frame.dts_ms() - newest_ms_ > gap_ms_) broken_ = true;
  // Silent while pictures went on: the silence of all tracks is no sign.
  if (frame.role() == FrameRole::kVideoKey && newest_ms_ - sound_ms_ > kSilentMs) {
    audio_shown_ = false;
  }
  newest_ms_ = std::max(newest_ms_, frame.dts_ms());
  if (BeginsSection(frame)) {
    section_ = ShownTracks();
    in_section_ = true;
    broken_ = false;
    sink_->BeginSection(section_);
  }
  const bool video = frame.track() == Track::kVideo;
  const bool belongs = video ? section_.video && section_.video == known_.video
                             : section_.audio && section_.audio == known_.audio;
  if (!in_section_ || broken_ || !belongs) {
    ++left_out_;
    return;
  }
  const auto header = media::ParseFrameHeader(KindOf(frame), 0, frame.payload(),
                                              video ? section_.video->nal_length_bytes : 4);
  if (!header.ok()) {
    ++left_out_;
    return;
  }
  sink_->Add({.kind = KindOf(frame),
              .key = video && frame.role() == FrameRole::kVideoKey,
              .dts_ms = frame.dts_ms(),
              .composition_ms = header->composition_ms,
              .bytes = media::CodedBytes(KindOf(frame), frame.payload())});
}

}  // namespace nearcast::hls
