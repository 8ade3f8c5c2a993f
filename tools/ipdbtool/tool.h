// The whole of ipdbtool but its main().
#ifndef TOOLS_IPDBTOOL_TOOL_H_
#define TOOLS_IPDBTOOL_TOOL_H_

#include <span>
#include <string>

#include "tools/ipdbtool/command.h"

namespace nearcast::ipdbtool {

// Runs the command that the first word names. Errors go to terminal.err, with what to do.
ExitCode RunTool(std::span<const std::string> words, Terminal& terminal);

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_TOOL_H_
