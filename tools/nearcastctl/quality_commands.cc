// quality: which tier players open with.
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
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

ExitCode SendPin(Call& call, const std::string& policy, const std::string& tier,
                 absl::Duration duration) {
  v1::SetDefaultQualityRequest request;
  request.set_policy(policy);
  request.set_tier(tier);
  request.set_pin(true);
  request.set_pin_for_s(static_cast<uint32_t>(absl::ToInt64Seconds(duration)));
  request.set_validate_only(call.Has("dry-run"));
  call.FillNote(request.mutable_note());
  return ReportChange(call, call.client().SetDefaultQuality(request));
}

ExitCode RunPin(Call& call) {
  const bool has_policy = call.arguments() == 2;
  absl::Duration duration;
  if (call.Has("for") &&
      (!absl::ParseDuration(call.Get("for"), &duration) || duration < absl::Seconds(1))) {
    return call.Misused(
        absl::StrCat("--for: \"", call.Get("for"), "\" is no time; write 30m, 2h or 1h30m"));
  }
  return SendPin(call, has_policy ? call.Argument(0) : "", call.Argument(has_policy ? 1 : 0),
                 duration);
}

ExitCode RunUnpin(Call& call) { return SendPin(call, call.Argument(0), "", absl::ZeroDuration()); }

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
      {.name = "quality pin",
       .arguments = "[POLICY] TIER",
       .summary = "Sets the tier that players open with, over rules and budget.",
       .details = "Until it is taken away, or for as long as --for says.",
       .flags = ChangeFlags({{"for", 0, "TIME", "how long: 30m, 2h"}}),
       .examples = {"nearcastctl quality pin sd --for 2h",
                    "nearcastctl quality pin evening ld --reason \"the final\""},
       .run = RunPin},
      {.name = "quality unpin",
       .arguments = "[POLICY]",
       .summary = "Lets rules and budget decide again.",
       .details = "",
       .flags = ChangeFlags({}),
       .examples = {"nearcastctl quality unpin"},
       .run = RunUnpin},
  };
}

}  // namespace nearcast::ctl
