// Every command of nearcastctl, noun by noun. A new noun has a file NOUN_commands.cc, a line here
// and one in all_commands.cc.
#ifndef TOOLS_NEARCASTCTL_ALL_COMMANDS_H_
#define TOOLS_NEARCASTCTL_ALL_COMMANDS_H_

#include <vector>

#include "tools/nearcastctl/command.h"

namespace nearcast::ctl {

std::vector<Command> ApplyCommands();     // apply, diff
std::vector<Command> SimulateCommands();  // simulate
std::vector<Command> ResourceCommands();  // get, delete
std::vector<Command> CdnCommands();       // cdn ratio get, set
std::vector<Command> RatioCommands();     // cdn ratio status, propose; cdn usage
std::vector<Command> QualityCommands();   // quality default set, pin, unpin
std::vector<Command> SwitchCommands();    // switch set, clear, list
std::vector<Command> NodeCommands();      // node list, drain, undrain
std::vector<Command> StreamCommands();    // stream list, get, create, state, end
std::vector<Command> StatsCommands();     // stream stats, node streams
std::vector<Command> ClientCommands();    // client config
std::vector<Command> ExplainCommands();   // explain play, explain dns, play
std::vector<Command> AddressCommands();   // ip
std::vector<Command> RevisionCommands();  // history, rollback
std::vector<Command> VersionCommands();   // version

// In the order that help shows them.
const std::vector<Command>& AllCommands();

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_ALL_COMMANDS_H_
