// ipdbtool lookup.
#ifndef TOOLS_IPDBTOOL_LOOKUP_COMMAND_H_
#define TOOLS_IPDBTOOL_LOOKUP_COMMAND_H_

#include "tools/ipdbtool/command.h"

namespace nearcast::ipdbtool {

extern const Command kLookupCommand;

}  // namespace nearcast::ipdbtool

#endif  // TOOLS_IPDBTOOL_LOOKUP_COMMAND_H_
