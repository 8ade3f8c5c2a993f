// simulate: what a change would have done to a day of the past.
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/file_sources.h"
#include "tools/nearcastctl/problem_places.h"
#include "tools/nearcastctl/table.h"

namespace nearcast::ctl {
namespace {

using Report = v1::SimulationReport;

std::string Percent(double share) { return absl::StrFormat("%.2f %%", 100 * share); }

std::string Share(uint64_t part, uint64_t whole) {
  return absl::StrCat(part, " (", Percent(whole == 0 ? 0 : 1.0 * part / whole), ")");
}

const Report::Cdn* Find(const google::protobuf::RepeatedPtrField<Report::Cdn>& cdns,
                        const std::string& name) {
  for (const Report::Cdn& cdn : cdns) {
    if (cdn.cdn() == name) return &cdn;
  }
  return nullptr;
}

void AddCdnRow(const std::string& name, const Report::Cdn* before, const Report::Cdn* after,
               Table& table) {
  static const Report::Cdn* const none = new Report::Cdn;
  if (before == nullptr) before = none;
  if (after == nullptr) after = none;
  const auto mbps = [](double value) { return absl::StrFormat("%.1f", value); };
  table.AddRow({name, Percent(before->share()), Percent(after->share()), mbps(before->peak_mbps()),
                mbps(after->peak_mbps()), mbps(before->p95_mbps()), mbps(after->p95_mbps()),
                absl::StrFormat("%.2f", before->cost()), absl::StrFormat("%.2f", after->cost())});
}

std::string WriteCdns(const Report& report, TextStyle style) {
  Table table({{"CDN"},
               {"SHARE"},
               {"THEN"},
               {"PEAK Mb/s"},
               {"THEN"},
               {"P95 Mb/s"},
               {"THEN"},
               {"COST"},
               {"THEN"}});
  for (const Report::Cdn& cdn : report.before()) {
    AddCdnRow(cdn.cdn(), &cdn, Find(report.after(), cdn.cdn()), table);
  }
  for (const Report::Cdn& cdn : report.after()) {
    if (Find(report.before(), cdn.cdn()) == nullptr) AddCdnRow(cdn.cdn(), nullptr, &cdn, table);
  }
  return table.Write(style);
}

std::string WriteCells(const Report& report, int cells, TextStyle style) {
  Table table({{"COUNTRY"}, {"REGION"}, {"ISP"}, {"VIEWS"}, {"MOVED"}, {"RATIO"}, {"THEN"}});
  for (int i = 0; i < std::min(cells, report.cells_size()); ++i) {
    const Report::Cell& cell = report.cells(i);
    std::string before;
    std::string after;
    for (const Report::Share& share : cell.shares()) {
      absl::StrAppendFormat(&before, "%s%s %.1f", before.empty() ? "" : ", ", share.cdn(),
                            100 * share.before());
      absl::StrAppendFormat(&after, "%s%s %.1f", after.empty() ? "" : ", ", share.cdn(),
                            100 * share.after());
    }
    table.AddRow({cell.country(), cell.region(), cell.isp(), absl::StrCat(cell.views()),
                  Share(cell.moved(), cell.views()), before, after});
  }
  return table.Write(style);
}

std::string WriteReport(const Report& report, int cells, TextStyle style) {
  std::string text = absl::StrCat(
      "Against revision ", report.revision(), ", ", report.views(), " views; nothing was changed\n",
      "moved to another CDN    ", Share(report.moved(), report.views()), "\n",
      "moved to another node   ", Share(report.moved_nodes(), report.views()), "\n",
      "open with another tier  ", Share(report.moved_tiers(), report.views()), "\n",
      "refused                 ", report.refused_before(), " → ", report.refused_after(), "\n");
  absl::StrAppendFormat(&text, "cost                    %.2f → %.2f\n\n", report.cost_before(),
                        report.cost_after());
  return absl::StrCat(text, WriteCdns(report, style), "\n", WriteCells(report, cells, style));
}

ExitCode RunSimulate(Call& call) {
  const auto sources = ReadSources(call);
  if (!sources.has_value()) return ExitCode::kUsage;
  const absl::StatusOr<int> cells = call.GetNumber("cells", 0, 200, 20);
  if (!cells.ok()) return call.Misused(cells.status().message());
  std::ifstream trace(call.Get("replay"));
  if (!trace) {
    return call.Misused(absl::StrCat("--replay: ", call.Get("replay"), " cannot be read"));
  }
  v1::SimulateRequest change;
  for (const yaml::ResourceSource& source : *sources) *change.add_resources() = source.resource;
  const auto report = call.client().Simulate(change, trace);
  if (!report.ok()) {
    return call.Failed(
        absl::Status(report.status().code(), MapProblems(report.status().message(), *sources)));
  }
  return call.Show(*report, [&] { return WriteReport(*report, *cells, call.world().style); });
}

}  // namespace

std::vector<Command> SimulateCommands() {
  return {{.name = "simulate",
           .arguments = "",
           .summary = "Replays a recorded day through a change, and changes nothing.",
           .details =
               "Each view is decided twice, as things are and as the files would make them: who "
               "would move, each CDN's share, bandwidth and cost, and the ratio in every cell. The "
               "trace is CSV whose first line names its columns: time_s, address, publish_point "
               "and stream, and viewer, watch_s, app, app_version, device, os, network, class, "
               "grade where they are known.",
           .flags = {FileFlag(),
                     {"replay", 0, "TRACE", "the recorded views", Need::kNeeded},
                     {"cells", 0, "N", "how many cells to show, those with the most views (20)"}},
           .examples = {"nearcastctl simulate -f new.yaml --replay day.csv",
                        "nearcastctl simulate -f new.yaml --replay day.csv -o json"},
           .run = RunSimulate}};
}

}  // namespace nearcast::ctl
