// ipdbtool stat.
#ifndef TOOLS_IPDBTOOL_STAT_COMMAND_H_
#define TOOLS_IPDBTOOL_STAT_COMMAND_H_

#include "tools/ipdbtool/command.h"

namespace nearcast::ipdbtool {

extern const Command kStatCommand;

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_STAT_COMMAND_H_
