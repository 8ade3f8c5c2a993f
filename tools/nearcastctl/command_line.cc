#include "tools/nearcastctl/command_line.h"

#include <algorithm>
#include <cstddef>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "proto/resource/nearest_name.h"

namespace nearcast::ctl {
namespace {

using Words = std::vector<std::string>;

absl::Status Misused(const Command& command, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(what, "\nusage: nearcastctl ", WriteUsage(command),
                                                 "\nmore: nearcastctl ", command.name, " --help"));
}

// "-f FILE" or "--ip ADDRESS"
std::string ShowFlag(const Flag& flag) {
  const std::string name = flag.letter != 0 ? absl::StrCat("-", std::string(1, flag.letter))
                                            : absl::StrCat("--", flag.name);
  return flag.value.empty() ? name : absl::StrCat(name, " ", flag.value);
}

// A flag as it was typed, before it is known which command it belongs to.
struct TypedFlag {
  std::string typed;  // "--output", "-o"
  const Flag* flag;   // of some command; null when no command has it
  std::string value;
};

// Splits the words into flags and the rest. Whether a flag takes a value is the same in all
// commands, so that the command need not be known first.
class WordSplitter {
 public:
  WordSplitter(std::span<const std::string> words, std::span<const Command> commands)
      : words_(words) {
    for (const Flag& flag : SharedFlags()) flags_.push_back(&flag);
    for (const Command& command : commands) {
      for (const Flag& flag : command.flags) flags_.push_back(&flag);
    }
  }

  absl::Status Split() {
    for (; next_ < words_.size(); ++next_) {
      const std::string& word = words_[next_];
      if (word == "--") {
        rest_.insert(rest_.end(), words_.begin() + next_ + 1, words_.end());
        break;
      }
      const bool is_flag = word.size() > 1 && word[0] == '-';
      if (!is_flag) {
        rest_.push_back(word);
      } else {
        NC_RETURN_IF_ERROR(absl::StartsWith(word, "--") ? SplitLong(word) : SplitShort(word));
      }
    }
    return absl::OkStatus();
  }

  const Words& rest() const { return rest_; }
  const std::vector<TypedFlag>& flags() const { return typed_; }

 private:
  absl::Status SplitLong(const std::string& word) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const auto found = std::find_if(flags_.begin(), flags_.end(),
                                    [&](const Flag* flag) { return name.substr(2) == flag->name; });
    const Flag* flag = found == flags_.end() ? nullptr : *found;
    if (equals == std::string::npos) return Add(name, flag, nullptr);
    const std::string value = word.substr(equals + 1);
    return Add(name, flag, &value);
  }

  absl::Status SplitShort(const std::string& word) {
    const auto found = std::find_if(flags_.begin(), flags_.end(),
                                    [&](const Flag* flag) { return word[1] == flag->letter; });
    const Flag* flag = found == flags_.end() ? nullptr : *found;
    const std::string value = word.substr(2);
    return Add(word.substr(0, 2), flag, value.empty() ? nullptr : &value);
  }

  absl::Status Add(const std::string& typed, const Flag* flag, const std::string* value) {
    TypedFlag split{.typed = typed, .flag = flag, .value = ""};
    if (flag != nullptr && flag->value.empty() && value != nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(typed, " takes no value"));
    }
    if (value != nullptr) {
      split.value = *value;
    } else if (flag != nullptr && !flag->value.empty()) {
      if (++next_ >= words_.size()) {
        return absl::InvalidArgumentError(absl::StrCat(typed, " needs a value: ", flag->value));
      }
      split.value = words_[next_];
    }
    typed_.push_back(std::move(split));
    return absl::OkStatus();
  }

  std::span<const std::string> words_;
  std::vector<const Flag*> flags_;
  size_t next_ = 0;
  Words rest_;
  std::vector<TypedFlag> typed_;
};

Words NameOf(const Command& command) { return absl::StrSplit(command.name, ' '); }

size_t CommonWords(const Words& a, const Words& b) {
  size_t same = 0;
  while (same < a.size() && same < b.size() && a[same] == b[same]) ++same;
  return same;
}

// The command whose whole name the words begin with; the longest of several.
const Command* FindCommand(const Words& words, std::span<const Command> commands) {
  const Command* found = nullptr;
  for (const Command& command : commands) {
    const Words name = NameOf(command);
    const bool matches = CommonWords(name, words) == name.size();
    if (matches && (found == nullptr || NameOf(*found).size() < name.size())) found = &command;
  }
  return found;
}

// What may follow the first `known` words.
Words NextWords(const Words& words, size_t known, std::span<const Command> commands) {
  std::set<std::string> next;
  for (const Command& command : commands) {
    const Words name = NameOf(command);
    if (CommonWords(name, words) == known && name.size() > known) next.insert(name[known]);
  }
  return Words(next.begin(), next.end());
}

absl::Status UnknownCommand(const Words& words, std::span<const Command> commands) {
  size_t known = 0;
  for (const Command& command : commands) {
    known = std::max(known, CommonWords(NameOf(command), words));
  }
  const std::string before = absl::StrJoin(words.begin(), words.begin() + known, " ");
  const Words next = NextWords(words, known, commands);
  const std::string more =
      absl::StrCat("\nmore: nearcastctl ", before, before.empty() ? "" : " ", "--help");
  if (known == words.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("nearcastctl", before.empty() ? "" : " ", before,
                     " needs one of these behind it: ", absl::StrJoin(next, ", "), more));
  }
  const std::string typed = absl::StrJoin(words.begin(), words.begin() + known + 1, " ");
  const auto nearest = resource::FindNearestName(words[known], next);
  const std::string hint =
      nearest.has_value()
          ? absl::StrCat("; did you mean \"", before, before.empty() ? "" : " ", *nearest, "\"?")
          : absl::StrCat("; there is: ", absl::StrJoin(next, ", "));
  return absl::InvalidArgumentError(absl::StrCat("unknown command \"", typed, "\"", hint, more));
}

absl::Status TakeFlags(const std::vector<TypedFlag>& typed_flags, CommandLine* line) {
  const Command& command = *line->command;
  for (const TypedFlag& typed : typed_flags) {
    if (typed.flag != nullptr && FindFlag(command, typed.flag->name) != nullptr) {
      line->flags[typed.flag->name].push_back(typed.value);
      continue;
    }
    Words names;
    for (const Flag& flag : command.flags) names.push_back(absl::StrCat("--", flag.name));
    for (const Flag& flag : SharedFlags()) names.push_back(absl::StrCat("--", flag.name));
    return Misused(command, absl::StrCat("unknown flag ", typed.typed,
                                         resource::SuggestName(typed.typed, names, "flags")));
  }
  return absl::OkStatus();
}

absl::Status CheckComplete(const CommandLine& line) {
  const Words names = absl::StrSplit(line.command->arguments, ' ', absl::SkipEmpty());
  const auto least = static_cast<size_t>(std::count_if(
      names.begin(), names.end(), [](const std::string& name) { return name[0] != '['; }));
  if (line.arguments.size() > names.size()) {
    return Misused(*line.command,
                   absl::StrCat("unexpected argument \"", line.arguments[names.size()], "\""));
  }
  if (line.arguments.size() < least) return Misused(*line.command, "an argument is missing");
  for (const Flag& flag : line.command->flags) {
    const bool missing = flag.need == Need::kNeeded && line.flags.count(flag.name) == 0;
    if (missing) return Misused(*line.command, absl::StrCat(ShowFlag(flag), " is missing"));
  }
  return absl::OkStatus();
}

bool WantsHelp(const WordSplitter& split) {
  const bool flag = std::any_of(
      split.flags().begin(), split.flags().end(),
      [](const TypedFlag& typed) { return typed.flag != nullptr && typed.flag->name == "help"; });
  return flag || split.rest().empty() || split.rest().front() == "help";
}

absl::StatusOr<CommandLine> ParseHelp(Words words, std::span<const Command> commands) {
  if (!words.empty() && words.front() == "help") words.erase(words.begin());
  if (const Command* command = FindCommand(words, commands)) {
    return CommandLine{.command = nullptr, .topic = command->name, .arguments = {}, .flags = {}};
  }
  if (!words.empty() && NextWords(words, words.size(), commands).empty()) {
    return UnknownCommand(words, commands);
  }
  return CommandLine{
      .command = nullptr, .topic = absl::StrJoin(words, " "), .arguments = {}, .flags = {}};
}

}  // namespace

const std::vector<Flag>& SharedFlags() {
  static const auto* flags = new std::vector<Flag>{
      {"server", 's', "HOST:PORT",
       "the control plane's gRPC address (else $NEARCAST_SERVER, else 127.0.0.1:7070)"},
      {"output", 'o', "FORMAT", "table (for people), json or yaml"},
      {"help", 'h', "", "what the command does, with examples"},
  };
  return *flags;
}

std::string WriteUsage(const Command& command) {
  std::string usage = command.name;
  if (!command.arguments.empty()) absl::StrAppend(&usage, " ", command.arguments);
  for (const Flag& flag : command.flags) {
    if (flag.need == Need::kNeeded) absl::StrAppend(&usage, " ", ShowFlag(flag));
  }
  return usage;
}

const Flag* FindFlag(const Command& command, absl::string_view name) {
  for (const std::vector<Flag>* flags : {&command.flags, &SharedFlags()}) {
    for (const Flag& flag : *flags) {
      if (flag.name == name) return &flag;
    }
  }
  return nullptr;
}

absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> words,
                                             std::span<const Command> commands) {
  WordSplitter split(words, commands);
  NC_RETURN_IF_ERROR(split.Split());
  if (WantsHelp(split)) return ParseHelp(split.rest(), commands);
  CommandLine line;
  line.command = FindCommand(split.rest(), commands);
  if (line.command == nullptr) return UnknownCommand(split.rest(), commands);
  line.arguments.assign(split.rest().begin() + NameOf(*line.command).size(), split.rest().end());
  NC_RETURN_IF_ERROR(TakeFlags(split.flags(), &line));
  NC_RETURN_IF_ERROR(CheckComplete(line));
  return line;
}

}  // namespace nearcast::ctl
