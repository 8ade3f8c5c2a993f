// apply and diff: resources from YAML files.
#include <optional>

#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"
#include "tools/nearcastctl/file_sources.h"
#include "tools/nearcastctl/problem_places.h"

namespace nearcast::ctl {
namespace {

using Sources = std::vector<yaml::ResourceSource>;

v1::ApplyRequest MakeRequest(const Call& call, const Sources& sources) {
  v1::ApplyRequest request;
  for (const yaml::ResourceSource& source : sources) *request.add_resources() = source.resource;
  call.FillNote(request.mutable_note());
  return request;
}

absl::StatusOr<v1::ApplyResponse> Send(Call& call, const v1::ApplyRequest& request,
                                       const Sources& sources) {
  absl::StatusOr<v1::ApplyResponse> response = call.client().Apply(request);
  if (response.ok()) return response;
  return absl::Status(response.status().code(), MapProblems(response.status().message(), sources));
}

ExitCode RunApply(Call& call) {
  const std::optional<Sources> sources = ReadSources(call);
  if (!sources.has_value()) return ExitCode::kUsage;
  v1::ApplyRequest request = MakeRequest(call, *sources);
  request.set_validate_only(call.Has("dry-run"));
  return ReportChange(call, Send(call, request, *sources));
}

ExitCode RunDiff(Call& call) {
  const std::optional<Sources> sources = ReadSources(call);
  if (!sources.has_value()) return ExitCode::kUsage;
  v1::ApplyRequest request = MakeRequest(call, *sources);
  request.set_validate_only(true);
  const absl::StatusOr<v1::ApplyResponse> response = Send(call, request, *sources);
  if (!response.ok()) {
    call.Failed(response.status());
    return ExitCode::kUsage;  // 1 means differences
  }
  const std::string diff = WriteChangeDiff(*response, *sources);
  call.Show(*response, [&] { return diff; });
  return diff.empty() ? ExitCode::kDone : ExitCode::kRefused;
}

}  // namespace

std::vector<Command> ApplyCommands() {
  return {
      {.name = "apply",
       .arguments = "",
       .summary = "Creates or replaces the resources in YAML files, all or none.",
       .details = "Prints created, configured or unchanged for each, and the revision. Mistakes "
                  "are all shown at once, with file and line.",
       .flags = ChangeFlags({FileFlag()}),
       .examples = {"nearcastctl apply -f deploy/demo",
                    "nearcastctl apply -f deploy/demo --dry-run",
                    "nearcastctl apply -f deploy/demo --reason \"new prices\"",
                    "nearcastctl get all -o yaml | nearcastctl apply -f -"},
       .run = RunApply},
      {.name = "diff",
       .arguments = "",
       .summary = "Shows what apply would change, line by line.",
       .details = "Ends with 0 when nothing would change, 1 when something would, 2 when it cannot "
                  "tell.",
       .flags = {FileFlag()},
       .examples = {"nearcastctl diff -f deploy/demo"},
       .run = RunDiff},
  };
}

}  // namespace nearcast::ctl
