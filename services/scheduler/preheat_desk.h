// PreheatDesk: streams that nodes fetch and hold before their viewers come.
//
// What is asked stands with the stream, in its entry, and so outlives a restart; here is only an
// index by node. Nodes are chosen when it is asked, and once more when it starts, since hours may lie
// between.
#ifndef SERVICES_SCHEDULER_PREHEAT_DESK_H_
#define SERVICES_SCHEDULER_PREHEAT_DESK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "nearcast/v1/scheduler.pb.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

struct PreheatTotals {
  uint64_t streams = 0;  // that stand now, started or not
  uint64_t asked = 0;
  uint64_t refused = 0;
};

// Thread rule: any thread may call any method.
class PreheatDesk {
 public:
  // More streams at a time are refused with RESOURCE_EXHAUSTED.
  static constexpr size_t kStreamsMax = 1000;

  // Knows what the table has, and watches it. All must outlive the desk.
  PreheatDesk(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots,
              StreamTable* streams);

  // The stream as it is now. Errors carry a reason (services/rpc/status.h).
  absl::StatusOr<StreamEntryPtr> Preheat(const v1::PreheatStreamRequest& request);

  // Chooses the nodes of those that have started since, and forgets those that are over. Call it
  // every few seconds.
  void ApplyDue();

  // A stream as a node is to hold it.
  struct Held {
    std::string app;
    std::string stream;
  };
  std::vector<Held> HeldBy(const scheduler::CompiledNode& node) const;

  PreheatTotals totals() const;

 private:
  struct Standing {
    StreamEntryPtr entry;
    bool waits = false;  // has not started when it was taken up
  };

  absl::StatusOr<v1::Stream::Preheat> Plan(const v1::PreheatStreamRequest& request,
                                           const scheduler::Stream& stream) const;
  void ChooseNodes(const scheduler::Stream& stream, v1::Stream::Preheat& preheat) const;
  absl::StatusOr<StreamEntryPtr> Set(const v1::PreheatStreamRequest& request);
  absl::Status CheckRoom(const std::string& stream) const ABSL_LOCKS_EXCLUDED(mutex_);

  void NoteChange(const StreamEntryPtr& entry) ABSL_LOCKS_EXCLUDED(mutex_);
  void Drop(const std::string& stream) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ChooseAgain(const std::string& stream);
  void Forget(const std::string& stream);

  const Clock* const clock_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  StreamTable* const streams_;

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Standing> standing_ ABSL_GUARDED_BY(mutex_);  // by stream
  absl::flat_hash_map<std::string, std::vector<StreamEntryPtr>> by_node_ ABSL_GUARDED_BY(mutex_);
  uint64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_PREHEAT_DESK_H_
