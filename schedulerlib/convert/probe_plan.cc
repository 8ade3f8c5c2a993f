#include "schedulerlib/convert/probe_plan.h"

#include "schedulerlib/live/check_board.h"

namespace nearcast::scheduler {
namespace {

const char* TypeName(CheckType type) {
  switch (type) {
    case CheckType::kTcp:
      return "tcp";
    case CheckType::kHttp:
      return "http";
    case CheckType::kHttps:
      return "https";
    case CheckType::kRtmp:
      return "rtmp";
    case CheckType::kFlv:
      return "flv";
  }
  return "tcp";
}

uint16_t PortOf(const HealthCheck& check, const Node& node) {
  if (check.port != 0) return check.port;
  return check.type == CheckType::kRtmp ? node.rtmp_port : node.http_port;
}

void FillCheck(const HealthCheck& check, const Node& node, v1::ProbePlan::Check& to) {
  to.set_check(check.name);
  to.set_node(node.name);
  to.set_address(node.probe_address.empty() ? node.addresses.front() : node.probe_address);
  to.set_port(PortOf(check, node));
  to.set_type(TypeName(check.type));
  to.set_path(check.path);
  to.set_host(check.host);
  to.set_expected_status(check.expected_status);
  to.set_body_contains(check.body_contains);
  to.set_interval_ms(check.interval_ms);
  to.set_timeout_ms(check.timeout_ms);
  if (check.type != CheckType::kHttps) return;
  to.set_server_name(check.server_name.empty() ? check.host : check.server_name);
  to.set_skip_verify(check.skip_verify);
}

}  // namespace

v1::ProbePlan BuildProbePlan(const Snapshot& snapshot) {
  v1::ProbePlan plan;
  for (const HealthCheck& check : snapshot.health_checks) {
    for (const CompiledNode& node : snapshot.nodes) {
      if (Covers(check, node.spec)) FillCheck(check, node.spec, *plan.add_checks());
    }
  }
  return plan;
}

}  // namespace nearcast::scheduler
