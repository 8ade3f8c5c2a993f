// quality: which tier players open with.
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/change_report.h"

namespace nearcast::ctl {
namespace {

ExitCode RunDefaultSet(Call& call) {
  const bool has_policy = call.arguments() == 2;
  v1::SetDefaultQualityRequest request;
  if (has_policy) request.set_policy(call.Argument(0));
  request.set_tier(call.Argument(has_policy ? 1 : 0));
  request.set_validate_only(call.Has("dry-run"));
  call.FillNote(request.mutable_note());
  return ReportChange(call, call.client().SetDefaultQuality(request));
}

}  // namespace

std::vector<Command> QualityCommands() {
  return {
      {.name = "quality default set",
       .arguments = "[POLICY] TIER",
       .summary = "Sets the tier that players open with.",
       .details = "TIER is origin, uhd, hd, sd, ld, md or ao. POLICY is \"default\" when left out, "
                  "and is made when it is not there.",
       .flags = ChangeFlags({}),
       .examples = {"nearcastctl quality default set hd",
                    "nearcastctl quality default set evening sd --reason \"bandwidth is tight\""},
       .run = RunDefaultSet},
  };
}

}  // namespace nearcast::ctl
