// ReadResourceTexts: the files that -f names.
#ifndef TOOLS_NEARCASTCTL_RESOURCE_FILES_H_
#define TOOLS_NEARCASTCTL_RESOURCE_FILES_H_

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/yaml/resource_reader.h"

namespace nearcast::ctl {

// Of each path: the file; every *.yaml, *.yml and *.json directly in the directory, in the order of
// names; or, for "-", all of `standard_input`. A text that is too large is cut at 64 MiB, which the
// YAML reader then refuses. INVALID_ARGUMENT has a line for each path that cannot be read or has no
// such file.
absl::StatusOr<std::vector<yaml::ResourceText>> ReadResourceTexts(
    std::span<const std::string> paths, std::istream& standard_input);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_RESOURCE_FILES_H_
