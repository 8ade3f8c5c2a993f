#include "tools/nearcastctl/file_sources.h"

#include "tools/nearcastctl/resource_files.h"

namespace nearcast::ctl {

Flag FileFlag() {
  return {"file", 'f', "FILE", "a file, a directory (its *.yaml, *.yml, *.json), or -; repeatable",
          Need::kNeeded};
}

std::optional<std::vector<yaml::ResourceSource>> ReadSources(Call& call) {
  const auto texts = ReadResourceTexts(call.GetAll("file"), *call.world().in);
  if (!texts.ok()) {
    call.Misused(texts.status().message());
    return std::nullopt;
  }
  absl::StatusOr<std::vector<yaml::ResourceSource>> sources = yaml::ParseResources(*texts);
  if (sources.ok() && sources->empty()) {
    sources = absl::InvalidArgumentError("there are no resources in what -f names");
  }
  if (!sources.ok()) {
    call.Misused(sources.status().message());
    return std::nullopt;
  }
  return *std::move(sources);
}

}  // namespace nearcast::ctl
