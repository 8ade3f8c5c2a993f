// Command: what every subcommand of ipdbtool is.
#ifndef TOOLS_IPDBTOOL_COMMAND_H_
#define TOOLS_IPDBTOOL_COMMAND_H_

#include <istream>
#include <ostream>
#include <span>

#include "absl/status/statusor.h"
#include "tools/ipdbtool/command_line.h"

namespace nearcast::ipdbtool {

// As diff(1) and kubectl diff have them.
enum ExitCode : int { kSame = 0, kDifferent = 1, kFailed = 2 };

enum class Progress { kHidden, kShown };

// Where a command reads and writes. Results go to `out`, progress and errors to `err`.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Progress progress = Progress::kHidden;
};

struct Command {
  absl::string_view name;
  absl::string_view summary;  // Half a line.
  absl::string_view help;     // Usage, flags, examples.
  std::span<const Flag> flags;
  // An error is shown with the command's name before it, and ends the program with kFailed.
  absl::StatusOr<ExitCode> (*run)(const CommandLine& line, Terminal& terminal);
};

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_COMMAND_H_
