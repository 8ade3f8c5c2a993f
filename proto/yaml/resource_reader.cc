#include "proto/yaml/resource_reader.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "proto/resource/kind.h"
#include "proto/resource/nearest_name.h"
#include "proto/resource/resource_key.h"
#include "proto/yaml/problem_list.h"

namespace nearcast::yaml {
namespace {

using Kind = YamlNode::Kind;
using resource::ResourceKey;

const std::vector<std::string>& TopKeys() {
  static const auto* keys = new std::vector<std::string>{"kind", "name", "spec"};
  return *keys;
}

// The values of a resource's own keys. Null where one is missing.
struct TopFields {
  const YamlNode* kind = nullptr;
  const YamlNode* name = nullptr;
  const YamlNode* spec = nullptr;
  const YamlNode* revision = nullptr;

  const YamlNode** Find(absl::string_view key) {
    if (key == "kind") return &kind;
    if (key == "name") return &name;
    if (key == "spec") return &spec;
    if (key == "revision") return &revision;
    return nullptr;
  }
};

// Reads texts one after the other into one set.
class SetReader {
 public:
  explicit SetReader(const ResourceBounds& bounds) : bounds_(bounds) {}

  void ReadText(const ResourceText& text) {
    file_ = &text.file;
    const YamlTree tree = ParseYaml(text.text, text.file, bounds_.yaml, &problems_);
    MessageReader reader(text.file, bounds_.yaml.nodes_max, &problems_);
    for (const YamlNode* document : tree.documents) ReadDocument(*document, &reader);
  }

  absl::StatusOr<std::vector<ResourceSource>> Finish() && {
    if (problems_.count() > 0) return problems_.ToStatus();
    return std::move(sources_);
  }

 private:
  void Refuse(Position position, absl::string_view text) { problems_.Add(*file_, position, text); }

  void ReadDocument(const YamlNode& document, MessageReader* reader) {
    if (document.kind == Kind::kNull) return;
    if (document.kind != Kind::kList) return ReadResource(document, reader);
    for (const YamlNode* item : document.items) {
      if (reader->Visit(*item)) ReadResource(*item, reader);
    }
  }

  void ReadResource(const YamlNode& node, MessageReader* reader) {
    if (node.kind != Kind::kMap) {
      return Refuse(node.position, "not a resource; begin with \"kind:\" and \"name:\"");
    }
    if (sources_.size() >= bounds_.resources_max) return RefuseMore(node.position);
    TopFields top = ReadTopFields(node);
    ResourceSource source;
    source.file = *file_;
    source.position = node.entries.empty() ? node.position : node.entries.front().key->position;
    if (!ReadKind(node, top.kind, &source.resource)) return;
    if (!ReadName(node, top.name, &source.resource)) return;
    source.field_positions["name"] = top.name->position;
    if (top.spec != nullptr) {
      source.field_positions["spec"] = top.spec->position;
      auto* spec = resource::MutableSpec(&source.resource, top.kind->scalar);
      reader->Read(*top.spec, "spec", spec, &source.field_positions);
    }
    Keep(std::move(source));
  }

  void RefuseMore(Position position) {
    if (too_many_) return;
    too_many_ = true;
    Refuse(position,
           absl::StrCat("more than ", bounds_.resources_max, " resources; apply them in parts"));
  }

  TopFields ReadTopFields(const YamlNode& node) {
    TopFields top;
    for (const YamlNode::Entry& entry : node.entries) {
      const std::string& key = entry.key->scalar;
      const YamlNode** field = entry.key->kind == Kind::kScalar ? top.Find(key) : nullptr;
      if (field == nullptr) {
        Refuse(entry.key->position,
               absl::StrCat("unknown key \"", key, "\" in a resource",
                            resource::SuggestName(key, TopKeys(), "known keys")));
      } else if (*field != nullptr) {
        Refuse(entry.key->position, absl::StrCat("\"", key, "\" is already set in line ",
                                                 (*field)->position.line, "; keep one of them"));
      } else {
        *field = entry.value;
      }
    }
    return top;
  }

  bool ReadKind(const YamlNode& node, const YamlNode* kind, v1::Resource* resource) {
    if (kind == nullptr || kind->kind != Kind::kScalar || kind->scalar.empty()) {
      Refuse(node.position, "resource without a kind; add for example \"kind: Node\"");
      return false;
    }
    if (resource::MutableSpec(resource, kind->scalar) != nullptr) return true;
    Refuse(kind->position,
           absl::StrCat("unknown kind \"", kind->scalar, "\"",
                        resource::SuggestName(kind->scalar, resource::ListKinds(), "kinds")));
    return false;
  }

  bool ReadName(const YamlNode& node, const YamlNode* name, v1::Resource* resource) {
    if (name == nullptr || name->kind != Kind::kScalar || name->scalar.empty()) {
      const std::string kind = resource::KindOf(*resource);
      Refuse(node.position, absl::StrCat(kind, " without a name; add \"name: …\""));
      return false;
    }
    resource->set_name(name->scalar);
    return true;
  }

  void Keep(ResourceSource source) {
    const ResourceKey key = resource::KeyOf(source.resource);
    const auto [first, is_new] = first_places_.try_emplace(
        key, absl::StrCat(source.file, ":", source.position.line, ":", source.position.column));
    if (!is_new) {
      return Refuse(source.position, absl::StrCat(key.ToString(), " is already defined at ",
                                                  first->second, "; keep one of them"));
    }
    sources_.push_back(std::move(source));
  }

  const ResourceBounds bounds_;
  const std::string* file_ = nullptr;
  bool too_many_ = false;
  ProblemList problems_;
  std::vector<ResourceSource> sources_;
  std::map<ResourceKey, std::string> first_places_;
};

}  // namespace

Position ResourceSource::FindPosition(absl::string_view path) const {
  while (!path.empty()) {
    const auto found = field_positions.find(path);
    if (found != field_positions.end()) return found->second;
    const size_t cut = path.find_last_of(".[");
    if (cut == absl::string_view::npos) break;
    path = path.substr(0, cut);
  }
  return position;
}

absl::StatusOr<std::vector<ResourceSource>> ParseResources(std::span<const ResourceText> texts,
                                                           const ResourceBounds& bounds) {
  SetReader reader(bounds);
  for (const ResourceText& text : texts) reader.ReadText(text);
  return std::move(reader).Finish();
}

}  // namespace nearcast::yaml
