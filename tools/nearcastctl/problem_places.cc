#include "tools/nearcastctl/problem_places.h"

#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "proto/resource/resource_key.h"

namespace nearcast::ctl {
namespace {

using SourcesByKey = absl::flat_hash_map<std::string, const yaml::ResourceSource*>;

// The field path at the beginning of `text` ("spec.location.region: unknown"); empty when it begins
// with none.
absl::string_view PathOf(absl::string_view text) {
  const absl::string_view path = text.substr(0, text.find(": "));
  const bool is_path = absl::StartsWith(path, "spec") || path == "name";
  return is_path && !absl::StrContains(path, " ") ? path : absl::string_view();
}

std::string MapLine(absl::string_view line, const SourcesByKey& sources) {
  const size_t colon = line.find(": ");
  if (colon == absl::string_view::npos) return std::string(line);
  const auto found = sources.find(line.substr(0, colon));
  if (found == sources.end()) return std::string(line);
  const yaml::ResourceSource& source = *found->second;
  const yaml::Position at = source.FindPosition(PathOf(line.substr(colon + 2)));
  return absl::StrCat(source.file, ":", at.line, ":", at.column, ": ", line);
}

}  // namespace

std::string MapProblems(absl::string_view message, std::span<const yaml::ResourceSource> sources) {
  SourcesByKey by_key;
  for (const yaml::ResourceSource& source : sources) {
    by_key.emplace(resource::KeyOf(source.resource).ToString(), &source);
  }
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(message, '\n')) {
    lines.push_back(MapLine(line, by_key));
  }
  return absl::StrJoin(lines, "\n");
}

}  // namespace nearcast::ctl
