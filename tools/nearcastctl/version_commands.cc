// version.
#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"

namespace nearcast::ctl {
namespace {

constexpr char kVersion[] = "nearcastctl 0.1.0 (nearcast.v1)\n";

ExitCode RunVersion(Call& call) {
  call.Print(kVersion);
  return ExitCode::kDone;
}

}  // namespace

std::vector<Command> VersionCommands() {
  return {
      {.name = "version",
       .arguments = "",
       .summary = "Shows this program's version and that of the interface it speaks.",
       .details = "",
       .flags = {},
       .examples = {"nearcastctl version"},
       .run = RunVersion},
  };
}

}  // namespace nearcast::ctl
