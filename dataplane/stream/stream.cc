#include "dataplane/stream/stream.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nearcast::stream {
namespace {

// The silence of an interruption is kept in stream time up to this, so that players neither stall
// nor race for long.
constexpr int64_t kGapMsMax = 10'000;

// Two processes that number the same stream must not agree by accident.
uint32_t NewTimeline() {
  std::random_device random;
  return std::max(1u, random());
}

// Of a frame beside its FLV tag: the other wire forms' headers, its place in the ring, the heap's own.
constexpr size_t kFrameOwnBytes = 128;

size_t HeldBytes(const FrameRing& ring) {
  return ring.bytes() + (ring.end_seq() - ring.begin_seq()) * kFrameOwnBytes;
}

uint32_t NumbersOf(const Frame& frame) { return IsHeader(frame.role()) ? 0 : 1; }

}  // namespace

Stream::Stream(std::string name, const RingBounds& bounds, int64_t now_ms,
               std::shared_ptr<MediaBudget> budget)
    : name_(std::move(name)),
      bounds_(bounds),
      ring_(bounds),
      account_(std::move(budget)),
      changed_ms_(now_ms),
      last_frame_ms_(now_ms),
      last_viewer_ms_(now_ms) {}

StreamState Stream::state() const {
  absl::MutexLock lock(&mutex_);
  return state_;
}

StreamStatus Stream::Status(int64_t now_ms) const {
  absl::MutexLock lock(&mutex_);
  StreamStatus status;
  status.name = name_;
  status.state = state_;
  status.publisher_kind = publisher_.kind;
  status.publisher = publisher_.address;
  status.publisher_via = publisher_.via;
  status.media = media_;
  status.epoch = epoch_;
  status.next_frame = next_;
  status.bits_per_s = rate_.bits_per_s(now_ms);
  status.video_frames_per_s = rate_.video_frames_per_s(now_ms);
  status.gop_ms = ring_.gop_ms();
  status.cached_ms = ring_.span_ms();
  status.cached_bytes = ring_.bytes();
  status.cached_keyframes = ring_.gops().size();
  status.frames = ring_.end_seq();
  status.viewers = viewers();
  status.clock_jumps = clock_jumps_;
  status.drops = drops_;
  status.bytes_sent = sent_bytes_.load(std::memory_order_relaxed);
  status.silent_ms = std::max<int64_t>(0, now_ms - last_frame_ms_);
  for (const auto& listener : listeners_) status.queues += listener->Queues();
  return status;
}

StreamState Stream::SyncReplica(FrameRing* replica) const {
  absl::MutexLock lock(&mutex_);
  if (replica->end_seq() < ring_.begin_seq() || replica->end_seq() == 0) {
    *replica = ring_;
  } else {
    for (uint64_t seq = replica->end_seq(); seq < ring_.end_seq(); ++seq) {
      replica->Append(ring_.ref(seq));
    }
    replica->DropBefore(ring_.begin_seq());
  }
  return state_;
}

void Stream::AddListener(std::shared_ptr<StreamListener> listener) {
  absl::MutexLock lock(&mutex_);
  listeners_.push_back(std::move(listener));
  pace_.Hasten(listeners_.back()->WantsMs());
}

void Stream::RemoveListener(const StreamListener* listener) {
  absl::MutexLock lock(&mutex_);
  std::erase_if(listeners_, [listener](const auto& held) { return held.get() == listener; });
}

void Stream::Hasten(int64_t at_ms) {
  absl::MutexLock lock(&mutex_);
  pace_.Hasten(at_ms);
}

int64_t Stream::UnreadMs(int64_t now_ms) const {
  absl::MutexLock lock(&mutex_);
  return pace_.UnreadMs(now_ms);
}

void Stream::AddViewers(int32_t change) {
  viewers_.fetch_add(static_cast<uint32_t>(change), std::memory_order_relaxed);
}

void Stream::AddDrops(const DropCounts& drops) {
  absl::MutexLock lock(&mutex_);
  drops_ += drops;
}

std::optional<Stream::Lease> Stream::BeginPublication(const PublisherIdentity& identity,
                                                      int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (state_ == StreamState::kEnded) return std::nullopt;
  Lease lease{++epoch_, TimestampRebase::KeepSmall()};
  const bool empty = ring_.end_seq() == 0;
  lease.numbered = identity.timeline != 0 && (empty || identity.timeline == next_.timeline);
  if (identity.resumes_timeline) {
    lease.clock = TimestampRebase::Keep();
  } else if (!empty) {
    const int64_t passed_ms = std::clamp<int64_t>(now_ms - last_frame_ms_, 1, kGapMsMax);
    lease.clock =
        TimestampRebase::ContinueAt(ring_.newest_dts_ms() + identity.gap_ms.value_or(passed_ms));
  } else if (identity.kind == PublisherKind::kPull) {
    lease.clock = TimestampRebase::Keep();
  }
  if (lease.numbered) {
    next_.timeline = identity.timeline;
  } else if (!own_timeline_ || next_.timeline == 0) {
    next_.timeline = NewTimeline();
  }
  own_timeline_ = !lease.numbered;
  pace_.End();
  lease.next = next_;
  publisher_ = identity;
  state_ = StreamState::kLive;
  changed_ms_ = last_frame_ms_ = now_ms;
  return lease;
}

void Stream::EndPublication(uint64_t epoch, EndReason reason, int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (epoch != epoch_ || state_ != StreamState::kLive) return;
  pace_.End();
  state_ = reason == EndReason::kOnPurpose ? StreamState::kEnded : StreamState::kInterrupted;
  changed_ms_ = now_ms;
  NotifyStateLocked();
}

absl::Status Stream::Append(uint64_t epoch, FrameRef frame, uint32_t clock_jumps, int64_t now_ms,
                            bool tells) {
  absl::MutexLock lock(&mutex_);
  if (epoch != epoch_) {
    return absl::AbortedError(
        absl::StrCat(name_, ": another publisher (", publisher_.address, ") has taken over"));
  }
  if (state_ != StreamState::kLive) {
    return absl::AbortedError(absl::StrCat(name_, ": the stream has been ended"));
  }
  last_frame_ms_ = now_ms;
  clock_jumps_ = clock_jumps;
  next_ = {frame->id().timeline, frame->id().seq + NumbersOf(*frame)};
  rate_.Add(*frame, now_ms);
  if (ring_.Append(std::move(frame)) != AppendResult::kStored) return absl::OkStatus();
  KeepBudgetLocked();
  if (tells) TellLocked();
  return absl::OkStatus();
}

void Stream::TellLocked() {
  told_seq_ = ring_.end_seq();
  for (const auto& listener : listeners_) listener->OnFrames();
}

void Stream::BeginPieces(uint64_t epoch, std::function<void()> hasten, int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (epoch == epoch_ && state_ == StreamState::kLive) pace_.Begin(std::move(hasten), now_ms);
}

int64_t Stream::EndPiece(uint64_t epoch, int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (epoch != epoch_) return now_ms;
  if (told_seq_ != ring_.end_seq()) TellLocked();
  int64_t wanted_ms = INT64_MAX;
  for (const auto& listener : listeners_) wanted_ms = std::min(wanted_ms, listener->WantsMs());
  return pace_.Plan(now_ms, wanted_ms);
}

bool Stream::KeepBudgetLocked() {
  const size_t held = HeldBytes(ring_);
  account_.Set(held);
  const size_t bytes_max = account_.BytesMax();
  if (held <= bytes_max || ring_.end_seq() - ring_.begin_seq() <= 1) return false;
  const double part = static_cast<double>(bytes_max) / static_cast<double>(held);
  ring_.Shrink(static_cast<size_t>(static_cast<double>(ring_.bytes()) * part));
  account_.Set(HeldBytes(ring_));
  account_.CountCut();
  return true;
}

void Stream::Describe(uint64_t epoch, MediaDescription media) {
  absl::MutexLock lock(&mutex_);
  if (epoch == epoch_) media_ = std::move(media);
}

bool Stream::WasPublished() const {
  absl::MutexLock lock(&mutex_);
  return epoch_ > 0;
}

void Stream::End() {
  absl::MutexLock lock(&mutex_);
  EndLocked();
}

void Stream::EndIf(StreamState state) {
  absl::MutexLock lock(&mutex_);
  if (state_ == state) EndLocked();
}

void Stream::EndLocked() {
  state_ = StreamState::kEnded;
  NotifyStateLocked();
}

void Stream::NotifyStateLocked() {
  for (const auto& listener : listeners_) listener->OnState();
}

Publication::Publication(std::shared_ptr<Stream> stream, const Stream::Lease& lease, int64_t now_ms)
    : stream_(std::move(stream)),
      epoch_(lease.epoch),
      numbered_(lease.numbered),
      rebase_(lease.clock),
      next_(lease.next),
      last_ms_(now_ms) {}

Publication::~Publication() { Finish(EndReason::kLost, last_ms_); }

absl::Status Publication::Push(FrameRole role, uint32_t timestamp, absl::string_view payload,
                               int64_t now_ms) {
  const Frame::Spec spec{role, rebase_.Map(TrackOf(role), timestamp), next_};
  return Append(spec, payload, now_ms);
}

absl::Status Publication::PushNumbered(FrameRole role, int64_t dts_ms, uint32_t seq,
                                       absl::string_view payload, int64_t now_ms) {
  int64_t& last_dts_ms = last_dts_ms_[static_cast<size_t>(TrackOf(role))];
  last_dts_ms = std::max(last_dts_ms, dts_ms);
  return Append({role, last_dts_ms, {next_.timeline, seq}}, payload, now_ms);
}

absl::Status Publication::Append(Frame::Spec spec, absl::string_view payload, int64_t now_ms) {
  if (payload.size() > kFramePayloadBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat(stream_->name(), ": a frame of ", payload.size(),
                                                   " bytes; the limit is ", kFramePayloadBytesMax));
  }
  last_ms_ = now_ms;
  FrameRef frame = Frame::Make(spec, payload);
  next_.seq = spec.id.seq + NumbersOf(*frame);
  return stream_->Append(epoch_, std::move(frame), rebase_.jumps(), now_ms, !in_pieces_);
}

void Publication::BeginPieces(std::function<void()> hasten, int64_t now_ms) {
  in_pieces_ = true;
  stream_->BeginPieces(epoch_, std::move(hasten), now_ms);
}

int64_t Publication::EndPiece(int64_t now_ms) { return stream_->EndPiece(epoch_, now_ms); }

void Publication::Describe(MediaDescription media) { stream_->Describe(epoch_, std::move(media)); }

void Publication::Finish(EndReason reason, int64_t now_ms) {
  if (finished_) return;
  finished_ = true;
  stream_->EndPublication(epoch_, reason, now_ms);
}

}  // namespace nearcast::stream
