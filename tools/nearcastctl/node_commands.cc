// node: the media nodes, what they measure, and taking one out of service.
#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"
#include "tools/nearcastctl/quantity_text.h"
#include "tools/nearcastctl/resource_table.h"

namespace nearcast::ctl {
namespace {

using Health = v1::NodeStatus;

constexpr uint32_t kRtmpPort = 1935;
constexpr uint32_t kHttpPort = 8088;

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

// "what the node says", and what was declared where that is something else.
std::string Compared(const std::string& said, const std::string& declared) {
  if (said.empty() || declared.empty() || said == declared) return said;
  return absl::StrCat(said, " (declared: ", declared, ")");
}

std::string PortText(uint32_t port, uint32_t otherwise) {
  return absl::StrCat(port == 0 ? otherwise : port);
}

std::string SaidPort(const v1::NodeStatus& node, uint32_t port) {
  return node.instance_id().empty() ? "" : absl::StrCat(port);
}

std::string WriteNode(const v1::NodeStatus& node, const World& world) {
  const v1::Node& spec = node.spec();
  const auto& addresses = spec.addresses();
  const bool listens_there =
      std::find(addresses.begin(), addresses.end(), node.listen_address()) != addresses.end();
  Table table({{"WHAT"}, {"VALUE"}});
  table.AddRow({"node", node.name()});
  table.AddRow({"cdn", spec.cdn()});
  table.AddRow({"location", DescribeLocation(spec.location())});
  table.AddRow({"health", HealthOf(node)});
  table.AddRow({"checks", node.checks()});
  table.AddRow({"state", spec.admin_state() == v1::Node::DRAINED ? "drained" : "active"});
  table.AddRow({"last report", LastReport(node, world.now)});
  table.AddRow({"instance", node.instance_id()});
  table.AddRow({"listens at", Compared(node.listen_address(),
                                       listens_there ? "" : absl::StrJoin(addresses, ","))});
  table.AddRow({"rtmp port",
                Compared(SaidPort(node, node.rtmp_port()), PortText(spec.rtmp_port(), kRtmpPort))});
  table.AddRow({"http port",
                Compared(SaidPort(node, node.http_port()), PortText(spec.http_port(), kHttpPort))});
  const bool states = node.capacity_bits_per_s() > 0;
  table.AddRow(
      {"capacity",
       Compared(states ? WriteBitRate(node.capacity_bits_per_s()) : "",
                spec.capacity_mbps() > 0 ? WriteBitRate(spec.capacity_mbps() * 1e6) : "none")});
  table.AddRow({"out", WriteBitRate(node.out_bits_per_s())});
  table.AddRow({"cpu", absl::StrCat(static_cast<int>(node.cpu() * 100 + 0.5), " %")});
  table.AddRow({"viewers", absl::StrCat(node.viewers())});
  table.AddRow({"streams", absl::StrCat(node.streams())});
  return table.Write(world.style);
}

ExitCode RunDescribe(Call& call) {
  const auto nodes = call.client().ListNodes();
  if (!nodes.ok()) return call.Failed(nodes.status());
  for (const v1::NodeStatus& node : nodes->nodes()) {
    if (node.name() != call.Argument(0)) continue;
    return call.Show(node, [&] { return WriteNode(node, call.world()); });
  }
  return call.Failed(absl::NotFoundError(
      absl::StrCat("there is no Node \"", call.Argument(0), "\"; see nearcastctl node list")));
}

std::string WriteDelay(uint32_t us) {
  return us == 0 ? "" : absl::StrFormat("%.1f ms", static_cast<double>(us) / 1000);
}

std::string WriteDelays(const v1::ListDelaysResponse& response, const World& world) {
  Table table({{"NODE"},
               {"TARGET"},
               {"PLACE"},
               {"COUNTS AS", Table::Align::kRight},
               {"MEDIAN", Table::Align::kRight},
               {"LAST", Table::Align::kRight},
               {"LOSS", Table::Align::kRight},
               {"MEASURED"}});
  for (const v1::DelayEntry& entry : response.entries()) {
    table.AddRow({entry.node(), entry.target(), DescribeLocation(entry.place()),
                  entry.has_counted_us() ? WriteDelay(entry.counted_us()) : "",
                  WriteDelay(entry.smoothed_us()), WriteDelay(entry.last_us()),
                  absl::StrFormat("%.0f %%", entry.loss() * 100),
                  WriteAge(absl::Milliseconds(entry.age_ms()))});
  }
  if (table.empty()) return "none\n";
  const uint64_t left_out = response.total() - response.entries_size();
  return absl::StrCat(table.Write(world.style),
                      left_out == 0 ? "" : absl::StrCat("and ", left_out, " more; name a node\n"));
}

ExitCode RunDelays(Call& call) {
  v1::ListDelaysRequest request;
  request.set_node(call.Argument(0));
  const auto delays = call.client().ListDelays(request);
  if (!delays.ok()) return call.Failed(delays.status());
  return call.Show(*delays, [&] { return WriteDelays(*delays, call.world()); });
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
      {.name = "node describe",
       .arguments = "NAME",
       .summary = "Shows all that is known of one node, and where it differs from its declaration.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl node describe guangzhou-1"},
       .run = RunDescribe},
      {.name = "node delays",
       .arguments = "[NAME]",
       .summary = "Shows the delays that nodes have measured to samples and to one another.",
       .details = "What a DelayProbe resource asks for. COUNTS AS is what ranking takes the delay "
                  "for; it is empty where the measurement is too old or too many were lost.",
       .flags = {},
       .examples = {"nearcastctl node delays", "nearcastctl node delays guangzhou-1"},
       .run = RunDelays},
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
