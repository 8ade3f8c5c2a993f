// StreamBoard: what nodes have told last of the streams that they have.
#ifndef SERVICES_NODE_STREAM_BOARD_H_
#define SERVICES_NODE_STREAM_BOARD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "nearcast/v1/admin.pb.h"
#include "nearcast/v1/node.pb.h"

namespace nearcast {

// Thread rule: any thread may call any method. Holds nothing of nodes that have been silent for a
// while.
class StreamBoard {
 public:
  static constexpr size_t kStreamsOfNodeMax = 1000;
  static constexpr size_t kEntriesMax = 10'000;  // in an answer

  // How long a report counts.
  static constexpr absl::Duration kSilence = absl::Seconds(10);

  // `clock` must outlive it.
  explicit StreamBoard(const Clock* clock) : clock_(clock) {}

  // Replaces what the node has told before.
  void Take(const v1::NodeReport& report);

  // Of one node and one stream (its name without application), or, where these are empty, of all.
  v1::ListStreamStatsResponse List(absl::string_view node, absl::string_view stream) const;

 private:
  struct Told {
    std::vector<v1::StreamStats> streams;
    uint64_t left_out = 0;
    absl::Duration at;  // monotonic
  };

  void ForgetSilent(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock* const clock_;
  mutable absl::Mutex mutex_;
  absl::btree_map<std::string, Told> nodes_ ABSL_GUARDED_BY(mutex_);
  absl::Duration forgot_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast

#endif  // SERVICES_NODE_STREAM_BOARD_H_
