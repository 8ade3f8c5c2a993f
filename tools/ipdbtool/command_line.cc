#include "tools/ipdbtool/command_line.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace nearcast::ipdbtool {
namespace {

// `word` without what follows '='.
const Flag* FindFlag(absl::string_view word, std::span<const Flag> flags) {
  const absl::string_view name = word.substr(0, word.find('='));
  const auto found = std::find_if(flags.begin(), flags.end(), [&](const Flag& flag) {
    return name == absl::StrCat("--", flag.name) ||
           (flag.letter != '\0' && name == std::string{'-', flag.letter});
  });
  return found == flags.end() ? nullptr : &*found;
}

}  // namespace

std::vector<std::string> CommandLine::Values(absl::string_view flag) const {
  const auto found = values_.find(std::string(flag));
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::string CommandLine::ValueOr(absl::string_view flag, absl::string_view otherwise) const {
  const std::vector<std::string> values = Values(flag);
  return values.empty() ? std::string(otherwise) : values.back();
}

absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> words,
                                             std::span<const Flag> flags) {
  CommandLine line;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") {
      line.arguments_.insert(line.arguments_.end(), words.begin() + i + 1, words.end());
      break;
    }
    if (!absl::StartsWith(word, "-") || word == "-") {
      line.arguments_.push_back(word);
      continue;
    }
    const Flag* flag = FindFlag(word, flags);
    if (flag == nullptr) return absl::InvalidArgumentError(absl::StrCat("unknown flag ", word));
    std::vector<std::string>& values = line.values_[std::string(flag->name)];
    const size_t equals = word.find('=');
    if (flag->kind == FlagKind::kSwitch) {
      values.push_back("true");
    } else if (equals != std::string::npos) {
      values.push_back(word.substr(equals + 1));
    } else if (i + 1 < words.size()) {
      values.push_back(words[++i]);
    } else {
      return absl::InvalidArgumentError(absl::StrCat(word, " needs a value after it"));
    }
  }
  return line;
}

}  // namespace nearcast::ipdbtool
