#include "tools/nearcastctl/cli.h"

#include <ostream>

#include "tools/nearcastctl/all_commands.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/command_line.h"
#include "tools/nearcastctl/help.h"
#include "tools/nearcastctl/output.h"

namespace nearcast::ctl {
namespace {

ExitCode Complain(const absl::Status& status, const World& world) {
  *world.err << "nearcastctl: " << status.message() << "\n";
  return ExitCode::kUsage;
}

absl::StatusOr<OutputFormat> FormatOf(const CommandLine& line) {
  const auto found = line.flags.find("output");
  if (found == line.flags.end()) return OutputFormat::kTable;
  return ParseOutputFormat(found->second.back());
}

}  // namespace

ExitCode RunCli(std::span<const std::string> words, const World& world) {
  const absl::StatusOr<CommandLine> line = ParseCommandLine(words, AllCommands());
  if (!line.ok()) return Complain(line.status(), world);
  if (line->command == nullptr) {
    *world.out << WriteHelp(line->topic, AllCommands());
    return ExitCode::kDone;
  }
  const absl::StatusOr<OutputFormat> format = FormatOf(*line);
  if (!format.ok()) return Complain(format.status(), world);
  Call call(world, *line, *format);
  return line->command->run(call);
}

}  // namespace nearcast::ctl
