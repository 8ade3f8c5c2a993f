// Any octets: ParseResources never crashes, and what it accepts is written and read back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "proto/yaml/resource_reader.h"
#include "proto/yaml/resource_writer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using nearcast::yaml::ParseResources;
  using nearcast::yaml::WriteResource;
  nearcast::yaml::ResourceBounds bounds;
  bounds.yaml.nodes_max = 10'000;
  const nearcast::yaml::ResourceText text[] = {
      {.file = "fuzz", .text = std::string(reinterpret_cast<const char*>(data), size)}};
  const auto sources = ParseResources(text, bounds);
  if (!sources.ok()) return 0;
  for (const auto& source : *sources) {
    const std::string written = WriteResource(source.resource);
    const nearcast::yaml::ResourceText again[] = {{.file = "written", .text = written}};
    const auto read = ParseResources(again);
    if (!read.ok() || read->size() != 1) std::abort();
    if (WriteResource(read->front().resource) != written) std::abort();
  }
  return 0;
}
