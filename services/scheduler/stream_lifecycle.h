// StreamLifecycle: what moves streams through their states besides the room service: what relays
// hear, and time.
#ifndef SERVICES_SCHEDULER_STREAM_LIFECYCLE_H_
#define SERVICES_SCHEDULER_STREAM_LIFECYCLE_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "schedulerlib/live/published_streams.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/standby/carrier.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

// Moves the stream if its states allow that; staying is allowed. `carried_by`, where given, is set
// with it as SetCarrier does: both or neither. NOT_FOUND, FAILED_PRECONDITION and the store's errors,
// each with a reason (services/rpc/status.h).
absl::StatusOr<StreamEntryPtr> ChangeState(
    StreamTable& streams, absl::string_view name, scheduler::StreamState state, absl::Time now,
    std::optional<scheduler::CarriedBy> carried_by = std::nullopt);

// "live/s1" of "rtmp://host/live/s1?token=x": where relays see the push arrive. Empty where it has
// none.
absl::string_view AppStreamOf(absl::string_view url);

// Whether one of the stream's push URLs leads to "app/stream".
bool IsPushedTo(const scheduler::Stream& stream, absl::string_view app_stream);

// Says which push lines carry the stream. INVALID_ARGUMENT where it has one only; otherwise as
// ChangeState.
absl::StatusOr<StreamEntryPtr> SetCarrier(StreamTable& streams, absl::string_view name,
                                          scheduler::CarriedBy carried_by, absl::Time now);

// Thread rule: any thread may call any method, except ApplyHeard.
class StreamLifecycle {
 public:
  // All must outlive it.
  StreamLifecycle(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots,
                  StreamTable* streams)
      : clock_(clock), snapshots_(snapshots), streams_(streams) {}

  // What relays saw: a stream that starts is publishing; one that stops is unheard, and interrupted
  // when it has not come back after its publish point's grace. Streams that nobody created here, or
  // that none of their push URLs leads to (another app's of the same name), stops of those that may
  // go on unheard (standby/heard_line.h), and steps that the states do not allow, are passed over.
  void ApplyPublished(const scheduler::PublishedStreams::Change& change);

  // Its publisher has said goodbye to that node, and nobody else publishes it: a stream that is
  // publishing is interrupted at once, without grace, or ended (StreamEntry::ends_on_unpublish). A
  // goodbye to a node that no push line leads to (any more) is only a stop: the stream was moved,
  // and its publisher is on the way. One that may go on unheard goes on.
  void ApplyUnpublished(absl::string_view node, absl::string_view app_stream);

  // Whether a relay may go on publishing "app/stream": it must not when that stream is ended,
  // banned, or turned off by a switch for broadcasters anywhere. What nobody created here may.
  bool MayPublish(absl::string_view app_stream) const;

  // Whether a node holds a publisher of "app/stream".
  using IsHeard = absl::FunctionRef<bool(absl::string_view)>;

  // Interrupts streams that are said to be publishing, have not changed for `quiet`, are not heard
  // and may not go on unheard: those that stopped while this process, or their node, was away. What
  // is known to be unheard has its grace.
  // Returns how many.
  size_t InterruptUnheard(IsHeard is_heard, absl::Duration quiet);

  // Of one push line's own push, by "app/stream".
  using Hear = absl::FunctionRef<scheduler::Heard(const scheduler::PushLine&, absl::string_view)>;

  // Finds which push lines carry the streams that have two (standby/carrier.h): a line that is not
  // heard for the publish point's grace has failed. Returns how many streams changed. Call it every
  // few seconds, from one thread.
  size_t ApplyHeard(Hear hear);

  // Gives every stream the state that is due (schedulerlib/stream/lifetime.h). Returns how many
  // changed.
  size_t ChangeDue();

 private:
  void ApplyStarted(absl::string_view app_stream);
  void ApplyStopped(absl::string_view node, absl::string_view app_stream);

  // The stream that is publishing and has just lost its publisher there, if it may not go on.
  StreamEntryPtr FindLost(const scheduler::Snapshot& snapshot, absl::string_view node,
                          absl::string_view app_stream) const;

  // Null when the stream is unknown, banned, or pushed elsewhere.
  StreamEntryPtr FindPushed(absl::string_view app_stream) const;

  // What a stream would be carried by, and since when.
  struct Turning {
    scheduler::CarriedBy to;
    absl::Time since;
  };
  bool HasTurned(const StreamEntry& entry, scheduler::CarriedBy to);

  const Clock* const clock_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  StreamTable* const streams_;
  absl::flat_hash_map<std::string, Turning> turning_;  // by stream; ApplyHeard's own
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_STREAM_LIFECYCLE_H_
