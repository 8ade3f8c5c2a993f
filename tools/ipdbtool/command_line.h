// CommandLine: the flags and arguments of one subcommand.
//
//   constexpr Flag kFlags[] = {{"output", 'o'}, {"names", '\0'}};
//   NC_ASSIGN_OR_RETURN(const CommandLine line,
//                       ParseCommandLine({"-o", "x.ncdb", "a.csv"}, kFlags));
//   line.ValueOr("output", "")  // "x.ncdb"
//   line.arguments()            // {"a.csv"}
#ifndef TOOLS_IPDBTOOL_COMMAND_LINE_H_
#define TOOLS_IPDBTOOL_COMMAND_LINE_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::ipdbtool {

enum class FlagKind { kValue, kSwitch };

struct Flag {
  absl::string_view name;  // Given as --name VALUE or --name=VALUE.
  char letter = '\0';      // Given as -l VALUE; '\0' for none.
  FlagKind kind = FlagKind::kValue;
};

class CommandLine {
 public:
  // All values of a flag that may be repeated, in order.
  std::vector<std::string> Values(absl::string_view flag) const;
  // The last value, or `otherwise` if the flag was not given.
  std::string ValueOr(absl::string_view flag, absl::string_view otherwise) const;
  bool Has(absl::string_view flag) const { return !Values(flag).empty(); }

  const std::vector<std::string>& arguments() const { return arguments_; }

 private:
  friend absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> words,
                                                      std::span<const Flag> flags);

  std::map<std::string, std::vector<std::string>> values_;
  std::vector<std::string> arguments_;
};

// Flags and arguments may alternate; "--" ends the flags, and "-" is an argument. kInvalidArgument
// for a flag that is not among `flags`, and for one without its value.
absl::StatusOr<CommandLine> ParseCommandLine(std::span<const std::string> words,
                                             std::span<const Flag> flags);

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_COMMAND_LINE_H_
