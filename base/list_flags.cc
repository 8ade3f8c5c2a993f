#include "base/list_flags.h"

#include <map>
#include <string>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/parse.h"
#include "absl/flags/reflection.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/check.h"

namespace nearcast {
namespace {

using Lists = std::map<absl::CommandLineFlag*, std::vector<absl::string_view>>;

// The flags' arguments are as absl::ParseCommandLine takes them: "--" ends them, and a value stands
// behind '=' or is the next argument.
Lists FindLists(int argc, char** argv) {
  Lists lists;
  for (int i = 1; i < argc; ++i) {
    absl::string_view text = argv[i];
    if (text == "--") break;
    if (text.size() < 2 || text[0] != '-') continue;
    text.remove_prefix(text[1] == '-' ? 2 : 1);
    const size_t equals = text.find('=');
    absl::CommandLineFlag* flag = absl::FindCommandLineFlag(text.substr(0, equals));
    if (flag == nullptr || flag->IsOfType<bool>()) continue;
    const bool is_next = equals == absl::string_view::npos;
    if (is_next && ++i == argc) break;
    if (!flag->IsOfType<std::vector<std::string>>()) continue;
    const absl::string_view value = is_next ? argv[i] : text.substr(equals + 1);
    if (!value.empty()) lists[flag].push_back(value);
  }
  return lists;
}

}  // namespace

std::vector<char*> ParseFlagsWithLists(int argc, char** argv) {
  std::vector<char*> rest = absl::ParseCommandLine(argc, argv);
  for (const auto& [flag, values] : FindLists(argc, argv)) {
    std::string error;
    NC_CHECK(flag->ParseFrom(absl::StrJoin(values, ","), &error));
  }
  return rest;
}

}  // namespace nearcast
