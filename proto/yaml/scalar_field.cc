#include "proto/yaml/scalar_field.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"
#include "proto/resource/nearest_name.h"

namespace nearcast::yaml {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kShownOctetsMax = 60;

// The scalar as an error message shows it.
std::string Shown(absl::string_view scalar) {
  const bool cut = scalar.size() > kShownOctetsMax;
  return absl::StrCat("\"", absl::Utf8SafeCEscape(scalar.substr(0, kShownOctetsMax)),
                      cut ? "…\"" : "\"");
}

absl::Status Refuse(const FieldDescriptor* field, absl::string_view takes,
                    absl::string_view scalar) {
  return absl::InvalidArgumentError(
      absl::StrCat(field->name(), " takes ", takes, ", not ", Shown(scalar)));
}

template <typename Int>
absl::Status ParseInt(absl::string_view scalar, const FieldDescriptor* field, Int* value) {
  if (absl::SimpleAtoi(scalar, value)) return absl::OkStatus();
  using Limits = std::numeric_limits<Int>;
  return Refuse(field, absl::StrCat("a whole number from ", Limits::min(), " to ", Limits::max()),
                scalar);
}

absl::Status ParseDouble(absl::string_view scalar, const FieldDescriptor* field, double* value) {
  if (absl::SimpleAtod(scalar, value) && std::isfinite(*value)) return absl::OkStatus();
  return Refuse(field, "a number", scalar);
}

absl::Status ParseBool(absl::string_view scalar, const FieldDescriptor* field, bool* value) {
  *value = absl::EqualsIgnoreCase(scalar, "true");
  if (*value || absl::EqualsIgnoreCase(scalar, "false")) return absl::OkStatus();
  return Refuse(field, "true or false", scalar);
}

absl::Status ParseEnum(absl::string_view scalar, const FieldDescriptor* field, int* number) {
  const EnumDescriptor* type = field->enum_type();
  std::vector<std::string> names;
  for (int i = 0; i < type->value_count(); ++i) {
    const EnumValueDescriptor* value = type->value(i);
    *number = value->number();
    if (absl::EqualsIgnoreCase(scalar, value->name())) return absl::OkStatus();
    if (value->number() != 0) names.push_back(absl::AsciiStrToLower(value->name()));
  }
  return absl::InvalidArgumentError(absl::StrCat(field->name(), " does not know ", Shown(scalar),
                                                 resource::SuggestName(scalar, names, "it takes")));
}

absl::Status ParseBytes(absl::string_view scalar, const FieldDescriptor* field,
                        std::string* bytes) {
  if (absl::Base64Unescape(scalar, bytes)) return absl::OkStatus();
  return Refuse(field, "octets in Base64", scalar);
}

// Where a parsed value goes: the reflection's Set and Add functions, by type.
template <typename Value, typename Stored>
void Put(void (Reflection::*set)(Message*, const FieldDescriptor*, Stored) const,
         void (Reflection::*add)(Message*, const FieldDescriptor*, Stored) const,
         const FieldDescriptor* field, Value value, Message* message) {
  const Reflection* reflection = message->GetReflection();
  (reflection->*(field->is_repeated() ? add : set))(message, field, std::move(value));
}

absl::Status ParseText(absl::string_view scalar, const FieldDescriptor* field, std::string* text) {
  if (field->type() == FieldDescriptor::TYPE_BYTES) return ParseBytes(scalar, field, text);
  *text = std::string(scalar);
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseScalarField(absl::string_view scalar, const FieldDescriptor* field,
                              Message* message) {
  using R = Reflection;
  const auto parse_and_put = [&](auto value, auto parse, auto set, auto add) {
    absl::Status parsed = parse(scalar, field, &value);
    if (parsed.ok()) Put(set, add, field, std::move(value), message);
    return parsed;
  };
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return parse_and_put(std::string(), ParseText, &R::SetString, &R::AddString);
    case FieldDescriptor::CPPTYPE_BOOL:
      return parse_and_put(false, ParseBool, &R::SetBool, &R::AddBool);
    case FieldDescriptor::CPPTYPE_INT32:
      return parse_and_put(int32_t{0}, ParseInt<int32_t>, &R::SetInt32, &R::AddInt32);
    case FieldDescriptor::CPPTYPE_INT64:
      return parse_and_put(int64_t{0}, ParseInt<int64_t>, &R::SetInt64, &R::AddInt64);
    case FieldDescriptor::CPPTYPE_UINT32:
      return parse_and_put(uint32_t{0}, ParseInt<uint32_t>, &R::SetUInt32, &R::AddUInt32);
    case FieldDescriptor::CPPTYPE_UINT64:
      return parse_and_put(uint64_t{0}, ParseInt<uint64_t>, &R::SetUInt64, &R::AddUInt64);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return parse_and_put(0.0, ParseDouble, &R::SetFloat, &R::AddFloat);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return parse_and_put(0.0, ParseDouble, &R::SetDouble, &R::AddDouble);
    case FieldDescriptor::CPPTYPE_ENUM:
      return parse_and_put(0, ParseEnum, &R::SetEnumValue, &R::AddEnumValue);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      break;
  }
  NC_CHECK(false && "a message is not one scalar");
  return absl::OkStatus();
}

bool IsScalarMessage(const google::protobuf::Descriptor* type) {
  return type == google::protobuf::Timestamp::descriptor() ||
         type == google::protobuf::Duration::descriptor();
}

absl::Status ParseScalarMessage(absl::string_view scalar, Message* message) {
  using google::protobuf::util::TimeUtil;
  const std::string text(scalar);
  if (message->GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    google::protobuf::Timestamp time;
    if (TimeUtil::FromString(text, &time)) return message->CopyFrom(time), absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("a time is written 2026-01-31T12:00:00Z, not ", Shown(scalar)));
  }
  google::protobuf::Duration duration;
  if (TimeUtil::FromString(text, &duration)) return message->CopyFrom(duration), absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a duration is written 1.5s, not ", Shown(scalar)));
}

}  // namespace nearcast::yaml
