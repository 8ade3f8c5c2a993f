// ipdbtool build.
#ifndef TOOLS_IPDBTOOL_BUILD_COMMAND_H_
#define TOOLS_IPDBTOOL_BUILD_COMMAND_H_

#include "tools/ipdbtool/command.h"

namespace nearcast::ipdbtool {

extern const Command kBuildCommand;

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_BUILD_COMMAND_H_
