// AdmissionDesk: which publishers and viewers nodes let in.
#ifndef SERVICES_NODE_ADMISSION_DESK_H_
#define SERVICES_NODE_ADMISSION_DESK_H_

#include <atomic>
#include <cstdint>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "nearcast/v1/node.pb.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

// What becomes of streams that nobody created here.
enum class UnknownStreams { kAdmit, kRefuse };

struct AdmissionCounts {
  uint64_t publishes_admitted = 0;
  uint64_t publishes_refused = 0;
  uint64_t plays_admitted = 0;
  uint64_t plays_refused = 0;
};

// Thread rule: any thread may call any method.
class AdmissionDesk {
 public:
  // All must outlive the desk.
  AdmissionDesk(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots,
                const StreamTable* streams, UnknownStreams unknown)
      : clock_(clock), snapshots_(snapshots), streams_(streams), unknown_(unknown) {}

  // PERMISSION_DENIED, in words for the publisher, for a stream that has ended, is banned or turned
  // off by a switch, or is pushed elsewhere or unknown where only known ones are admitted.
  absl::StatusOr<v1::AdmitPublishResponse> AdmitPublish(const v1::AdmitPublishRequest& request);

  // PERMISSION_DENIED for a stream that is banned or turned off by a switch, and for its tiers. The
  // GOP cache is what the scheduler would put into the URL for that network grade; streams that
  // nobody created here have none. The answer is for all viewers there, so only switches that need
  // to know nothing else of a viewer count, and none with a percentage.
  absl::StatusOr<v1::AdmitPlayResponse> AdmitPlay(const v1::AdmitPlayRequest& request);

  AdmissionCounts counts() const;

 private:
  // The stream, whichever tier of it is played. Null for one that nobody created here.
  StreamEntryPtr FindPlayed(const scheduler::Snapshot& snapshot,
                            const v1::AdmitPlayRequest& request) const;
  absl::Status Check(const v1::AdmitPublishRequest& request) const;

  const Clock* const clock_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  const StreamTable* const streams_;
  const UnknownStreams unknown_;
  std::atomic<uint64_t> publishes_admitted_{0};
  std::atomic<uint64_t> publishes_refused_{0};
  std::atomic<uint64_t> plays_admitted_{0};
  std::atomic<uint64_t> plays_refused_{0};
};

}  // namespace nearcast

#endif  // SERVICES_NODE_ADMISSION_DESK_H_
