// ProbeDesk: what vantages are told and what they tell, without the transport.
#ifndef SERVICES_NODE_PROBE_DESK_H_
#define SERVICES_NODE_PROBE_DESK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "nearcast/v1/node.pb.h"
#include "services/publisher/publisher.h"

namespace nearcast {

// Thread rule: any thread may call any method.
class ProbeDesk {
 public:
  using Plan = std::shared_ptr<const v1::ProbePlan>;
  using TakePlan = std::function<void(Plan)>;

  // Both must outlive the desk, which is the only one to watch the publisher's configuration.
  ProbeDesk(const Clock* clock, Publisher* publisher);
  ~ProbeDesk();

  // Calls `take` with the plan now, and with each new one until Close; never after Close has
  // returned. `take` must not call the desk.
  uint64_t Open(TakePlan take);
  void Close(uint64_t vantage);

  // INVALID_ARGUMENT for a vantage without a name; RESOURCE_EXHAUSTED when too many reports wait.
  // Whoever reports also keeps the plan fresh: signatures in it are made anew before they end.
  absl::Status TakeReport(const v1::ProbeReport& report);

 private:
  void Refresh();
  void RefreshIfDue();

  const Clock* const clock_;
  Publisher* const publisher_;
  absl::Mutex mutex_;
  int64_t renew_at_s_ ABSL_GUARDED_BY(mutex_) = 0;
  Plan plan_ ABSL_GUARDED_BY(mutex_);
  std::string written_ ABSL_GUARDED_BY(mutex_);  // the plan's bytes without its version
  std::map<uint64_t, TakePlan> vantages_ ABSL_GUARDED_BY(mutex_);
  uint64_t next_vantage_ ABSL_GUARDED_BY(mutex_) = 1;
};

}  // namespace nearcast

#endif  // SERVICES_NODE_PROBE_DESK_H_
