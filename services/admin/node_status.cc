#include "services/admin/node_status.h"

#include <algorithm>

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
  status.set_instance_id(live.self.instance_id);
  status.set_listen_address(live.self.listen_address);
  status.set_rtmp_port(live.self.rtmp_port);
  status.set_http_port(live.self.http_port);
  status.set_capacity_bits_per_s(live.self.capacity_bits_per_s);
  if (live.last_report_at == -absl::InfiniteDuration()) return status;
  const timespec at = absl::ToTimespec(now - (monotonic - live.last_report_at));
  status.mutable_last_report_time()->set_seconds(at.tv_sec);
  status.mutable_last_report_time()->set_nanos(static_cast<int32_t>(at.tv_nsec));
  return status;
}

v1::DelayEntry WriteDelayEntry(const scheduler::DelayView& view) {
  v1::DelayEntry entry;
  entry.set_node(view.node);
  entry.set_target(view.target);
  entry.mutable_place()->set_country(view.place.country);
  entry.mutable_place()->set_region(view.place.region);
  entry.mutable_place()->set_city(view.place.city);
  entry.mutable_place()->set_isp(view.place.isp);
  if (view.counted_us.has_value()) entry.set_counted_us(*view.counted_us);
  entry.set_smoothed_us(view.median_us.value_or(0));
  entry.set_last_us(view.last_us.value_or(0));
  entry.set_loss(view.loss);
  entry.set_age_ms(static_cast<uint32_t>(
      std::clamp<int64_t>(absl::ToInt64Milliseconds(view.age), 0, UINT32_MAX)));
  return entry;
}

}  // namespace nearcast
