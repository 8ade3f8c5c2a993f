// WriteHelp: what --help prints. Pure.
#ifndef TOOLS_NEARCASTCTL_HELP_H_
#define TOOLS_NEARCASTCTL_HELP_H_

#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "tools/nearcastctl/command.h"

namespace nearcast::ctl {

// Of the command that is called `topic`, else of all whose names begin with it (empty = all of
// them).
std::string WriteHelp(absl::string_view topic, std::span<const Command> commands);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_HELP_H_
