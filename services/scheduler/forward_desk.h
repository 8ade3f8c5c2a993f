// ForwardDesk: streams that the nodes that they are published to push on to RTMP servers elsewhere.
//
// What is asked stands with the stream, in its entry, and so outlives a restart; here is only an
// index of the streams that have any.
#ifndef SERVICES_SCHEDULER_FORWARD_DESK_H_
#define SERVICES_SCHEDULER_FORWARD_DESK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "nearcast/v1/scheduler.pb.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

struct ForwardTotals {
  uint64_t streams = 0;  // that are forwarded now
  uint64_t asked = 0;
  uint64_t refused = 0;
};

// Thread rule: any thread may call any method.
class ForwardDesk {
 public:
  // More streams at a time are refused with RESOURCE_EXHAUSTED, and more targets of one.
  static constexpr size_t kStreamsMax = 1000;
  static constexpr int kTargetsMax = 8;
  static constexpr size_t kUrlOctetsMax = 1024;

  // Knows what the table has, and watches it. It must outlive the desk.
  explicit ForwardDesk(StreamTable* streams);

  // The stream as it is now. Errors carry a reason (services/rpc/status.h).
  absl::StatusOr<StreamEntryPtr> Forward(const v1::ForwardStreamRequest& request);

  // What a node that has `published` ("app/stream", ascending) is to push on: those, and what is to
  // be pushed to it, so that a publisher who comes back finds its forwards standing.
  struct Order {
    std::string app_stream;
    std::string url;
  };
  std::vector<Order> OrdersOf(absl::string_view node,
                              const std::vector<std::string>& published) const;

  ForwardTotals totals() const;

 private:
  absl::StatusOr<StreamEntryPtr> Set(const v1::ForwardStreamRequest& request);
  absl::Status CheckRoom(const std::string& stream) const ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteChange(const StreamEntryPtr& entry) ABSL_LOCKS_EXCLUDED(mutex_);

  StreamTable* const streams_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, StreamEntryPtr> standing_ ABSL_GUARDED_BY(mutex_);  // by stream
  uint64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_FORWARD_DESK_H_
