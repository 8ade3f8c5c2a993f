#include "dataplane/egress/fanout.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nearcast::egress {
namespace {

using stream::StreamState;

constexpr int64_t kPieceWaitMs = 100;
constexpr int64_t kMergeMsMax = 1'000;
constexpr int64_t kTrackWaitMs = stream::FrameRing::kTrackWaitMs;

}  // namespace

Fanout::Fanout(std::shared_ptr<stream::Stream> stream, const FanoutTools& tools)
    : stream_(std::move(stream)), tools_(tools), replica_(stream_->bounds()) {
  tools_.batch->Invalidate();
}

Fanout::~Fanout() {
  stream_->AddViewers(-static_cast<int32_t>(viewers_));
  tools_.backlog->RemoveAllOf(this);
  tools_.batch->Invalidate();
}

void Fanout::OnFrames() {
  const int64_t now_ms = tools_.loop->NowMs();
  if (now_ms < due_ms_.load(std::memory_order_relaxed)) {
    news_.store(true, std::memory_order_relaxed);
  } else {
    Post(now_ms);
  }
}

void Fanout::OnState() { Post(tools_.loop->NowMs()); }

void Fanout::Post(int64_t now_ms) {
  if (pending_.exchange(true, std::memory_order_acq_rel)) return;
  told_ms_.store(now_ms, std::memory_order_relaxed);
  tools_.loop->Post([self = shared_from_this()] { self->Drain(); });
}

// What is posted counts as done: the frames after it are due when they have gathered.
int64_t Fanout::WantsMs() const {
  if (!pending_.load(std::memory_order_acquire)) return due_ms_.load(std::memory_order_relaxed);
  return told_ms_.load(std::memory_order_relaxed) + merge_ms_.load(std::memory_order_relaxed);
}

void Fanout::Add(std::unique_ptr<Viewer> viewer) {
  viewer->fanout = this;
  ++viewers_;
  kept_alive_ += viewer->protocol().IsKeptAlive() ? 1 : 0;
  stream_->AddViewers(1);
  tools_.counters->viewers_admitted.Add();
  waiting_.push_back(std::move(viewer));
  // Before Sync, which takes the stream's lock: a frame that Sync does not see finds this.
  due_ms_.store(0, std::memory_order_relaxed);
  Sync();
  StartWaiting();
  NoteDue();
  stream_->Hasten(due_ms_.load(std::memory_order_relaxed));
}

void Fanout::Drain() {
  pending_.store(false, std::memory_order_release);
  news_.store(false, std::memory_order_relaxed);
  Sync();
  StartWaiting();
  BeginRounds(state_ == StreamState::kEnded);
  NoteDue();
}

// Of each lane when it is due, the earliest.
void Fanout::NoteDue() {
  int64_t due_ms = waiting_.empty() ? INT64_MAX : 0;
  int64_t merge_ms = waiting_.empty() && !lanes_.empty() ? kMergeMsMax : 0;
  for (const auto& lane : lanes_) {
    if (lane->viewers.empty()) continue;
    due_ms = std::min(due_ms, lane->round_ms + lane->merge_ms);
    merge_ms = std::min(merge_ms, lane->merge_ms);
  }
  due_ms_.store(due_ms, std::memory_order_relaxed);
  merge_ms_.store(merge_ms, std::memory_order_relaxed);
}

void Fanout::Sync() {
  const bool was_ended = state_ == StreamState::kEnded;
  state_ = stream_->SyncReplica(&replica_);
  if (state_ == StreamState::kEnded && !was_ended) ended_ms_ = tools_.loop->NowMs();
}

bool Fanout::CanStart() const {
  if (replica_.empty()) return false;
  const bool both = replica_.has_video() && replica_.has_audio();
  if (!both && replica_.lifetime_ms() < kTrackWaitMs && state_ == StreamState::kLive) return false;
  return !replica_.has_video() || !replica_.gops().empty() ||
         replica_.lifetime_ms() >= kTrackWaitMs;
}

void Fanout::StartWaiting() {
  if (waiting_.empty()) return;
  if (!CanStart()) {
    if (state_ == StreamState::kEnded) {
      RefuseWaiting(absl::NotFoundError(absl::StrCat("no stream ", stream_->name())));
    }
    return;
  }
  const int64_t now_ms = tools_.loop->NowMs();
  const int64_t unread_ms = stream_->UnreadMs(now_ms);
  tools_.backlog->crowd().NoteArrival(now_ms);
  std::vector<std::unique_ptr<Viewer>> starting = std::exchange(waiting_, {});
  for (std::unique_ptr<Viewer>& viewer : starting) {
    Viewer* started = viewer.get();
    started->Start(replica_, unread_ms);
    LaneOf(started->request().merge_ms)->viewers.push_back(std::move(viewer));
    Serve(started);
  }
}

void Fanout::RefuseWaiting(const absl::Status& reason) {
  std::vector<std::unique_ptr<Viewer>> refused = std::exchange(waiting_, {});
  for (std::unique_ptr<Viewer>& viewer : refused) {
    Viewer* leaving = viewer.get();
    leaving->FinishWith(leaving->protocol().Refuse(reason));
    tools_.counters->viewers_refused.Add();
    LaneOf(0)->viewers.push_back(std::move(viewer));
    Serve(leaving);
  }
}

Fanout::Lane* Fanout::LaneOf(int64_t merge_ms) {
  for (const auto& lane : lanes_) {
    if (lane->merge_ms == merge_ms) return lane.get();
  }
  lanes_.push_back(std::make_unique<Lane>());
  lanes_.back()->merge_ms = merge_ms;
  lanes_.back()->round_ms = tools_.loop->NowMs();  // who joins gets what there is
  return lanes_.back().get();
}

void Fanout::BeginRounds(bool all) {
  // From when the frames came: a round that began late is not followed by one that is later still.
  const int64_t now_ms = told_ms_.load(std::memory_order_relaxed);
  for (const auto& lane : lanes_) {
    if (lane->viewers.empty()) continue;
    if (!all && now_ms - lane->round_ms < lane->merge_ms) continue;
    if (lane->in_round) {
      lane->again = true;
      continue;
    }
    lane->round_ms = now_ms;
    lane->in_round = true;
    lane->next = 0;
    RunRound(lane.get());
  }
}

void Fanout::RunRound(Lane* lane) {
  const size_t end = std::min(lane->next + kSliceViewers, lane->viewers.size());
  for (; lane->next < end; ++lane->next) {
    Viewer* viewer = lane->viewers[lane->next].get();
    if (viewer != nullptr && !viewer->blocked() && !viewer->in_backlog()) Serve(viewer);
  }
  if (lane->next >= lane->viewers.size()) {
    std::erase(lane->viewers, nullptr);
    lane->in_round = false;
    if (!lane->again) return;
    lane->again = false;
    lane->in_round = true;
    lane->next = 0;
  }
  tools_.loop->Post([self = shared_from_this(), lane] { self->RunRound(lane); });
}

void Fanout::Serve(Viewer* viewer) {
  const uint64_t sent_before = viewer->bytes_sent();
  const stream::DropCounts drops_before = viewer->cursor().drops();
  settled_ = false;
  WriteOutcome outcome = viewer->Write(replica_, tools_.limits, tools_.batch);
  EndIfDrained(viewer, &outcome);
  tools_.counters->sends.Add();
  tools_.counters->bytes_sent.Add(viewer->bytes_sent() - sent_before);
  sent_bytes_ += viewer->bytes_sent() - sent_before;
  CountDrops(viewer->cursor().drops() - drops_before);
  if (outcome == WriteOutcome::kMore) tools_.backlog->Add(this, viewer);
  if (outcome == WriteOutcome::kTooSlow) tools_.counters->viewers_too_slow.Add();
  const bool leaves = outcome == WriteOutcome::kDone || outcome == WriteOutcome::kGone ||
                      outcome == WriteOutcome::kTooSlow;
  if (leaves) Remove(viewer);
}

void Fanout::CountDrops(const stream::DropCounts& drops) {
  if (drops.total() == 0) return;
  tools_.counters->dropped_tail.Add(drops.tail);
  tools_.counters->dropped_unreferred.Add(drops.unreferred);
  tools_.counters->dropped_rest.Add(drops.rest);
  tools_.counters->dropped_jumped.Add(drops.jumped);
  tools_.counters->undecodable.Add(drops.undecodable);
  stream_->AddDrops(drops);
}

void Fanout::Measure(int64_t now_ms) {
  stream::QueueSummary queues;
  queue_buckets_.fill(0);
  settled_ = true;
  for (const auto& lane : lanes_) {
    for (const auto& viewer : lane->viewers) {
      if (viewer == nullptr) continue;
      viewer->Measure(replica_, tools_.limits.drop, now_ms);
      const int64_t lag_ms = viewer->queue().lag_ms();
      queues += {1, lag_ms > viewer->order().bound_ms ? 1u : 0u, lag_ms, lag_ms};
      const auto& bounds = EgressCounters::kQueueMsBounds;
      ++queue_buckets_[std::lower_bound(bounds.begin(), bounds.end(), lag_ms) - bounds.begin()];
      settled_ = settled_ && !viewer->blocked() && !viewer->in_backlog();
    }
  }
  absl::MutexLock lock(&queues_mutex_);
  queues_ = queues;
}

void Fanout::CountQueues() {
  for (size_t i = 0; i < queue_buckets_.size(); ++i) {
    if (queue_buckets_[i] > 0) tools_.counters->queues[i].Add(queue_buckets_[i]);
  }
  const int64_t lag_ms_sum = Queues().lag_ms_sum;
  if (lag_ms_sum > 0) tools_.counters->queue_ms_sum.Add(static_cast<uint64_t>(lag_ms_sum));
}

// Serving a viewer may end it: who is due is known before.
void Fanout::SendKeepAlives() {
  if (state_ == StreamState::kEnded) return;
  std::vector<Viewer*> due;
  const auto ask = [&due](const std::vector<std::unique_ptr<Viewer>>& viewers) {
    for (const auto& viewer : viewers) {
      if (viewer != nullptr && viewer->QueueKeepAlive()) due.push_back(viewer.get());
    }
  };
  ask(waiting_);
  for (const auto& lane : lanes_) ask(lane->viewers);
  for (Viewer* viewer : due) Serve(viewer);
}

stream::QueueSummary Fanout::Queues() const {
  absl::MutexLock lock(&queues_mutex_);
  return queues_;
}

void Fanout::AppendViewers(size_t limit, std::vector<ViewerStatus>* out) const {
  const int64_t now_ms = tools_.loop->NowMs();
  const auto append = [&](const std::vector<std::unique_ptr<Viewer>>& viewers) {
    for (const auto& viewer : viewers) {
      if (out->size() >= limit) return;
      if (viewer != nullptr) out->push_back(viewer->Status(stream_->name(), now_ms));
    }
  };
  append(waiting_);
  for (const auto& lane : lanes_) append(lane->viewers);
}

void Fanout::EndIfDrained(Viewer* viewer, WriteOutcome* outcome) {
  if (state_ != StreamState::kEnded || *outcome != WriteOutcome::kCaughtUp) return;
  viewer->FinishWith(viewer->protocol().Close());
  *outcome = viewer->Write(replica_, tools_.limits, tools_.batch);
}

void Fanout::ServeAgain(Viewer* viewer) {
  if (!viewer->blocked()) Serve(viewer);
}

void Fanout::OnReadable(Viewer* viewer) {
  if (!viewer->Read()) {
    Remove(viewer);
  } else if (!viewer->blocked() && viewer->state() != Viewer::State::kWaiting) {
    Serve(viewer);
  }
}

void Fanout::OnWritable(Viewer* viewer) {
  if (!viewer->blocked()) return;
  viewer->Unblock();
  tools_.backlog->Add(this, viewer);  // it is behind: those that are not go first
}

void Fanout::Remove(Viewer* viewer) {
  auto bury = [&](std::vector<std::unique_ptr<Viewer>>* from) {
    auto found = std::find_if(from->begin(), from->end(),
                              [viewer](const auto& held) { return held.get() == viewer; });
    if (found == from->end()) return;
    graveyard_.push_back(std::move(*found));
    viewer->fanout = nullptr;
    --viewers_;
    kept_alive_ -= viewer->protocol().IsKeptAlive() ? 1 : 0;
    settled_ = false;
    stream_->AddViewers(-1);
    tools_.counters->viewers_left.Add();
    tools_.counters->jumps.Add(viewer->cursor().jumps());
  };
  if (viewer->fanout == nullptr) return;
  tools_.backlog->Remove(viewer);
  bury(&waiting_);
  std::erase(waiting_, nullptr);
  for (const auto& lane : lanes_) {
    bury(&lane->viewers);
    if (!lane->in_round) std::erase(lane->viewers, nullptr);
  }
}

// Where the publisher is read in pieces, the next one takes along what has gathered.
void Fanout::SendGathered(int64_t now_ms) {
  const int64_t due_ms = due_ms_.load(std::memory_order_relaxed);
  if (!news_.load(std::memory_order_relaxed) || now_ms < due_ms) return;
  if (now_ms < due_ms + kPieceWaitMs && stream_->UnreadMs(now_ms) > 0) return;
  told_ms_.store(now_ms, std::memory_order_relaxed);
  Drain();
}

void Fanout::Tick() {
  const int64_t now_ms = tools_.loop->NowMs();
  std::vector<std::unique_ptr<Viewer>> late;
  for (auto& viewer : waiting_) {
    if (now_ms >= viewer->request().deadline_ms) late.push_back(std::move(viewer));
  }
  if (!late.empty()) {
    std::erase(waiting_, nullptr);
    std::swap(waiting_, late);
    RefuseWaiting(
        absl::DeadlineExceededError(absl::StrCat("no stream ", stream_->name(), " came in time")));
    std::swap(waiting_, late);
  }
  if (!settled_) Measure(now_ms);
  CountQueues();
  if (sent_bytes_ > 0) stream_->AddSent(std::exchange(sent_bytes_, 0));
  if (kept_alive_ > 0) SendKeepAlives();
  SendGathered(now_ms);
  if (state_ != StreamState::kEnded || now_ms - ended_ms_ < tools_.close_ms_max) return;
  for (const auto& lane : lanes_) {
    for (size_t i = 0; i < lane->viewers.size();) {
      const size_t size = lane->viewers.size();
      if (lane->viewers[i] != nullptr) Remove(lane->viewers[i].get());
      if (lane->viewers.size() == size) ++i;
    }
  }
}

}  // namespace nearcast::egress
