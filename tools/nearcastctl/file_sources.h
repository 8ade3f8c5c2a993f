// What -f names, read: for every command that takes resources from files.
#ifndef TOOLS_NEARCASTCTL_FILE_SOURCES_H_
#define TOOLS_NEARCASTCTL_FILE_SOURCES_H_

#include <optional>
#include <vector>

#include "proto/yaml/resource_reader.h"
#include "tools/nearcastctl/call.h"

namespace nearcast::ctl {

Flag FileFlag();

// The resources of all -f. Says what is wrong and returns nothing when they cannot be had.
std::optional<std::vector<yaml::ResourceSource>> ReadSources(Call& call);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_FILE_SOURCES_H_
