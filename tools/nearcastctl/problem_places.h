// MapProblems: the server's complaints about resources, with the places in the files that they came
// from.
#ifndef TOOLS_NEARCASTCTL_PROBLEM_PLACES_H_
#define TOOLS_NEARCASTCTL_PROBLEM_PLACES_H_

#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "proto/yaml/resource_reader.h"

namespace nearcast::ctl {

// Each line of `message` that is "Kind/name: path: what" or "Kind/name: what", with a resource of
// `sources`, gets "FILE:LINE:COLUMN: " in front; the others stay as they are.
std::string MapProblems(absl::string_view message, std::span<const yaml::ResourceSource> sources);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_PROBLEM_PLACES_H_
