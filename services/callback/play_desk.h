// PlayDesk: takes what nodes tell of viewers who begin and end to play, and tells it to the callbacks
// of publish points that list "on_play" or "on_stop", many plays in one call.
//
//   {"event":"plays","publish_point":"show","time_ms":…,"left_out":0,"plays":[
//     {"event":"on_play","stream":"s1","tier":"origin","app":"live","session":"…","node":"gz","format":"http-flv",
//      "address":"192.0.2.1","time_ms":…},
//     {"event":"on_stop",…,"bytes":…,"duration_ms":…,
//      "dropped":{"tail":…,"unreferred":…,"rest":…,"jumped":…,"undecodable":…},"jumps":…,
//      "delay_ms_mean":…,"delay_ms_max":…,"reason":"left"}]}
//
// A node tells of "s1_sd"; that is tier "sd" of stream "s1" (schedulerlib/transcode/played_tier.h).
// Bounded everywhere: a publish point gathers for half a second or a thousand plays, calls go one
// after the other, and calls that there is no room for are dropped and their plays counted; the next
// call of the publish point says how many (`left_out`). Nothing of it is stored: plays of a control
// plane that dies are lost.
#ifndef SERVICES_CALLBACK_PLAY_DESK_H_
#define SERVICES_CALLBACK_PLAY_DESK_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "nearcast/v1/node.pb.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/callback/callback_sender.h"
#include "services/scheduler/stream_table.h"

namespace nearcast::callback {

struct PlayDeskOptions {
  absl::Duration gather = absl::Milliseconds(500);
  size_t plays_max = 1'000;  // in a call
  size_t calls_max = 1'000;  // that wait, of all publish points
  absl::Duration timeout = absl::Seconds(5);
};

struct PlayTotals {
  uint64_t begun = 0;
  uint64_t ended = 0;
  uint64_t doubled = 0;   // told again, and passed over
  uint64_t left_out = 0;  // by nodes, as they say
  uint64_t called = 0;    // plays put into calls
  uint64_t dropped = 0;   // plays of calls that there was no room for
  CallbackTotals calls;
};

// Thread rule: any thread may call any method.
class PlayDesk {
 public:
  static constexpr int kEventsMax = 10'000;  // in a batch of a node

  // All must outlive the desk.
  PlayDesk(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots,
           const StreamTable* streams, const PlayDeskOptions& options = {});
  ~PlayDesk();

  // NOT_FOUND when no Node has that name; INVALID_ARGUMENT for a batch that is too large.
  absl::StatusOr<v1::TellPlaysResponse> Take(const v1::TellPlaysRequest& batch)
      ABSL_LOCKS_EXCLUDED(mutex_);

  PlayTotals totals() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Told {  // by one node
    std::string instance_id;
    uint64_t sequence = 0;
    uint64_t left_out = 0;
  };
  struct Gathered {     // for one publish point
    std::string plays;  // JSON objects with commas between them
    size_t count = 0;
    uint64_t dropped = 0;  // since the last call
  };

  bool IsNew(const v1::TellPlaysRequest& batch) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  struct Teller {  // the node that tells
    const std::string& name;
    scheduler::CdnIndex cdn;
  };

  void Gather(const scheduler::Snapshot& snapshot, const Teller& node, const v1::PlayEvent& event)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Call(const scheduler::Snapshot& snapshot, const std::string& point, Gathered& gathered)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  const Clock* const clock_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  const StreamTable* const streams_;
  const PlayDeskOptions options_;
  CallbackSender sender_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Told> told_ ABSL_GUARDED_BY(mutex_);  // by node
  std::map<std::string, Gathered> gathered_ ABSL_GUARDED_BY(mutex_);     // by publish point
  PlayTotals totals_ ABSL_GUARDED_BY(mutex_);
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace nearcast::callback

#endif  // SERVICES_CALLBACK_PLAY_DESK_H_
