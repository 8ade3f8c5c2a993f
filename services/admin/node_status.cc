#include "services/admin/node_status.h"

namespace nearcast {
namespace {

v1::NodeStatus::Health HealthOf(const v1::Node& spec, const scheduler::NodeLive& live) {
  if (live.checks == scheduler::Health::kDown) return v1::NodeStatus::DOWN;
  if (spec.health() == v1::Node::ALWAYS_UP) return v1::NodeStatus::UP;
  switch (live.health) {
    case scheduler::Health::kUp:
      return v1::NodeStatus::UP;
    case scheduler::Health::kDown:
      return v1::NodeStatus::DOWN;
    case scheduler::Health::kUnknown:
      return v1::NodeStatus::UNKNOWN;
  }
  return v1::NodeStatus::UNKNOWN;
}

}  // namespace

v1::NodeStatus WriteNodeStatus(const v1::Resource& resource, const scheduler::NodeLive& live,
                               absl::Time now, absl::Duration monotonic) {
  v1::NodeStatus status;
  status.set_name(resource.name());
  *status.mutable_spec() = resource.node();
  status.set_health(HealthOf(resource.node(), live));
  status.set_out_bits_per_s(live.out_bits_per_s);
  status.set_cpu(live.cpu);
  status.set_viewers(live.viewers);
  status.set_streams(live.streams);
  status.set_checks(live.checks_detail);
  if (live.last_report_at == -absl::InfiniteDuration()) return status;
  const timespec at = absl::ToTimespec(now - (monotonic - live.last_report_at));
  status.mutable_last_report_time()->set_seconds(at.tv_sec);
  status.mutable_last_report_time()->set_nanos(static_cast<int32_t>(at.tv_nsec));
  return status;
}

}  // namespace nearcast
