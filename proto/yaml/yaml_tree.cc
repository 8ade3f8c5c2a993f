#include "proto/yaml/yaml_tree.h"

#include <optional>
#include <sstream>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "proto/yaml/text_encoding.h"
#include "yaml-cpp/eventhandler.h"
#include "yaml-cpp/exceptions.h"
#include "yaml-cpp/parser.h"

namespace nearcast::yaml {
namespace {

Position PositionOf(const YAML::Mark& mark) {
  return mark.is_null() ? Position{} : Position{.line = mark.line + 1, .column = mark.column + 1};
}

// Builds the tree from the parser's events. Refuses by throwing what the parser itself throws for
// bad syntax.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const YamlBounds& bounds, YamlTree* tree) : bounds_(bounds), tree_(tree) {}

  void OnDocumentStart(const YAML::Mark&) override { anchors_.clear(); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Place(Add(mark, anchor, YamlNode::Kind::kNull));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode* node = anchors_.at(anchor);
    for (const Open& open : open_) {
      if (open.node == node) throw YAML::ParserException(mark, "this alias contains itself");
    }
    Place(node);
  }

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode* node = Add(mark, anchor, YamlNode::Kind::kScalar);
    // The escapes \N and \_ come out as single octets, which are no characters.
    if (!IsUtf8(value)) {
      throw YAML::ParserException(
          mark, "an escape that gives no UTF-8; write \\x85 for \\N and \\xa0 for \\_");
    }
    node->scalar = value;
    Place(node);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Enter(mark, Add(mark, anchor, YamlNode::Kind::kList));
  }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Enter(mark, Add(mark, anchor, YamlNode::Kind::kMap));
  }

  void OnSequenceEnd() override { Leave(); }
  void OnMapEnd() override { Leave(); }

 private:
  struct Open {
    YamlNode* node;
    const YamlNode* key = nullptr;  // of a map, while its value is awaited
  };

  YamlNode* Add(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (tree_->nodes.size() >= bounds_.nodes_max) {
      throw YAML::ParserException(
          mark, absl::StrCat("more than ", bounds_.nodes_max, " values; split the file"));
    }
    YamlNode* node = &tree_->nodes.emplace_back();
    node->kind = kind;
    node->position = PositionOf(mark);
    if (anchor != 0) anchors_[anchor] = node;
    return node;
  }

  void Enter(const YAML::Mark& mark, YamlNode* node) {
    if (static_cast<int>(open_.size()) >= bounds_.depth_max) {
      throw YAML::ParserException(
          mark, absl::StrCat("nested deeper than ", bounds_.depth_max, " levels"));
    }
    open_.push_back(Open{.node = node});
  }

  void Leave() {
    YamlNode* node = open_.back().node;
    open_.pop_back();
    Place(node);
  }

  // A finished node goes into what is open around it.
  void Place(const YamlNode* node) {
    if (open_.empty()) {
      tree_->documents.push_back(node);
      return;
    }
    Open& around = open_.back();
    if (around.node->kind == YamlNode::Kind::kList) {
      around.node->items.push_back(node);
    } else if (around.key == nullptr) {
      around.key = node;
    } else {
      around.node->entries.push_back({.key = around.key, .value = node});
      around.key = nullptr;
    }
  }

  const YamlBounds bounds_;
  YamlTree* tree_;
  std::vector<Open> open_;
  absl::flat_hash_map<YAML::anchor_t, YamlNode*> anchors_;
};

}  // namespace

YamlTree ParseYaml(absl::string_view text, absl::string_view file, const YamlBounds& bounds,
                   ProblemList* problems) {
  YamlTree tree;
  if (text.size() > bounds.octets_max) {
    problems->Add(file, {},
                  absl::StrCat("has ", text.size(), " octets, more than ", bounds.octets_max,
                               "; split the file"));
    return tree;
  }
  if (const std::optional<EncodingProblem> bad = FindEncodingProblem(text)) {
    problems->Add(file, bad->position, bad->text);
    return tree;
  }
  std::istringstream stream{std::string(text)};
  TreeBuilder builder(bounds, &tree);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& refused) {
    problems->Add(file, PositionOf(refused.mark), absl::StrCat("not YAML: ", refused.msg));
  }
  return tree;
}

}  // namespace nearcast::yaml
