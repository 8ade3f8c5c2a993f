#include "tools/nearcastctl/all_commands.h"

#include <utility>

namespace nearcast::ctl {

const std::vector<Command>& AllCommands() {
  static const auto* commands = [] {
    auto* all = new std::vector<Command>;
    for (auto* make :
         {ApplyCommands, SimulateCommands, ResourceCommands, RevisionCommands, CdnCommands,
          RatioCommands, QualityCommands, SwitchCommands, NodeCommands, StreamCommands,
          StatsCommands, ClientCommands, ExplainCommands, AddressCommands, VersionCommands}) {
      for (Command& command : make()) all->push_back(std::move(command));
    }
    return all;
  }();
  return *commands;
}

}  // namespace nearcast::ctl
