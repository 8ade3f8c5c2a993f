// cdn ratio status, cdn ratio propose, cdn usage: how the ratio stands, and what would be cheaper.
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"
#include "tools/nearcastctl/quantity_text.h"
#include "tools/nearcastctl/table.h"

namespace nearcast::ctl {
namespace {

std::string Percent(double share) { return absl::StrFormat("%.1f %%", 100 * share); }

// "usable", "usable; push: a last resort: …", with what vantages say behind it.
std::string StandingText(const v1::RatioStatus::CdnStatus& cdn) {
  const auto with = [](absl::string_view standing, absl::string_view checks) {
    return checks.empty() ? std::string(standing) : absl::StrCat(standing, " (", checks, ")");
  };
  const std::string play = with(cdn.play_standing(), cdn.play_checks());
  if (cdn.push_standing() == cdn.play_standing() && cdn.push_checks().empty()) return play;
  return absl::StrCat(play, "; push: ", with(cdn.push_standing(), cdn.push_checks()));
}

std::string WriteStatus(const v1::RatioStatus& status, TextStyle style) {
  Table cdns({{"CDN"},
              {"MEASURED", Table::Align::kRight},
              {"INTENDED", Table::Align::kRight},
              {"ASSIGNED", Table::Align::kRight},
              {"CORRECTION", Table::Align::kRight},
              {"SPILL", Table::Align::kRight},
              {"STANDS"}});
  for (const v1::RatioStatus::CdnStatus& cdn : status.cdns()) {
    cdns.AddRow(
        {cdn.cdn(), cdn.has_measured_bits_per_s() ? WriteBitRate(cdn.measured_bits_per_s()) : "",
         WriteBitRate(cdn.intended_bits_per_s()), WriteBitRate(cdn.assigned_bits_per_s()),
         absl::StrFormat("%.3f", cdn.correction()), Percent(cdn.spill()), StandingText(cdn)});
  }
  std::string text = cdns.empty() ? "there is no CDN\n" : cdns.Write(style);
  Table policies({{"BUDGET OF"}, {"USED", Table::Align::kRight}, {"STEP", Table::Align::kRight}});
  for (const v1::RatioStatus::PolicyStatus& policy : status.policies()) {
    policies.AddRow({policy.policy(), Percent(policy.share()),
                     policy.step() == 0 ? "" : absl::StrCat(policy.step())});
  }
  if (!policies.empty()) absl::StrAppend(&text, "\n", policies.Write(style));
  absl::StrAppend(&text, "\n", status.sessions(), " session(s) remembered, ",
                  status.sessions_by_debt(), " chosen by debt, ", status.sessions_forgotten(),
                  " forgotten\n");
  return text;
}

ExitCode RunStatus(Call& call) {
  const auto status = call.client().GetRatioStatus();
  if (!status.ok()) return call.Failed(status.status());
  return call.Show(*status, [&] { return WriteStatus(*status, call.world().style); });
}

std::string WriteProposal(const v1::RatioProposal& proposal, TextStyle style) {
  Table table({{"CDN"},
               {"SHARE NOW", Table::Align::kRight},
               {"PROPOSED", Table::Align::kRight},
               {"CARRIES", Table::Align::kRight},
               {"COST NOW", Table::Align::kRight},
               {"PROPOSED", Table::Align::kRight}});
  const auto money = [](double value) { return absl::StrFormat("%.0f", value); };
  for (const v1::RatioProposal::Share& share : proposal.shares()) {
    table.AddRow({share.cdn(), Percent(share.share_now()), Percent(share.share_proposed()),
                  WriteBitRate(share.mbps() * 1e6), money(share.cost_now()),
                  money(share.cost_proposed())});
  }
  table.AddRow({"all", "", "", "", money(proposal.cost_now()), money(proposal.cost_proposed())},
               Table::Weight::kStrong);
  std::string text = table.Write(style);
  for (const std::string& note : proposal.notes()) absl::StrAppend(&text, note, "\n");
  for (const v1::Resource& rule : proposal.resources()) {
    std::vector<std::string> weights;
    for (const auto& weight : rule.ratio_rule().main()) {
      weights.push_back(absl::StrCat(weight.cdn(), "=", weight.weight()));
    }
    absl::StrAppend(&text, "rule ", rule.name(), ": ", absl::StrJoin(weights, ","), "\n");
  }
  if (proposal.resources().empty()) absl::StrAppend(&text, "the weights are best as they are\n");
  return text;
}

ExitCode RunPropose(Call& call) {
  v1::ProposeRatioRequest request;
  const auto demand = call.GetNumber("demand-mbps", 1, 2'000'000'000, 0);
  if (!demand.ok()) return call.Misused(demand.status().message());
  const auto step = call.GetNumber("step", 1, 100, 0);
  if (!step.ok()) return call.Misused(step.status().message());
  const auto least = call.GetNumber("least", 1, 100, 0);
  if (!least.ok()) return call.Misused(least.status().message());
  request.set_demand_mbps(*demand);
  request.set_step_max_percent(*step);
  request.set_share_min_percent(*least);
  const auto proposal = call.client().ProposeRatio(request);
  if (!proposal.ok()) return call.Failed(proposal.status());
  if (!call.Has("apply")) {
    return call.Show(*proposal, [&] { return WriteProposal(*proposal, call.world().style); });
  }
  v1::ApplyRequest apply;
  *apply.mutable_resources() = proposal->resources();
  apply.set_validate_only(call.Has("dry-run"));
  call.FillNote(apply.mutable_note());
  call.Print(WriteProposal(*proposal, call.world().style));
  if (apply.resources().empty()) return ExitCode::kDone;
  return ReportChange(call, call.client().Apply(apply));
}

ExitCode RunUsage(Call& call) {
  v1::ReportCdnUsageRequest request;
  for (const absl::string_view part : absl::StrSplit(call.Argument(0), ',')) {
    const std::vector<std::string> words = absl::StrSplit(part, '=');
    double gbps = 0;
    if (words.size() != 2 || words[0].empty() || !absl::SimpleAtod(words[1], &gbps) ||
        !(gbps >= 0) || !std::isfinite(gbps)) {
      return call.Misused(absl::StrCat("\"", part,
                                       "\" is no usage; write CDN=GBPS, as in "
                                       "vendor-a=12.5"));
    }
    v1::CdnUsage* usage = request.add_usage();
    usage->set_cdn(words[0]);
    usage->set_bits_per_s(gbps * 1e9);
  }
  const auto reported = call.client().ReportCdnUsage(request);
  if (!reported.ok()) return call.Failed(reported.status());
  call.Print(absl::StrCat("usage of ", request.usage_size(), " CDN(s) is noted\n"));
  return ExitCode::kDone;
}

}  // namespace

std::vector<Command> RatioCommands() {
  return {
      {.name = "cdn ratio status",
       .arguments = "",
       .summary = "Shows what CDNs carry and should carry, corrections, caps and budgets.",
       .details = "INTENDED is what the weights give of the sessions begun lately, ASSIGNED what "
                  "they were given. The weights are multiplied by CORRECTION. SPILL is the share "
                  "of viewers that pass a CDN over because of its cap.",
       .flags = {},
       .examples = {"nearcastctl cdn ratio status"},
       .run = RunStatus},
      {.name = "cdn ratio propose",
       .arguments = "",
       .summary = "Proposes weights that cost least within caps and commits.",
       .details = "A linear program over every ratio rule. Changes nothing without --apply. Plan "
                  "for the 95th percentile: what lies above it is not billed.",
       .flags = ChangeFlags({{"demand-mbps", 0, "N", "what to plan for (else what is measured)"},
                             {"step", 0, "PERCENT", "how far one share may move"},
                             {"least", 0, "PERCENT", "what each CDN of a rule gets at least"},
                             {"apply", 0, "", "makes the proposal the configuration"}}),
       .examples = {"nearcastctl cdn ratio propose --demand-mbps 500000",
                    "nearcastctl cdn ratio propose --step 5 --least 2 --apply --reason \"month "
                    "end\""},
       .run = RunPropose},
      {.name = "cdn usage",
       .arguments = "CDN=GBPS[,CDN=GBPS]",
       .summary = "Says what vendors' CDNs carry right now, as their consoles show it.",
       .details = "Counts for three minutes. Nodes of one's own report by themselves.",
       .flags = {},
       .examples = {"nearcastctl cdn usage vendor-a=12.5,vendor-b=3"},
       .run = RunUsage},
  };
}

}  // namespace nearcast::ctl
