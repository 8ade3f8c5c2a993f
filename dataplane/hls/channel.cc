#include "dataplane/hls/channel.h"

#include <algorithm>
#include <utility>

#include "dataplane/hls/ts_cutter.h"

namespace nearcast::hls {
namespace {

using stream::StreamState;

// As viewers of other protocols wait: for a second track, and for a keyframe.
constexpr int64_t kTrackWaitMs = 700;

// A stream that says nothing for longer has a gap.
constexpr int64_t kGapMs = 1'000;

// How long a stream with one keyframe so far is waited for to show its keyframe interval.
constexpr int64_t kGopWaitMs = 4'000;

size_t IndexOf(TrackKind kind) {
  return (kind.container == Container::kFmp4 ? 2 : 0) +
         (kind.wanted == stream::Wanted::kAudioOnly ? 1 : 0);
}

// Milliseconds between two pictures, by those that the ring has; 0 when it has none.
int64_t PictureIntervalMs(const stream::FrameRing& ring) {
  int64_t first_ms = 0, last_ms = 0, pictures = 0;
  for (uint64_t seq = ring.begin_seq(); seq < ring.end_seq(); ++seq) {
    const stream::Frame& frame = ring.at(seq);
    if (frame.track() != stream::Track::kVideo || stream::IsHeader(frame.role())) continue;
    if (pictures++ == 0) first_ms = frame.dts_ms();
    last_ms = frame.dts_ms();
  }
  return pictures < 2 ? 0 : (last_ms - first_ms) / (pictures - 1);
}

}  // namespace

// Four pieces a millisecond: no channel makes more, so a later one of the same stream begins beyond
// the pieces of an earlier one, and no URL ever names two things.
Channel::Channel(std::shared_ptr<stream::Stream> stream, egress::Loop* loop,
                 const ChannelOptions& options)
    : stream_(std::move(stream)),
      loop_(loop),
      options_(options),
      first_seq_(static_cast<uint64_t>(loop->NowMs()) * 4),
      replica_(stream_->bounds()),
      keep_ms_(options.pieces.keep_ms) {}

void Channel::OnFrames() {
  if (pending_.exchange(true, std::memory_order_acq_rel)) return;
  loop_->Post([self = shared_from_this()] { self->Drain(); });
}

void Channel::Drain() {
  pending_.store(false, std::memory_order_release);
  absl::flat_hash_map<uint64_t, std::function<void()>> told;
  {
    absl::MutexLock lock(&mutex_);
    const uint64_t before = PiecesLocked();
    SyncLocked();
    if (PiecesLocked() != before || state_ == StreamState::kEnded)
      told = std::exchange(waiters_, {});
  }
  for (const auto& [waiter, tell] : told) tell();
}

uint64_t Channel::PiecesLocked() const {
  uint64_t pieces = 0;
  for (const auto& track : tracks_) {
    if (track != nullptr && track->begun) pieces += track->store->end_seq();
  }
  return pieces;
}

uint64_t Channel::WhenNews(std::function<void()> told) {
  absl::MutexLock lock(&mutex_);
  if (waiters_.size() >= options_.waiters_max) return 0;
  waiters_[++last_waiter_] = std::move(told);
  return last_waiter_;
}

void Channel::Forget(uint64_t waiter) {
  absl::MutexLock lock(&mutex_);
  waiters_.erase(waiter);
}

size_t Channel::waiters() const {
  absl::MutexLock lock(&mutex_);
  return waiters_.size();
}

void Channel::KeepAtLeast(int64_t keep_ms) {
  absl::MutexLock lock(&mutex_);
  keep_ms_ = std::max(keep_ms_, keep_ms);
  for (const auto& track : tracks_) {
    if (track != nullptr && track->begun) track->store->KeepAtLeast(keep_ms_);
  }
}

uint64_t Channel::muxed_bytes() const {
  absl::MutexLock lock(&mutex_);
  uint64_t bytes = 0;
  for (const auto& track : tracks_) {
    if (track != nullptr && track->begun) bytes += track->store->bytes_ever();
  }
  return bytes;
}

TrackView Channel::ViewLocked(TrackKind kind) {
  std::unique_ptr<Track>& track = tracks_[IndexOf(kind)];
  if (track == nullptr) track = std::make_unique<Track>();
  TrackView view;
  if (!track->begun) {
    SyncLocked();
    view.no_room = CanBegin() && options_.budget != nullptr && !options_.budget->Admit();
    if (CanBegin() && !view.no_room) BeginLocked(kind, track.get());
  }
  view.end = state_ == StreamState::kEnded ? StreamEnd::kHasEnded : StreamEnd::kGoesOn;
  view.gop_ms = replica_.gop_ms();
  if (!track->begun) return view;
  view.store = track->store.get();
  view.config = &track->cutter->config();
  view.mp4 = track->mp4;
  return view;
}

bool Channel::CanBegin() const {
  if (replica_.empty()) return false;
  if (state_ == StreamState::kEnded) return true;
  const bool both = replica_.has_video() && replica_.has_audio();
  if (!both && replica_.lifetime_ms() < kTrackWaitMs) return false;
  if (!replica_.has_video()) return true;
  if (replica_.gops().empty()) return false;
  return replica_.gop_ms() > 0 || replica_.lifetime_ms() >= kGopWaitMs;
}

Mp4Cuts Channel::ChooseCuts() const {
  Mp4Cuts cuts;
  cuts.part_ms = PartTargetMs(options_.part_ms, PictureIntervalMs(replica_));
  cuts.segment_ms = options_.segment_ms - kKeyToleranceMs;
  cuts.target_s = ChooseTargetSeconds(Cut::kSegment, static_cast<int32_t>(options_.segment_ms),
                                      replica_.gop_ms());
  // Where frames are few, parts are long: one more must fit, or segments would end without a key.
  if (cuts.part_ms > options_.part_ms) {
    cuts.target_s = std::max(cuts.target_s, (options_.segment_ms + cuts.part_ms + 999) / 1000);
  }
  return cuts;
}

void Channel::BeginLocked(TrackKind kind, Track* track) {
  PieceBounds bounds = options_.pieces;
  bounds.keep_ms = keep_ms_;
  track->store = std::make_unique<PieceStore>(first_seq_, bounds, options_.budget);
  if (kind.container == Container::kTs) {
    track->cutter = std::make_unique<TsCutter>(track->store.get());
  } else {
    auto cutter = std::make_unique<Mp4Cutter>(track->store.get(), ChooseCuts());
    track->mp4 = cutter.get();
    track->cutter = std::move(cutter);
  }
  // A silence must not stretch a slice over its target, nor (LL-HLS) a part.
  const int64_t gap_ms = track->mp4 == nullptr ? kGapMs : track->mp4->cuts().part_ms;
  track->feed =
      std::make_unique<MediaFeed>(kind.wanted, std::min(gap_ms, kGapMs), track->cutter.get());
  const bool has_key = !replica_.gops().empty();
  track->next_seq = has_key ? replica_.gops().front().seq : replica_.begin_seq();
  const stream::HeadersRef headers = has_key ? replica_.gops().front().headers : replica_.headers();
  track->feed->Begin(replica_, track->next_seq, *headers);
  track->begun = true;
  FeedLocked(track);
}

void Channel::SyncLocked() {
  state_ = stream_->SyncReplica(&replica_);
  for (const auto& track : tracks_) {
    if (track != nullptr && track->begun) FeedLocked(track.get());
  }
}

void Channel::FeedLocked(Track* track) {
  if (track->next_seq < replica_.begin_seq()) {
    track->feed->Lose();
    track->next_seq = replica_.begin_seq();
  }
  for (; track->next_seq < replica_.end_seq(); ++track->next_seq) {
    track->feed->Take(replica_.at(track->next_seq));
  }
  if (state_ != StreamState::kEnded || track->finished) return;
  track->finished = true;
  track->cutter->Finish();
}

}  // namespace nearcast::hls
