// YamlTree: a YAML text as nodes with positions, before anybody asks what it means. For resources
// see resource_reader.h; this is the layer below, which knows YAML 1.2 and bounds, but no schema.
//
// Scalars stay the text that was written: 440000 and "440000" are the same, and `NO` is not false.
// An alias is the node that its anchor names, shared and not copied: whoever walks the tree counts
// what it visits (a small text can describe 10^9 nodes that way).
#ifndef PROTO_YAML_YAML_TREE_H_
#define PROTO_YAML_YAML_TREE_H_

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/yaml/position.h"
#include "proto/yaml/problem_list.h"

namespace nearcast::yaml {

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap };

  struct Entry {
    const YamlNode* key;
    const YamlNode* value;
  };

  Kind kind = Kind::kNull;
  Position position;
  std::string scalar;                  // kScalar
  std::vector<const YamlNode*> items;  // kList
  std::vector<Entry> entries;          // kMap, as written: equal keys are all there
};

// What a text may have at most. Beyond it, the text is refused.
struct YamlBounds {
  size_t octets_max = 8 << 20;
  size_t nodes_max = 1'000'000;
  int depth_max = 64;
};

struct YamlTree {
  std::deque<YamlNode> nodes;  // owns; addresses stay
  std::vector<const YamlNode*> documents;
};

// Never fails as a whole: the first mistake in syntax, encoding (UTF-8 without control characters)
// or bounds is added to `problems`, and the documents before it are returned. No alias leads back
// to a node around itself.
YamlTree ParseYaml(absl::string_view text, absl::string_view file, const YamlBounds& bounds,
                   ProblemList* problems);

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_YAML_TREE_H_
