// node: the media nodes, and taking one out of service.
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"
#include "tools/nearcastctl/quantity_text.h"
#include "tools/nearcastctl/resource_table.h"

namespace nearcast::ctl {
namespace {

using Health = v1::NodeStatus;

std::string HealthOf(const v1::NodeStatus& node) {
  if (node.health() == Health::HEALTH_UNSPECIFIED) return "unknown";
  return absl::AsciiStrToLower(Health::Health_Name(node.health()));
}

std::string LastReport(const v1::NodeStatus& node, absl::Time now) {
  if (!node.has_last_report_time()) return "never";
  return WriteAge(now - ParseTime(node.last_report_time()));
}

std::string WriteNodes(const v1::ListNodesResponse& response, const World& world) {
  Table table({{"NODE"},
               {"HEALTH"},
               {"STATE"},
               {"LOCATION"},
               {"ADDRESSES"},
               {"OUT", Table::Align::kRight},
               {"CPU", Table::Align::kRight},
               {"VIEWERS", Table::Align::kRight},
               {"STREAMS", Table::Align::kRight},
               {"LAST REPORT"},
               {"CHECKS"}});
  for (const v1::NodeStatus& node : response.nodes()) {
    const bool drained = node.spec().admin_state() == v1::Node::DRAINED;
    table.AddRow(
        {node.name(), HealthOf(node), drained ? "drained" : "active",
         DescribeLocation(node.spec().location()), absl::StrJoin(node.spec().addresses(), ","),
         WriteBitRate(node.out_bits_per_s()),
         absl::StrCat(static_cast<int>(node.cpu() * 100 + 0.5), " %"), absl::StrCat(node.viewers()),
         absl::StrCat(node.streams()), LastReport(node, world.now), node.checks()},
        node.health() == Health::DOWN ? Table::Weight::kStrong : Table::Weight::kNormal);
  }
  return table.empty() ? "none\n" : table.Write(world.style);
}

ExitCode RunList(Call& call) {
  const auto nodes = call.client().ListNodes();
  if (!nodes.ok()) return call.Failed(nodes.status());
  return call.Show(*nodes, [&] { return WriteNodes(*nodes, call.world()); });
}

ExitCode RunDrain(Call& call) {
  v1::DrainNodeRequest request;
  request.set_node(call.Argument(0));
  call.FillNote(request.mutable_note());
  return ReportChange(call, call.client().DrainNode(request));
}

ExitCode RunUndrain(Call& call) {
  v1::UndrainNodeRequest request;
  request.set_node(call.Argument(0));
  call.FillNote(request.mutable_note());
  return ReportChange(call, call.client().UndrainNode(request));
}

}  // namespace

std::vector<Command> NodeCommands() {
  return {
      {.name = "node list",
       .arguments = "",
       .summary = "Shows the nodes with their health, state and load right now.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl node list", "nearcastctl node list -o json"},
       .run = RunList},
      {.name = "node drain",
       .arguments = "NAME",
       .summary = "Sends no new viewers or streams to a node.",
       .details = "Those that are there stay. A drained node still stands in when nothing else is "
                  "left.",
       .flags = NoteFlags(),
       .examples = {"nearcastctl node drain guangzhou-1 --reason \"new disks\""},
       .run = RunDrain},
      {.name = "node undrain",
       .arguments = "NAME",
       .summary = "Takes a drained node back into service.",
       .details = "",
       .flags = NoteFlags(),
       .examples = {"nearcastctl node undrain guangzhou-1"},
       .run = RunUndrain},
  };
}

}  // namespace nearcast::ctl
