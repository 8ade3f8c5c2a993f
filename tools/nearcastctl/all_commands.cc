#include "tools/nearcastctl/all_commands.h"

#include <utility>

namespace nearcast::ctl {

const std::vector<Command>& AllCommands() {
  static const auto* commands = [] {
    auto* all = new std::vector<Command>;
    for (auto* make :
         {ApplyCommands, ResourceCommands, RevisionCommands, CdnCommands, QualityCommands,
          NodeCommands, StreamCommands, ExplainCommands, AddressCommands, VersionCommands}) {
      for (Command& command : make()) all->push_back(std::move(command));
    }
    return all;
  }();
  return *commands;
}

}  // namespace nearcast::ctl
