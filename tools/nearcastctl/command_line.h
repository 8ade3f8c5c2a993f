// ParseCommandLine: which command, which arguments, which flags. Pure.
#ifndef TOOLS_NEARCASTCTL_COMMAND_LINE_H_
#define TOOLS_NEARCASTCTL_COMMAND_LINE_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tools/nearcastctl/command.h"

namespace nearcast::ctl {

struct CommandLine {
  // Null when only help is wanted: of `topic`, the words before it ("cdn ratio"; empty = of
  // everything).
  const Command* command = nullptr;
  std::string topic;
  std::vector<std::string> arguments;
  std::map<std::string, std::vector<std::string>> flags;  // a switch has one empty value
};

// Flags that every command takes: --server, --output, --help.
const std::vector<Flag>& SharedFlags();

// The command with its arguments and the flags that it needs: "cdn ratio set [RULE] --main CDN=N".
std::string WriteUsage(const Command& command);

// The flag of that name, of the command or shared. Null when there is none.
const Flag* FindFlag(const Command& command, absl::string_view name);

// Flags may stand anywhere, as --name VALUE, --name=VALUE, -n VALUE or -nVALUE, more than once;
// "--" ends them. What is returned has all that the command needs. INVALID_ARGUMENT says what is
// wrong, what was probably meant, and how the command is used.
absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> words,
                                             std::span<const Command> commands);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_COMMAND_LINE_H_
