// cdn: which share of the viewers each CDN gets.
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"
#include "tools/nearcastctl/ratio_weights.h"
#include "tools/nearcastctl/resource_table.h"

namespace nearcast::ctl {
namespace {

using Weights = google::protobuf::RepeatedPtrField<v1::RatioRule::Weight>;

void AddRows(const v1::Resource& rule, const std::string& line, const Weights& weights,
             Table* table) {
  uint64_t total = 0;
  for (const v1::RatioRule::Weight& weight : weights) total += weight.weight();
  const std::string scope = DescribeScope(rule.ratio_rule().scope());
  for (const v1::RatioRule::Weight& weight : weights) {
    table->AddRow({rule.name(), scope, line, weight.cdn(), absl::StrCat(weight.weight()),
                   WriteShare(weight.weight(), total)});
  }
}

std::string WriteRatios(const std::vector<v1::Resource>& rules, TextStyle style) {
  Table table({{"RULE"},
               {"SCOPE"},
               {"LINE"},
               {"CDN"},
               {"WEIGHT", Table::Align::kRight},
               {"SHARE", Table::Align::kRight}});
  for (const v1::Resource& rule : rules) {
    const v1::RatioRule& spec = rule.ratio_rule();
    AddRows(rule, "main", spec.main(), &table);
    AddRows(rule, "backup", spec.backup().empty() ? spec.main() : spec.backup(), &table);
  }
  return table.empty() ? "none\n" : table.Write(style);
}

ExitCode ShowRatios(Call& call, const std::vector<v1::Resource>& rules) {
  switch (call.format()) {
    case OutputFormat::kTable:
      call.Print(WriteRatios(rules, call.world().style));
      break;
    case OutputFormat::kJson:
      call.Print(WriteResourcesJson(rules));
      break;
    case OutputFormat::kYaml:
      call.Print(WriteResourcesYaml(rules));
      break;
  }
  return ExitCode::kDone;
}

ExitCode RunGet(Call& call) {
  if (call.arguments() == 1) {
    v1::GetResourceRequest request;
    request.set_kind("RatioRule");
    request.set_name(call.Argument(0));
    const auto rule = call.client().GetResource(request);
    return rule.ok() ? ShowRatios(call, {*rule}) : call.Failed(rule.status());
  }
  v1::ListResourcesRequest request;
  request.set_kind("RatioRule");
  const auto list = call.client().ListResources(request);
  if (!list.ok()) return call.Failed(list.status());
  return ShowRatios(call, {list->resources().begin(), list->resources().end()});
}

// Sets the request's scope when any of its flags is there. A flag is called as the field, with '-'
// for '_'.
void FillScope(const Call& call, v1::SetCdnRatioRequest* request) {
  const auto* type = v1::RatioRule::Scope::descriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const std::string flag = absl::StrReplaceAll(type->field(i)->name(), {{"_", "-"}});
    if (!call.Has(flag)) continue;
    v1::RatioRule::Scope* scope = request->mutable_scope();
    scope->GetReflection()->SetString(scope, type->field(i), call.Get(flag));
  }
}

absl::Status FillWeights(const Call& call, const std::string& flag, Weights* weights) {
  if (!call.Has(flag)) return absl::OkStatus();
  const auto parsed = ParseWeights(call.Get(flag));
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--", flag, ": ", parsed.status().message()));
  }
  weights->Assign(parsed->begin(), parsed->end());
  return absl::OkStatus();
}

ExitCode RunSet(Call& call) {
  v1::SetCdnRatioRequest request;
  request.set_rule(call.Argument(0));
  for (const auto& [flag, weights] :
       {std::pair("main", request.mutable_main()), std::pair("backup", request.mutable_backup())}) {
    const absl::Status filled = FillWeights(call, flag, weights);
    if (!filled.ok()) return call.Misused(filled.message());
  }
  FillScope(call, &request);
  request.set_validate_only(call.Has("dry-run"));
  call.FillNote(request.mutable_note());
  return ReportChange(call, call.client().SetCdnRatio(request));
}

}  // namespace

std::vector<Command> CdnCommands() {
  return {
      {.name = "cdn ratio get",
       .arguments = "[RULE]",
       .summary = "Shows each ratio rule's shares.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl cdn ratio get", "nearcastctl cdn ratio get default -o yaml"},
       .run = RunGet},
      {.name = "cdn ratio set",
       .arguments = "[RULE]",
       .summary = "Sets the shares of a ratio rule, which is made when it is not there.",
       .details =
           "Weights are relative to each other. RULE is \"default\" when left out. The scope "
           "stays as it is when none of its flags is given, and is replaced by those that are.",
       .flags =
           ChangeFlags({{"main", 0, "CDN=N[,CDN=N]", "weights for the main line", Need::kNeeded},
                        {"backup", 0, "CDN=N[,CDN=N]", "weights for the backup line"},
                        {"publish-point", 0, "NAME", "scope: only this publish point"},
                        {"country", 0, "CODE", "scope: only viewers of this country"},
                        {"region", 0, "CODE", "scope: only viewers of this region"},
                        {"isp", 0, "NAME", "scope: only viewers of this ISP"},
                        {"stream", 0, "NAME", "scope: only this stream"}}),
       .examples = {"nearcastctl cdn ratio set --main own=70,vendor-a=30",
                    "nearcastctl cdn ratio set telecom --isp chinatelecom --main own=100 --backup "
                    "vendor-a=100",
                    "nearcastctl cdn ratio set --main own=0,vendor-a=100 --reason \"own is full\""},
       .run = RunSet},
  };
}

}  // namespace nearcast::ctl
