// Prober: a vantage. It takes the plan from the control plane, runs the checks when they are due
// and tells every replica what it finds.
#ifndef PROBE_PROBER_H_
#define PROBE_PROBER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "nearcast/v1/node.pb.h"
#include "probe/control_link.h"
#include "probe/schedule.h"

namespace nearcast::probe {

struct ProberOptions {
  std::string vantage;
  std::vector<std::string> controls;  // HOST:PORT, one a replica
  std::string source;                 // an address of this host to connect from; empty = any

  // Checks that run at the same time, each on a thread of its own.
  uint32_t threads = 64;
  uint64_t seed = 0;
};

// Thread rule: one owner. Of the plans of several replicas the one that came last is in use; while
// none can be reached, the last one goes on.
class Prober {
 public:
  explicit Prober(const ProberOptions& options);
  ~Prober();

 private:
  using Check = v1::ProbePlan::Check;

  void SetPlan(const v1::ProbePlan& plan);
  void Work();
  bool WaitForCheck(Check* check);
  void Tell(const v1::ProbeReport::CheckResult& result);
  bool Hurry() const { return stopped_ || plan_is_new_; }
  bool MayLead() const { return stopped_ || !has_leader_; }

  const ProberOptions options_;
  absl::Mutex mutex_;
  bool stopped_ = false;      // guarded by mutex_, as all below
  bool plan_is_new_ = false;  // the leader has not seen it
  bool has_leader_ = false;   // one worker waits for the time, the others for its place
  Schedule schedule_;
  std::map<std::pair<std::string, std::string>, bool> passed_;  // the last result, for the log

  // Constant after construction.
  std::vector<std::unique_ptr<ControlLink>> links_;
  std::vector<std::thread> workers_;
};

}  // namespace nearcast::probe

#endif  // PROBE_PROBER_H_
