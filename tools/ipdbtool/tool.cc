#include "tools/ipdbtool/tool.h"

#include <algorithm>

#include "tools/ipdbtool/build_command.h"
#include "tools/ipdbtool/diff_command.h"
#include "tools/ipdbtool/lookup_command.h"
#include "tools/ipdbtool/stat_command.h"

namespace nearcast::ipdbtool {
namespace {

constexpr const Command* kCommands[] = {&kBuildCommand, &kLookupCommand, &kStatCommand,
                                        &kDiffCommand};

bool IsHelp(const std::string& word) { return word == "--help" || word == "-h" || word == "help"; }

void WriteHelp(std::ostream& out) {
  out << "ipdbtool builds, inspects and compares IP databases.\n\nCommands:\n";
  for (const Command* command : kCommands) {
    out << "  " << command->name << std::string(10 - command->name.size(), ' ') << command->summary
        << '\n';
  }
  out << "\n`ipdbtool COMMAND --help` shows flags and examples. docs/ipdb.md is the whole story.\n";
}

ExitCode Fail(std::ostream& err, absl::string_view command, absl::string_view message) {
  err << "ipdbtool" << (command.empty() ? "" : " ") << command << ": " << message << '\n';
  return kFailed;
}

}  // namespace

ExitCode RunTool(std::span<const std::string> words, Terminal& terminal) {
  if (words.empty()) {
    WriteHelp(terminal.err);
    return kFailed;
  }
  if (IsHelp(words[0])) {
    WriteHelp(terminal.out);
    return kSame;
  }
  const auto found = std::find_if(std::begin(kCommands), std::end(kCommands),
                                  [&](const Command* c) { return c->name == words[0]; });
  if (found == std::end(kCommands)) {
    return Fail(terminal.err, "", "no command " + words[0] + "; see ipdbtool --help");
  }
  const Command& command = **found;
  const auto rest = words.subspan(1);
  if (std::any_of(rest.begin(), rest.end(), IsHelp)) {
    terminal.out << command.help;
    return kSame;
  }
  const absl::StatusOr<CommandLine> line = ParseCommandLine(rest, command.flags);
  if (!line.ok()) {
    return Fail(terminal.err, command.name,
                std::string(line.status().message()) + "; see ipdbtool " +
                    std::string(command.name) + " --help");
  }
  const absl::StatusOr<ExitCode> code = command.run(*line, terminal);
  return code.ok() ? *code : Fail(terminal.err, command.name, code.status().message());
}

}  // namespace nearcast::ipdbtool
