// Resources from YAML: what operators write, as nearcast.v1.Resource.
//
//   kind: Node
//   name: guangzhou-telecom-1
//   spec:
//     location: {country: CN, region: "440000"}
//     admin_state: drained
//   ---
//   kind: Cdn
//   …
//
// A document is a resource, or a list of resources; JSON is YAML too. Field names are the schema's;
// text may be unquoted even when it looks like a number; enums are named in any letter case. The
// key `revision` is accepted and ignored, so that what `nearcastctl get` prints can be applied
// again. An empty document is skipped.
#ifndef PROTO_YAML_RESOURCE_READER_H_
#define PROTO_YAML_RESOURCE_READER_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nearcast/v1/config.pb.h"
#include "proto/yaml/message_reader.h"
#include "proto/yaml/position.h"
#include "proto/yaml/yaml_tree.h"

namespace nearcast::yaml {

struct ResourceText {
  // As messages shall name it: a path, or "standard input".
  std::string file;
  std::string text;
};

// A resource, and where it was written.
struct ResourceSource {
  v1::Resource resource;
  std::string file;
  Position position;  // of the document's first key
  FieldPositions field_positions;

  // The place of `path` as MessageReader counts ("spec.location.region"), or of the nearest field
  // around it that was written; at last the resource's own.
  Position FindPosition(absl::string_view path) const;
};

struct ResourceBounds {
  YamlBounds yaml;  // of each text
  size_t resources_max = 50'000;
};

// All resources of all texts, in their order. INVALID_ARGUMENT has a line "FILE:LINE:COLUMN: what;
// what to do" for every mistake (the first ProblemList::kProblemsMax of them), among them the same
// kind and name twice.
absl::StatusOr<std::vector<ResourceSource>> ParseResources(std::span<const ResourceText> texts,
                                                           const ResourceBounds& bounds = {});

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_RESOURCE_READER_H_
