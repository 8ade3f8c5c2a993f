// ControlLink: one vantage's stream to one replica of the control plane: plans come, results go.
//
// It calls again when the stream breaks. Results that are found while it is broken are dropped: late
// ones would pass for new.
#ifndef PROBE_CONTROL_LINK_H_
#define PROBE_CONTROL_LINK_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/time/time.h"
#include "nearcast/v1/node.pb.h"

namespace nearcast::probe {

struct ControlLinkOptions {
  std::string vantage;
  std::string address;  // HOST:PORT

  // Results are gathered for so long before they are sent.
  absl::Duration gather = absl::Milliseconds(100);

  // Pauses between calls grow up to this.
  absl::Duration pause_max = absl::Seconds(2);

  // Results that may wait; more are dropped.
  size_t results_max = 100'000;
};

class ControlLink {
 public:
  using TakePlan = std::function<void(const v1::ProbePlan&)>;

  // `take` is called on the link's thread.
  ControlLink(const ControlLinkOptions& options, TakePlan take);
  ~ControlLink();

  // Any thread.
  void Send(const v1::ProbeReport::CheckResult& result);

 private:
  class Calls;
  const std::unique_ptr<Calls> calls_;
};

}  // namespace nearcast::probe

#endif  // PROBE_CONTROL_LINK_H_
