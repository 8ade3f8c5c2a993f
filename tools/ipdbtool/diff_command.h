// ipdbtool diff.
#ifndef TOOLS_IPDBTOOL_DIFF_COMMAND_H_
#define TOOLS_IPDBTOOL_DIFF_COMMAND_H_

#include "tools/ipdbtool/command.h"

namespace nearcast::ipdbtool {

extern const Command kDiffCommand;

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_DIFF_COMMAND_H_
