#include "proto/yaml/scalar_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/check.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/util/time_util.h"
#include "proto/yaml/text_encoding.h"

namespace nearcast::yaml {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// A character that a YAML reader might drop, fold or refuse when it is written as it is.
bool NeedsEscape(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || c == 0xFEFF;
}

// What YAML 1.1 readers take for a truth value or for nothing.
bool IsYamlWord(absl::string_view text) {
  static constexpr absl::string_view kWords[] = {"true", "false", "yes", "no",  "on",
                                                 "off",  "y",     "n",   "null"};
  const std::string lower = absl::AsciiStrToLower(text);
  return std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
}

// Integers (0x1f and 1_000 too), decimals, dates, sexagesimals: what some reader takes for a number
// or a time. Addresses (192.0.2.1) and names that begin with a digit (4k-live) are none.
bool LooksLikeNumber(absl::string_view text) {
  if (!absl::ascii_isdigit(text.front())) return false;
  double number = 0;
  if (absl::SimpleAtod(text, &number)) return true;
  if (text.front() == '0' && text.size() > 1 && absl::ascii_isalpha(text[1])) return true;
  return text.find_first_not_of("0123456789_:-") == absl::string_view::npos;
}

bool IsPlainCharacter(char c) {
  return absl::ascii_isalnum(c) ||
         absl::string_view("_-./:@+=%{}").find(c) != absl::string_view::npos;
}

// Stricter than YAML needs: what begins with a letter, digit or '/', has no space, and means
// nothing else.
bool IsPlain(absl::string_view text) {
  if (text.empty() || text.back() == ':') return false;
  if (!absl::ascii_isalnum(text.front()) && text.front() != '/') return false;
  if (!std::all_of(text.begin(), text.end(), IsPlainCharacter)) return false;
  return !IsYamlWord(text) && !LooksLikeNumber(text);
}

void AppendEscaped(uint32_t c, absl::string_view octets, std::string* out) {
  if (c == '"' || c == '\\') {
    absl::StrAppend(out, "\\", octets);
  } else if (c == '\n') {
    out->append("\\n");
  } else if (c == '\t') {
    out->append("\\t");
  } else if (c == '\r') {
    out->append("\\r");
  } else if (!NeedsEscape(c)) {
    absl::StrAppend(out, octets);
  } else {
    absl::StrAppend(out, absl::StrFormat(c <= 0xFF ? absl::ParsedFormat<'x'>("\\x%02x")
                                                   : absl::ParsedFormat<'x'>("\\u%04x"),
                                         c));
  }
}

template <typename Float>
std::string WriteFloat(Float value) {
  const double size = std::fabs(value);
  const bool fixed = size == 0 || (size >= 1e-5 && size < 1e15);
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value,
                                 fixed ? std::chars_format::fixed : std::chars_format::scientific);
  return std::string(digits, end.ptr);
}

std::string WriteEnum(const FieldDescriptor* field, int number) {
  const auto* value = field->enum_type()->FindValueByNumber(number);
  return value == nullptr ? absl::StrCat(number) : absl::AsciiStrToLower(value->name());
}

std::string WriteString(const FieldDescriptor* field, const std::string& text) {
  const bool is_bytes = field->type() == FieldDescriptor::TYPE_BYTES;
  return WriteText(is_bytes ? absl::Base64Escape(text) : text);
}

std::string WriteTime(const Message& message) {
  using google::protobuf::util::TimeUtil;
  if (message.GetDescriptor() == google::protobuf::Timestamp::descriptor()) {
    google::protobuf::Timestamp time;
    time.CopyFrom(message);
    return absl::StrCat("\"", TimeUtil::ToString(time), "\"");
  }
  google::protobuf::Duration duration;
  duration.CopyFrom(message);
  return TimeUtil::ToString(duration);
}

}  // namespace

std::string WriteText(absl::string_view text) {
  if (IsPlain(text)) return std::string(text);
  std::string quoted = "\"";
  while (!text.empty()) {
    const std::optional<Utf8Character> character = DecodeUtf8(text);
    if (character.has_value()) {
      AppendEscaped(character->code_point, text.substr(0, character->octets), &quoted);
    } else {
      quoted.append("\\ufffd");
    }
    text.remove_prefix(character.has_value() ? character->octets : 1);
  }
  return absl::StrCat(quoted, "\"");
}

bool FitsLiteralBlock(absl::string_view text) {
  if (text.find('\n') == absl::string_view::npos || absl::ascii_isspace(text.front())) return false;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!line.empty() && absl::StripAsciiWhitespace(line).empty()) return false;
  }
  while (!text.empty()) {
    const std::optional<Utf8Character> character = DecodeUtf8(text);
    if (!character.has_value()) return false;
    const uint32_t c = character->code_point;
    if (NeedsEscape(c) && c != '\n' && c != '\t') return false;
    text.remove_prefix(character->octets);
  }
  return true;
}

std::string WriteScalarField(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* r = message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return WriteString(
          field, one ? r->GetString(message, field) : r->GetRepeatedString(message, field, index));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (one ? r->GetBool(message, field) : r->GetRepeatedBool(message, field, index))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      return absl::StrCat(one ? r->GetInt32(message, field)
                              : r->GetRepeatedInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_INT64:
      return absl::StrCat(one ? r->GetInt64(message, field)
                              : r->GetRepeatedInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return absl::StrCat(one ? r->GetUInt32(message, field)
                              : r->GetRepeatedUInt32(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT64:
      return absl::StrCat(one ? r->GetUInt64(message, field)
                              : r->GetRepeatedUInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return WriteFloat(one ? r->GetFloat(message, field)
                            : r->GetRepeatedFloat(message, field, index));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return WriteFloat(one ? r->GetDouble(message, field)
                            : r->GetRepeatedDouble(message, field, index));
    case FieldDescriptor::CPPTYPE_ENUM:
      return WriteEnum(field, one ? r->GetEnumValue(message, field)
                                  : r->GetRepeatedEnumValue(message, field, index));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return WriteTime(one ? r->GetMessage(message, field)
                           : r->GetRepeatedMessage(message, field, index));
  }
  NC_CHECK(false && "a field of no type");
  return "";
}

}  // namespace nearcast::yaml
