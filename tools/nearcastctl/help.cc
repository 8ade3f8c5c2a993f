#include "tools/nearcastctl/help.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tools/nearcastctl/command_line.h"

namespace nearcast::ctl {
namespace {

constexpr size_t kColumns = 88;

using Pair = std::pair<std::string, std::string>;

// Breaks the lines of `text` at blanks, so that they fit a terminal.
std::string Wrap(absl::string_view text) {
  std::string wrapped;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    while (line.size() > kColumns) {
      const size_t blank = line.rfind(' ', kColumns);
      if (blank == absl::string_view::npos) break;
      absl::StrAppend(&wrapped, line.substr(0, blank), "\n");
      line.remove_prefix(blank + 1);
    }
    absl::StrAppend(&wrapped, line, "\n");
  }
  return wrapped;
}

// "  left    right" lines, the right side aligned.
std::string WritePairs(const std::vector<Pair>& pairs) {
  size_t width = 0;
  for (const Pair& pair : pairs) width = std::max(width, pair.first.size());
  std::string text;
  for (const auto& [left, right] : pairs) {
    absl::StrAppend(&text, "  ", left, std::string(width - left.size() + 2, ' '), right, "\n");
  }
  return text;
}

std::string WriteFlags(const std::vector<Flag>& flags) {
  std::vector<Pair> pairs;
  for (const Flag& flag : flags) {
    const std::string letter =
        flag.letter == 0 ? "    " : absl::StrCat("-", std::string(1, flag.letter), ", ");
    pairs.emplace_back(
        absl::StrCat(letter, "--", flag.name, flag.value.empty() ? "" : " ", flag.value),
        flag.help);
  }
  return WritePairs(pairs);
}

std::string WriteCommandHelp(const Command& command) {
  std::string text = absl::StrCat(command.summary, "\n\nUsage: nearcastctl ", WriteUsage(command),
                                  command.flags.empty() ? "" : " [FLAGS]", "\n");
  if (!command.details.empty()) absl::StrAppend(&text, "\n", Wrap(command.details));
  if (!command.flags.empty()) absl::StrAppend(&text, "\nFlags:\n", WriteFlags(command.flags));
  absl::StrAppend(&text, "\nFlags of every command:\n", WriteFlags(SharedFlags()));
  if (!command.examples.empty()) absl::StrAppend(&text, "\nExamples:\n");
  for (const std::string& example : command.examples) absl::StrAppend(&text, "  ", example, "\n");
  return text;
}

}  // namespace

std::string WriteHelp(absl::string_view topic, std::span<const Command> commands) {
  std::vector<Pair> pairs;
  for (const Command& command : commands) {
    if (command.name == topic) return WriteCommandHelp(command);
    const bool below = topic.empty() || absl::StartsWith(command.name, absl::StrCat(topic, " "));
    if (below) pairs.emplace_back(WriteUsage(command), command.summary);
  }
  std::string text;
  if (topic.empty()) {
    text = "nearcastctl: shows, explains and changes what Nearcast decides.\n\n";
  }
  absl::StrAppend(&text, "Usage: nearcastctl ", topic, topic.empty() ? "" : " ",
                  "COMMAND [FLAGS]\n\nCommands:\n", WritePairs(pairs),
                  "\nFlags of every command:\n", WriteFlags(SharedFlags()),
                  "\nnearcastctl COMMAND --help has the flags and examples of one command.\n"
                  "Exit codes: 0 done, 1 refused by the server (of diff: there are differences),\n"
                  "2 a wrong call, a mistake in a file, or no server.\n");
  return text;
}

}  // namespace nearcast::ctl
