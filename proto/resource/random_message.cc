#include "proto/resource/random_message.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace nearcast::resource {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kLevelsMax = 6;

constexpr const char* kPieces[] = {
    "a",
    "live",
    "440000",
    "0x1f",
    "1e5",
    "true",
    "no",
    "null",
    "~",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r",
    ": ",
    " #",
    "#",
    "- ",
    "-",
    "'",
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&a",
    "*a",
    "!t",
    "%",
    "@",
    "`",
    "|",
    ">",
    "?",
    "---",
    "...",
    "\x01",
    "\x7f",
    "\x04",
    "\u00e9",
    "\u5e7f\u5dde",
    "\u0085",
    "\u2028",
    "\ufeff",
    "\U0001F600",
    "rtmp://{host}/{app}",
    "2001:db8::1",
    "192.0.2.1",
    "12:30",
    "2026-01-02",
    "=",
    "<<",
};

bool Toss(std::mt19937_64& random) { return random() % 2 == 0; }

std::string RandomText(std::mt19937_64& random) {
  std::string text;
  for (uint64_t n = random() % 6; n > 0; --n) {
    absl::StrAppend(&text, kPieces[random() % std::size(kPieces)]);
  }
  return text;
}

double RandomDouble(std::mt19937_64& random) {
  switch (random() % 4) {
    case 0:
      return static_cast<double>(random() % 1'000'000);
    case 1:
      return -static_cast<double>(random() % 1000) / 7;
    case 2:
      return std::numeric_limits<double>::max() / static_cast<double>(1 + random() % 9);
    default:
      return std::numeric_limits<double>::denorm_min() * static_cast<double>(random() % 9);
  }
}

class Filler {
 public:
  explicit Filler(std::mt19937_64& random) : random_(random) {}

  void Fill(Message* message, int level) {
    const google::protobuf::Descriptor* type = message->GetDescriptor();
    if (type->full_name() == "google.protobuf.Timestamp") return FillTimestamp(message);
    for (int i = 0; i < type->field_count(); ++i) {
      if (Toss(random_)) FillField(message, type->field(i), level);
    }
  }

 private:
  void FillTimestamp(Message* message) {
    const auto* seconds = message->GetDescriptor()->FindFieldByName("seconds");
    message->GetReflection()->SetInt64(message, seconds, 1 + random_() % 2'000'000'000);
  }

  void FillField(Message* message, const FieldDescriptor* field, int level) {
    if (field->is_map()) return FillMap(message, field, level);
    if (!field->is_repeated()) return FillOne(message, field, level);
    for (uint64_t n = random_() % 4; n > 0; --n) AddOne(message, field, level);
  }

  void FillMap(Message* message, const FieldDescriptor* field, int level) {
    for (uint64_t n = random_() % 4; n > 0; --n) {
      Message* entry = message->GetReflection()->AddMessage(message, field);
      // Distinct keys: which of two equal ones a map keeps is not what is tested.
      const auto* key = field->message_type()->map_key();
      NC_CHECK(key->cpp_type() == FieldDescriptor::CPPTYPE_STRING);
      entry->GetReflection()->SetString(entry, key, absl::StrCat(RandomText(random_), n));
      FillOne(entry, field->message_type()->map_value(), level);
    }
  }

  void FillOne(Message* message, const FieldDescriptor* field, int level) {
    const Reflection* reflection = message->GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection->SetString(message, field, RandomText(random_));
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection->SetBool(message, field, Toss(random_));
      case FieldDescriptor::CPPTYPE_INT32:
        return reflection->SetInt32(message, field, static_cast<int32_t>(random_()));
      case FieldDescriptor::CPPTYPE_INT64:
        return reflection->SetInt64(message, field, static_cast<int64_t>(random_()));
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection->SetUInt32(message, field, static_cast<uint32_t>(random_()));
      case FieldDescriptor::CPPTYPE_UINT64:
        return reflection->SetUInt64(message, field, random_());
      case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection->SetFloat(message, field, static_cast<float>(random_() % 1000) / 7);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection->SetDouble(message, field, RandomDouble(random_));
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection->SetEnumValue(message, field, RandomEnum(field->enum_type()));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (level < kLevelsMax) Fill(reflection->MutableMessage(message, field), level + 1);
        return;
    }
  }

  void AddOne(Message* message, const FieldDescriptor* field, int level) {
    const Reflection* reflection = message->GetReflection();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection->AddString(message, field, RandomText(random_));
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection->AddUInt32(message, field, static_cast<uint32_t>(random_()));
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection->AddEnumValue(message, field, RandomEnum(field->enum_type()));
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (level < kLevelsMax) Fill(reflection->AddMessage(message, field), level + 1);
        return;
      default:
        NC_CHECK(false && "a list of a type that no schema has had so far");
    }
  }

  int RandomEnum(const EnumDescriptor* type) {
    return type->value(static_cast<int>(random_() % type->value_count()))->number();
  }

  std::mt19937_64& random_;
};

}  // namespace

void FillRandomly(std::mt19937_64& random, Message* message) { Filler(random).Fill(message, 0); }

}  // namespace nearcast::resource
