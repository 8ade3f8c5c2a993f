#include "proto/yaml/message_reader.h"

#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "proto/resource/nearest_name.h"
#include "proto/yaml/scalar_field.h"

namespace nearcast::yaml {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using Kind = YamlNode::Kind;

std::vector<std::string> FieldNames(const Descriptor* type) {
  std::vector<std::string> names;
  for (int i = 0; i < type->field_count(); ++i) names.push_back(type->field(i)->name());
  return names;
}

const char* Describe(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kScalar:
      return "one value";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
  }
  return "";
}

// Where each key of a map stands first. A key must be text, and there only once.
class KeySet {
 public:
  KeySet(absl::string_view file, ProblemList* problems) : file_(file), problems_(problems) {}

  bool Add(const YamlNode& key) {
    if (key.kind != Kind::kScalar) {
      problems_->Add(file_, key.position, absl::StrCat(Describe(key.kind), " cannot be a key"));
      return false;
    }
    const auto [first, is_new] = lines_.try_emplace(key.scalar, key.position.line);
    if (is_new) return true;
    problems_->Add(file_, key.position,
                   absl::StrCat("\"", key.scalar, "\" is already set in line ", first->second,
                                "; keep one of them"));
    return false;
  }

 private:
  absl::string_view file_;
  ProblemList* problems_;
  absl::flat_hash_map<std::string, int> lines_;
};

}  // namespace

bool MessageReader::Visit(const YamlNode& node) {
  if (nodes_left_ == 0) return false;
  if (--nodes_left_ == 0) {
    problems_->Add(file_, node.position, "the aliases expand to too many values; write fewer");
  }
  return nodes_left_ > 0;
}

void MessageReader::Read(const YamlNode& node, const std::string& path, Message* message,
                         FieldPositions* positions) {
  positions_ = positions;
  ReadFields(node, path, message);
  positions_ = nullptr;
}

void MessageReader::ReadFields(const YamlNode& node, const std::string& path, Message* message) {
  const Descriptor* type = message->GetDescriptor();
  if (node.kind == Kind::kNull) return;
  if (node.kind != Kind::kMap) {
    problems_->Add(file_, node.position,
                   absl::StrCat(path, " takes a map of fields, not ", Describe(node.kind)));
    return;
  }
  KeySet keys(file_, problems_);
  for (const YamlNode::Entry& entry : node.entries) {
    if (!Visit(*entry.key) || !keys.Add(*entry.key)) continue;
    const std::string& name = entry.key->scalar;
    const FieldDescriptor* field = type->FindFieldByName(name);
    if (field == nullptr) {
      problems_->Add(file_, entry.key->position,
                     absl::StrCat("unknown field \"", name, "\" in ", type->name(),
                                  resource::SuggestName(name, FieldNames(type), "known fields")));
      continue;
    }
    const std::string field_path = absl::StrCat(path, ".", name);
    (*positions_)[field_path] = entry.key->position;
    ReadField(*entry.value, field_path, field, message);
  }
}

void MessageReader::ReadField(const YamlNode& node, const std::string& path,
                              const FieldDescriptor* field, Message* message) {
  if (node.kind == Kind::kNull) return;
  if (field->is_map()) return ReadMap(node, path, field, message);
  if (field->is_repeated()) return ReadList(node, path, field, message);
  const auto* oneof = field->real_containing_oneof();
  if (oneof != nullptr && message->GetReflection()->HasOneof(*message, oneof)) {
    const auto* other = message->GetReflection()->GetOneofFieldDescriptor(*message, oneof);
    problems_->Add(file_, node.position,
                   absl::StrCat(path, " excludes ", other->name(), "; keep one of them"));
    return;
  }
  ReadOne(node, path, field, message);
}

void MessageReader::ReadList(const YamlNode& node, const std::string& path,
                             const FieldDescriptor* field, Message* message) {
  if (node.kind != Kind::kList) {
    const std::string example = node.kind == Kind::kScalar ? absl::StrCat("[", node.scalar, "]")
                                                           : std::string("a '-' before each");
    problems_->Add(
        file_, node.position,
        absl::StrCat(path, " takes a list, not ", Describe(node.kind), "; write ", example));
    return;
  }
  int index = 0;
  for (const YamlNode* item : node.items) {
    const std::string item_path = absl::StrCat(path, "[", index++, "]");
    (*positions_)[item_path] = item->position;
    ReadOne(*item, item_path, field, message);
  }
}

void MessageReader::ReadMap(const YamlNode& node, const std::string& path,
                            const FieldDescriptor* field, Message* message) {
  if (node.kind != Kind::kMap) {
    problems_->Add(file_, node.position,
                   absl::StrCat(path, " takes a map, not ", Describe(node.kind)));
    return;
  }
  KeySet keys(file_, problems_);
  for (const YamlNode::Entry& entry : node.entries) {
    if (!Visit(*entry.key) || !keys.Add(*entry.key)) continue;
    const std::string entry_path = absl::StrCat(path, ".", entry.key->scalar);
    (*positions_)[entry_path] = entry.key->position;
    Message* pair = message->GetReflection()->AddMessage(message, field);
    ReadOne(*entry.key, entry_path, field->message_type()->map_key(), pair);
    ReadOne(*entry.value, entry_path, field->message_type()->map_value(), pair);
  }
}

void MessageReader::ReadOne(const YamlNode& node, const std::string& path,
                            const FieldDescriptor* field, Message* message) {
  if (!Visit(node)) return;
  const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
  const bool is_scalar = !is_message || IsScalarMessage(field->message_type());
  if (is_scalar && node.kind != Kind::kScalar) {
    problems_->Add(file_, node.position,
                   absl::StrCat(path, " takes one value, not ", Describe(node.kind)));
    return;
  }
  absl::Status parsed;
  if (is_message) {
    const auto* reflection = message->GetReflection();
    Message* inner = field->is_repeated() ? reflection->AddMessage(message, field)
                                          : reflection->MutableMessage(message, field);
    if (!is_scalar) return ReadFields(node, path, inner);
    parsed = ParseScalarMessage(node.scalar, inner);
  } else {
    parsed = ParseScalarField(node.scalar, field, message);
  }
  if (!parsed.ok()) problems_->Add(file_, node.position, parsed.message());
}

}  // namespace nearcast::yaml
