// StreamScheduler: nearcast.v1.StreamScheduler without its transport. gRPC and HTTP JSON are thin
// doors to it.
#ifndef SERVICES_SCHEDULER_STREAM_SCHEDULER_H_
#define SERVICES_SCHEDULER_STREAM_SCHEDULER_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "nearcast/v1/admin.pb.h"
#include "nearcast/v1/scheduler.pb.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"
#include "services/scheduler/forward_desk.h"
#include "services/scheduler/play_answer.h"
#include "services/scheduler/play_question.h"
#include "services/scheduler/play_rendering.h"
#include "services/scheduler/preheat_desk.h"
#include "services/scheduler/ratio_desk.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

// calls = calls_ok + calls_refused, for each kind of call.
struct SchedulerCounters {
  std::atomic<uint64_t> creates_ok{0};
  std::atomic<uint64_t> creates_refused{0};
  std::atomic<uint64_t> plays_ok{0};
  std::atomic<uint64_t> plays_refused{0};
  std::atomic<uint64_t> updates_ok{0};
  std::atomic<uint64_t> updates_refused{0};
};

// Thread rule: any thread may call any method. Errors carry a reason (services/rpc/status.h);
// nearcast.v1 says which.
class StreamScheduler {
 public:
  // `ratio` null = ratios are kept by hash alone. All must outlive the scheduler.
  StreamScheduler(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots,
                  StreamTable* streams, RatioDesk* ratio = nullptr);

  absl::StatusOr<v1::Stream> CreateStream(const v1::CreateStreamRequest& request);
  absl::StatusOr<v1::Stream> UpdateStreamState(const v1::UpdateStreamStateRequest& request);
  absl::StatusOr<v1::Stream> EndStream(const v1::EndStreamRequest& request);
  absl::StatusOr<v1::Stream> GetStream(const v1::GetStreamRequest& request) const;
  absl::StatusOr<v1::ListStreamsResponse> ListStreams(const v1::ListStreamsRequest& request) const;

  // GetPlayInfo, for doors that send answers from where they lie; and as a message. A question that
  // a door could not read is refused with its own error.
  absl::StatusOr<PlayAnswer> Play(const absl::StatusOr<PlayQuestion>& question);
  absl::StatusOr<v1::PlayInfo> GetPlayInfo(const v1::GetPlayInfoRequest& request);

  // BatchGetPlayInfo: Play for each of `streams`, whose result `use` is called with, in order. An
  // error is of the whole call. `question.stream` does not count.
  using UsePlay = absl::FunctionRef<void(absl::string_view, const absl::StatusOr<PlayAnswer>&)>;
  absl::Status PlayMany(absl::Span<const absl::string_view> streams,
                        absl::StatusOr<PlayQuestion> question, UsePlay use);
  absl::StatusOr<v1::Stream> MoveStream(const v1::MoveStreamRequest& request);
  absl::StatusOr<v1::Stream> PreheatStream(const v1::PreheatStreamRequest& request);
  absl::StatusOr<v1::Stream> ForwardStream(const v1::ForwardStreamRequest& request);

  // The same decision as GetPlayInfo's, told instead of rendered.
  absl::StatusOr<v1::Explanation> ExplainPlay(const v1::ExplainPlayRequest& request) const;

  const SchedulerCounters& counters() const { return counters_; }
  const PlayCaches& caches() const { return caches_; }
  const PreheatDesk& preheats() const { return preheats_; }
  PreheatDesk* preheats() { return &preheats_; }
  const ForwardDesk& forwards() const { return forwards_; }

 private:
  absl::StatusOr<v1::Stream> CreateOnce(const v1::CreateStreamRequest& request);
  absl::StatusOr<v1::Stream> DecideAndInsert(const v1::CreateStreamRequest& request);
  absl::StatusOr<v1::Stream> SetState(
      absl::string_view name, scheduler::StreamState state,
      std::optional<scheduler::CarriedBy> carried_by = std::nullopt);
  absl::StatusOr<StreamEntryPtr> FindStream(absl::string_view name) const;
  // The stream as it is told, its push URLs signed as of now.
  v1::Stream Show(const StreamEntry& entry) const;
  // Counts a call of the public interface, and passes its result on.
  absl::StatusOr<v1::Stream> CountUpdate(absl::StatusOr<v1::Stream> updated);

  // The one way to a play decision: `use` is called with it, unless there is an error. What is only
  // looked at leaves no trace in the ratio's accounts.
  enum class Purpose { kPlay, kLook };
  using UseDecision =
      absl::FunctionRef<void(const scheduler::Snapshot&, const scheduler::PlayDecision&)>;
  absl::Status WithDecision(absl::string_view stream, const scheduler::Viewer& viewer,
                            Purpose purpose, UseDecision use) const;
  absl::StatusOr<scheduler::PlayDecision> Decide(const scheduler::Snapshot& snapshot,
                                                 const scheduler::Stream& stream,
                                                 const scheduler::Viewer& viewer,
                                                 Purpose purpose) const;
  absl::StatusOr<v1::Stream> Move(const v1::MoveStreamRequest& request);
  absl::StatusOr<PlayAnswer> DecideAndRender(const PlayQuestion& question) const;
  std::string MakeName();

  const Clock* const clock_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  StreamTable* const streams_;
  RatioDesk* const ratio_;  // may be null
  PreheatDesk preheats_;
  ForwardDesk forwards_;
  const uint64_t name_seed_;  // drawn once, so that names of two replicas do not meet
  std::atomic<uint64_t> names_made_{0};

  // Calls with the same request_id take turns, so that a later one finds what the first has made;
  // calls with others meet at one mutex by chance only.
  std::array<absl::Mutex, 64> request_turns_;
  SchedulerCounters counters_;

  // Rendered lines, frames and common parts, shared by the viewers of a stream.
  static constexpr size_t kPartBytesMax = 128 << 20;
  static constexpr size_t kFrameBytesMax = 256 << 20;
  static constexpr size_t kTermsBytesMax = 16 << 20;
  mutable PlayCaches caches_{.parts = PartCache(kPartBytesMax),
                             .frames = FrameCache(kFrameBytesMax),
                             .terms = TermsCache(kTermsBytesMax)};
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_STREAM_SCHEDULER_H_
