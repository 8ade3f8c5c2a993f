#include "proto/yaml/message_writer.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "proto/yaml/scalar_field.h"
#include "proto/yaml/scalar_text.h"

namespace nearcast::yaml {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kStep = 2;

bool IsBranch(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         !IsScalarMessage(field->message_type());
}

class Writer {
 public:
  void Write(const Message& message, int indent) {
    const auto* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const Reflection* reflection = message.GetReflection();
      const bool is_set = field->is_repeated() ? reflection->FieldSize(message, field) > 0
                                               : reflection->HasField(message, field);
      if (is_set) WriteField(message, field, indent);
    }
  }

  std::string Take() && { return std::move(text_); }

 private:
  void Line(int indent, absl::string_view a, absl::string_view b = "") {
    absl::StrAppend(&text_, std::string(indent, ' '), a, b, "\n");
  }

  void WriteField(const Message& message, const FieldDescriptor* field, int indent) {
    const std::string key = absl::StrCat(field->name(), ":");
    if (field->is_map()) {
      Line(indent, key);
      return WriteMap(message, field, indent + kStep);
    }
    if (field->is_repeated()) {
      Line(indent, key);
      return WriteList(message, field, indent + kStep);
    }
    WriteValue(key, message, field, indent);
  }

  // "KEY value", or the key and what belongs to it on the lines below.
  void WriteValue(const std::string& key, const Message& message, const FieldDescriptor* field,
                  int indent) {
    if (IsBranch(field)) {
      return WriteBranch(key, message.GetReflection()->GetMessage(message, field), indent);
    }
    if (field->type() == FieldDescriptor::TYPE_STRING) {
      const std::string text = message.GetReflection()->GetString(message, field);
      if (FitsLiteralBlock(text)) return WriteLiteralBlock(key, text, indent);
    }
    Line(indent, absl::StrCat(key, " "), WriteScalarField(message, field, -1));
  }

  void WriteBranch(const std::string& key, const Message& inner, int indent) {
    Writer below;
    below.Write(inner, indent + kStep);
    if (below.text_.empty()) return Line(indent, absl::StrCat(key, " {}"));
    Line(indent, key);
    text_ += below.text_;
  }

  // "|" ends with one line feed, "|-" with none, "|+" with all that are there.
  void WriteLiteralBlock(const std::string& key, absl::string_view text, int indent) {
    const char* chomping = absl::EndsWith(text, "\n\n") ? "|+"
                           : absl::EndsWith(text, "\n") ? "|"
                                                        : "|-";
    Line(indent, absl::StrCat(key, " "), chomping);
    if (absl::EndsWith(text, "\n")) text.remove_suffix(1);
    for (absl::string_view line : absl::StrSplit(text, '\n')) {
      line.empty() ? Line(0, "") : Line(indent + kStep, line);
    }
  }

  void WriteList(const Message& message, const FieldDescriptor* field, int indent) {
    const Reflection* reflection = message.GetReflection();
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      if (!IsBranch(field)) {
        Line(indent, "- ", WriteScalarField(message, field, i));
        continue;
      }
      Writer below;
      below.Write(reflection->GetRepeatedMessage(message, field, i), indent + kStep);
      if (below.text_.empty()) {
        Line(indent, "- {}");
        continue;
      }
      below.text_[indent] = '-';
      text_ += below.text_;
    }
  }

  void WriteMap(const Message& message, const FieldDescriptor* field, int indent) {
    const Reflection* reflection = message.GetReflection();
    const FieldDescriptor* key = field->message_type()->map_key();
    const FieldDescriptor* value = field->message_type()->map_value();
    std::map<std::string, const Message*> pairs;
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      const Message& pair = reflection->GetRepeatedMessage(message, field, i);
      pairs.emplace(WriteScalarField(pair, key, -1), &pair);
    }
    for (const auto& [name, pair] : pairs)
      WriteValue(absl::StrCat(name, ":"), *pair, value, indent);
  }

  std::string text_;
};

}  // namespace

std::string WriteMessage(const Message& message, int indent) {
  Writer writer;
  writer.Write(message, indent);
  std::string text = std::move(writer).Take();
  return text.empty() ? absl::StrCat(std::string(indent, ' '), "{}\n") : text;
}

}  // namespace nearcast::yaml
