// CallbackDesk: sees to it that every change of a stream is told to its publish point's callback URL,
// at least once, in order, across restarts.
//
// A change and what is to be told of it are stored in one write, with the stream; what was told, or
// was given up after every try, is taken off again.
#ifndef SERVICES_CALLBACK_CALLBACK_DESK_H_
#define SERVICES_CALLBACK_CALLBACK_DESK_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/callback/callback_event.h"
#include "services/callback/callback_sender.h"
#include "services/scheduler/stream_table.h"

namespace nearcast::callback {

// Thread rule: any thread may call any method.
class CallbackDesk {
 public:
  // More changes of one stream that wait are not kept, and counted.
  static constexpr size_t kUntoldMax = 64;

  // Watches the table from now on, and sends what a life before has left untold. All must outlive
  // the desk, and the table must not change any more when the desk is gone.
  CallbackDesk(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots,
               StreamTable* streams, const CallbackSenderOptions& options = {});

  CallbackTotals totals() const;

 private:
  void Annotate(const StreamEntry* before, StreamEntry& after);
  void SendNew(const StreamEntry& after);
  void SendUntold();
  const scheduler::Callback* CallbackOf(const scheduler::Snapshot& snapshot,
                                        const StreamEntry& entry) const;

  const Clock* const clock_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  StreamTable* const streams_;
  std::atomic<uint64_t> not_kept_{0};
  CallbackSender sender_;
};

}  // namespace nearcast::callback

#endif  // SERVICES_CALLBACK_CALLBACK_DESK_H_
