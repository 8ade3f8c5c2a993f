#include "schedulerlib/convert/measure_plan.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {

v1::MeasurePlan BuildMeasurePlan(const Node& node, const std::vector<DelayTarget>& targets) {
  v1::MeasurePlan plan;
  std::string words;
  for (const DelayTarget& target : ChooseDelayTargets(node, targets)) {
    v1::MeasurePlan::Target* to = plan.add_targets();
    to->set_target(target.name);
    to->set_address(target.address.ToString());
    to->set_port(target.port);
    to->set_interval_ms(target.interval_s * 1000);
    to->set_timeout_ms(target.timeout_ms);
    to->set_tries(target.tries);
    absl::StrAppend(&words, target.name, " ", to->address(), " ", target.port, " ",
                    target.interval_s, " ", target.timeout_ms, " ", target.tries, "\n");
  }
  plan.set_id(std::max<uint64_t>(StableHash(words), 1));
  return plan;
}

}  // namespace nearcast::scheduler
