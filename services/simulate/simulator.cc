#include "services/simulate/simulator.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "proto/resource/resource_key.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "services/rpc/status.h"
#include "services/sync/compile_config.h"

namespace nearcast {
namespace {

using rpc::WithReason;

v1::SimulationReport::Cdn ToProto(const scheduler::SimulatedCdn& from) {
  v1::SimulationReport::Cdn to;
  to.set_cdn(from.cdn);
  to.set_views(from.views);
  to.set_share(from.share);
  to.set_peak_mbps(from.peak_mbps);
  to.set_p95_mbps(from.p95_mbps);
  to.set_cost(from.cost);
  return to;
}

v1::SimulationReport::Cell ToProto(const scheduler::SimulatedCell& from) {
  v1::SimulationReport::Cell to;
  to.set_country(from.country);
  to.set_region(from.region);
  to.set_isp(from.isp);
  to.set_views(from.views);
  to.set_moved(from.moved);
  for (const scheduler::SimulatedShare& share : from.shares) {
    v1::SimulationReport::Share* added = to.add_shares();
    added->set_cdn(share.cdn);
    added->set_before(share.before);
    added->set_after(share.after);
  }
  return to;
}

v1::SimulationReport ToProto(const scheduler::SimulationReport& from) {
  v1::SimulationReport to;
  to.set_views(from.views);
  to.set_moved(from.moved);
  to.set_moved_nodes(from.moved_nodes);
  to.set_moved_tiers(from.moved_tiers);
  to.set_refused_before(from.refused_before);
  to.set_refused_after(from.refused_after);
  for (const auto& cdn : from.before) *to.add_before() = ToProto(cdn);
  for (const auto& cdn : from.after) *to.add_after() = ToProto(cdn);
  for (const auto& cell : from.cells) *to.add_cells() = ToProto(cell);
  to.set_cost_before(from.cost_before);
  to.set_cost_after(from.cost_after);
  return to;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const scheduler::Snapshot>> Simulator::BuildAfter(
    const v1::SimulateRequest& request, int64_t* revision) const {
  const ConfigFollower::View current = follower_->Current();
  *revision = current.revision;
  ConfigFollower::Resources after = *current.resources;
  for (const v1::Resource& put : request.resources()) after[resource::KeyOf(put)] = put;
  std::vector<v1::Resource> list;
  for (const auto& [key, resource] : after) list.push_back(resource);
  auto config = CompileConfig(list, current.revision);
  if (!config.ok()) return WithReason(config.status(), "INVALID_CONFIGURATION");
  return BuildSnapshot(*config, publisher_->CopyLive(), publisher_->holder()->Current()->places,
                       publisher_->CopyDelays());
}

Simulator::Run::~Run() {
  if (holds_turn_) simulator_->busy_ = false;
}

absl::Status Simulator::Run::Start(const v1::SimulateRequest& request) {
  if (simulator_->busy_.exchange(true)) {
    return WithReason(absl::ResourceExhaustedError("another simulation runs; try again later"),
                      "SIMULATION_RUNNING");
  }
  holds_turn_ = true;
  NC_ASSIGN_OR_RETURN(auto after, simulator_->BuildAfter(request, &revision_));
  simulation_.emplace(simulator_->publisher_->holder()->Current(), std::move(after));
  return absl::OkStatus();
}

absl::Status Simulator::Run::Replay(absl::string_view trace) {
  for (const absl::string_view line : absl::StrSplit(trace, '\n')) {
    if (line.empty()) continue;
    ++line_;
    bool is_row = false;
    const absl::Status read = reader_.Read(line, view_, is_row);
    if (!read.ok()) {
      return WithReason(
          absl::InvalidArgumentError(absl::StrCat("trace: line ", line_, ": ", read.message())),
          "INVALID_TRACE");
    }
    if (line_ > kTraceLinesMax) {
      return WithReason(absl::InvalidArgumentError(
                            absl::StrCat("trace: has more than ", kTraceLinesMax, " lines")),
                        "INVALID_TRACE");
    }
    if (is_row) simulation_->Add(view_);
  }
  return absl::OkStatus();
}

absl::Status Simulator::Run::Take(const v1::SimulateRequest& request) {
  if (!simulation_) NC_RETURN_IF_ERROR(Start(request));
  return Replay(request.trace());
}

absl::StatusOr<v1::SimulationReport> Simulator::Run::Finish() {
  if (!simulation_) {
    return WithReason(absl::InvalidArgumentError("no change and no trace were given"),
                      "INVALID_TRACE");
  }
  v1::SimulationReport report = ToProto(simulation_->Report());
  report.set_revision(revision_);
  ++simulator_->runs_;
  return report;
}

}  // namespace nearcast
