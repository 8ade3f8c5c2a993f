// RunCli: nearcastctl without its process.
#ifndef TOOLS_NEARCASTCTL_CLI_H_
#define TOOLS_NEARCASTCTL_CLI_H_

#include <span>
#include <string>

#include "tools/nearcastctl/command.h"
#include "tools/nearcastctl/world.h"

namespace nearcast::ctl {

// `words` are the arguments without the program's name. Help goes to world.out, mistakes to
// world.err.
ExitCode RunCli(std::span<const std::string> words, const World& world);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_CLI_H_
