#include "dataplane/media/amf0.h"

#include <bit>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

// Section 2.1.
enum Marker : uint8_t {
  kNumber = 0x00,
  kBoolean = 0x01,
  kString = 0x02,
  kObject = 0x03,
  kNull = 0x05,
  kUndefined = 0x06,
  kEcmaArray = 0x08,
  kObjectEnd = 0x09,
  kStrictArray = 0x0A,
  kDate = 0x0B,
  kLongString = 0x0C,
};

constexpr size_t kShortTextMax = 0xFFFF;

bool SameBits(double a, double b) {
  return std::bit_cast<uint64_t>(a) == std::bit_cast<uint64_t>(b);
}

bool Same(Amf0Undefined, Amf0Undefined) { return true; }
bool Same(Amf0Null, Amf0Null) { return true; }
bool Same(double a, double b) { return SameBits(a, b); }
bool Same(bool a, bool b) { return a == b; }
bool Same(const std::string& a, const std::string& b) { return a == b; }
bool Same(const Amf0Date& a, const Amf0Date& b) {
  return SameBits(a.unix_ms, b.unix_ms) && a.timezone == b.timezone;
}
bool Same(const Amf0StrictArray& a, const Amf0StrictArray& b) { return a.elements == b.elements; }

bool SameProperties(const std::vector<Amf0Property>& a, const std::vector<Amf0Property>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].name != b[i].name || !(a[i].value == b[i].value)) return false;
  }
  return true;
}
bool Same(const Amf0Object& a, const Amf0Object& b) {
  return SameProperties(a.properties, b.properties);
}
bool Same(const Amf0EcmaArray& a, const Amf0EcmaArray& b) {
  return SameProperties(a.properties, b.properties);
}

void AppendName(absl::string_view name, std::string* out) {
  NC_CHECK(name.size() <= kShortTextMax);
  AppendBigEndian(name.size(), 2, out);
  out->append(name.data(), name.size());
}

void AppendProperties(const std::vector<Amf0Property>& properties, std::string* out) {
  for (const Amf0Property& property : properties) {
    AppendName(property.name, out);
    AppendAmf0(property.value, out);
  }
  AppendBigEndian(0, 2, out);
  out->push_back(kObjectEnd);
}

void AppendNumber(double number, std::string* out) {
  AppendBigEndian(std::bit_cast<uint64_t>(number), 8, out);
}

// Appends one value, by type.
struct Appender {
  std::string* out;

  void operator()(Amf0Undefined) const { out->push_back(kUndefined); }
  void operator()(Amf0Null) const { out->push_back(kNull); }
  void operator()(double number) const {
    out->push_back(kNumber);
    AppendNumber(number, out);
  }
  void operator()(bool boolean) const {
    out->push_back(kBoolean);
    out->push_back(boolean ? 1 : 0);
  }
  void operator()(const std::string& text) const {
    if (text.size() <= kShortTextMax) {
      out->push_back(kString);
      AppendName(text, out);
      return;
    }
    NC_CHECK(text.size() <= UINT32_MAX);
    out->push_back(kLongString);
    AppendBigEndian(text.size(), 4, out);
    out->append(text);
  }
  void operator()(const Amf0Object& object) const {
    out->push_back(kObject);
    AppendProperties(object.properties, out);
  }
  void operator()(const Amf0EcmaArray& array) const {
    out->push_back(kEcmaArray);
    AppendBigEndian(array.properties.size(), 4, out);
    AppendProperties(array.properties, out);
  }
  void operator()(const Amf0StrictArray& array) const {
    out->push_back(kStrictArray);
    AppendBigEndian(array.elements.size(), 4, out);
    for (const Amf0Value& element : array.elements) AppendAmf0(element, out);
  }
  void operator()(const Amf0Date& date) const {
    out->push_back(kDate);
    AppendNumber(date.unix_ms, out);
    AppendBigEndian(static_cast<uint16_t>(date.timezone), 2, out);
  }
};

std::string FormatProperties(const std::vector<Amf0Property>& properties) {
  std::string text = "{";
  for (const Amf0Property& property : properties) {
    absl::StrAppend(&text, text.size() > 1 ? ", " : "", "\"", absl::CEscape(property.name),
                    "\": ", FormatAmf0(property.value));
  }
  return text + "}";
}

struct Formatter {
  std::string operator()(Amf0Undefined) const { return "undefined"; }
  std::string operator()(Amf0Null) const { return "null"; }
  std::string operator()(double number) const { return absl::StrCat(number); }
  std::string operator()(bool boolean) const { return boolean ? "true" : "false"; }
  std::string operator()(const std::string& text) const {
    return absl::StrCat("\"", absl::CEscape(text), "\"");
  }
  std::string operator()(const Amf0Object& object) const {
    return FormatProperties(object.properties);
  }
  std::string operator()(const Amf0EcmaArray& array) const {
    return FormatProperties(array.properties);
  }
  std::string operator()(const Amf0StrictArray& array) const {
    std::string text = "[";
    for (const Amf0Value& element : array.elements) {
      absl::StrAppend(&text, text.size() > 1 ? ", " : "", FormatAmf0(element));
    }
    return text + "]";
  }
  std::string operator()(const Amf0Date& date) const {
    return absl::StrCat("date(", date.unix_ms, ")");
  }
};

}  // namespace

Amf0Value::Amf0Value() = default;
Amf0Value::Amf0Value(Amf0Null null) : variant_(null) {}
Amf0Value::Amf0Value(double number) : variant_(number) {}
Amf0Value::Amf0Value(int number) : variant_(static_cast<double>(number)) {}
Amf0Value::Amf0Value(bool boolean) : variant_(boolean) {}
Amf0Value::Amf0Value(std::string text) : variant_(std::move(text)) {}
Amf0Value::Amf0Value(const char* text) : variant_(std::string(text)) {}
Amf0Value::Amf0Value(Amf0Object object) : variant_(std::move(object)) {}
Amf0Value::Amf0Value(Amf0EcmaArray array) : variant_(std::move(array)) {}
Amf0Value::Amf0Value(Amf0StrictArray array) : variant_(std::move(array)) {}
Amf0Value::Amf0Value(Amf0Date date) : variant_(date) {}
Amf0Value::Amf0Value(const Amf0Value&) = default;
Amf0Value::Amf0Value(Amf0Value&&) noexcept = default;
Amf0Value& Amf0Value::operator=(const Amf0Value&) = default;
Amf0Value& Amf0Value::operator=(Amf0Value&&) noexcept = default;
Amf0Value::~Amf0Value() = default;

const Amf0Value* Amf0Value::Find(absl::string_view name) const {
  const std::vector<Amf0Property>* properties = nullptr;
  if (const auto* object = std::get_if<Amf0Object>(&variant_)) properties = &object->properties;
  if (const auto* array = std::get_if<Amf0EcmaArray>(&variant_)) properties = &array->properties;
  if (properties == nullptr) return nullptr;
  for (const Amf0Property& property : *properties) {
    if (property.name == name) return &property.value;
  }
  return nullptr;
}

bool operator==(const Amf0Value& a, const Amf0Value& b) {
  if (a.variant_.index() != b.variant_.index()) return false;
  return std::visit(
      [&b](const auto& content) {
        return Same(content, std::get<std::decay_t<decltype(content)>>(b.variant_));
      },
      a.variant_);
}

Amf0Reader::Amf0Reader(absl::string_view bytes, Amf0Limits limits)
    : bytes_(bytes), limits_(limits) {}

absl::StatusOr<Amf0Value> Amf0Reader::Read() { return ReadValue(0); }

absl::StatusOr<Amf0Value> Amf0Reader::ReadValue(int depth) {
  NC_RETURN_IF_ERROR(CountValue());
  if (depth > limits_.depth_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("AMF0 objects nested deeper than ", limits_.depth_max));
  }
  NC_ASSIGN_OR_RETURN(const uint64_t marker, ReadInteger(1));
  switch (marker) {
    case kObject: {
      NC_ASSIGN_OR_RETURN(auto properties, ReadProperties(depth));
      return Amf0Value(Amf0Object{std::move(properties)});
    }
    case kEcmaArray: {
      NC_RETURN_IF_ERROR(ReadInteger(4).status());
      NC_ASSIGN_OR_RETURN(auto properties, ReadProperties(depth));
      return Amf0Value(Amf0EcmaArray{std::move(properties)});
    }
    case kStrictArray:
      return ReadStrictArray(depth);
    default:
      return ReadScalar(static_cast<uint8_t>(marker));
  }
}

absl::StatusOr<Amf0Value> Amf0Reader::ReadScalar(uint8_t marker) {
  switch (marker) {
    case kNumber: {
      NC_ASSIGN_OR_RETURN(const double number, ReadNumber());
      return Amf0Value(number);
    }
    case kBoolean: {
      NC_ASSIGN_OR_RETURN(const uint64_t boolean, ReadInteger(1));
      return Amf0Value(boolean != 0);
    }
    case kString:
    case kLongString: {
      NC_ASSIGN_OR_RETURN(std::string text, ReadText(marker == kString ? 2 : 4));
      return Amf0Value(std::move(text));
    }
    case kNull:
      return Amf0Value(Amf0Null{});
    case kUndefined:
      return Amf0Value();
    case kDate: {
      NC_ASSIGN_OR_RETURN(const double unix_ms, ReadNumber());
      NC_ASSIGN_OR_RETURN(const uint64_t timezone, ReadInteger(2));
      return Amf0Value(Amf0Date{unix_ms, static_cast<int16_t>(timezone)});
    }
  }
  return absl::InvalidArgumentError(
      absl::StrCat("AMF0 marker ", marker, " at byte ", offset_ - 1, " is not supported"));
}

absl::StatusOr<Amf0Value> Amf0Reader::ReadStrictArray(int depth) {
  NC_ASSIGN_OR_RETURN(const uint64_t count, ReadInteger(4));
  Amf0StrictArray array;
  for (uint64_t i = 0; i < count; ++i) {
    NC_ASSIGN_OR_RETURN(Amf0Value element, ReadValue(depth + 1));
    array.elements.push_back(std::move(element));
  }
  return Amf0Value(std::move(array));
}

absl::StatusOr<std::vector<Amf0Property>> Amf0Reader::ReadProperties(int depth) {
  std::vector<Amf0Property> properties;
  while (true) {
    NC_ASSIGN_OR_RETURN(std::string name, ReadText(2));
    if (name.empty() && !AtEnd() && ByteAt(bytes_, offset_) == kObjectEnd) {
      ++offset_;
      return properties;
    }
    NC_ASSIGN_OR_RETURN(Amf0Value value, ReadValue(depth + 1));
    properties.push_back({std::move(name), std::move(value)});
  }
}

absl::StatusOr<uint64_t> Amf0Reader::ReadInteger(int width) {
  if (bytes_.size() - offset_ < static_cast<size_t>(width)) {
    return absl::InvalidArgumentError(
        absl::StrCat("AMF0 value ends at byte ", bytes_.size(), " before it is complete"));
  }
  const uint64_t value = LoadBigEndian(bytes_, offset_, width);
  offset_ += width;
  return value;
}

absl::StatusOr<double> Amf0Reader::ReadNumber() {
  NC_ASSIGN_OR_RETURN(const uint64_t bits, ReadInteger(8));
  return std::bit_cast<double>(bits);
}

absl::StatusOr<std::string> Amf0Reader::ReadText(int length_width) {
  NC_ASSIGN_OR_RETURN(const uint64_t length, ReadInteger(length_width));
  if (bytes_.size() - offset_ < length) {
    return absl::InvalidArgumentError(
        absl::StrCat("AMF0 string of ", length, " bytes at byte ", offset_, " runs past the end"));
  }
  std::string text(bytes_.substr(offset_, length));
  offset_ += length;
  return text;
}

absl::Status Amf0Reader::CountValue() {
  if (++values_ <= limits_.values_max) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("more than ", limits_.values_max, " AMF0 values"));
}

absl::StatusOr<std::vector<Amf0Value>> ParseAmf0(absl::string_view bytes, Amf0Limits limits) {
  Amf0Reader reader(bytes, limits);
  std::vector<Amf0Value> values;
  while (!reader.AtEnd()) {
    NC_ASSIGN_OR_RETURN(Amf0Value value, reader.Read());
    values.push_back(std::move(value));
  }
  return values;
}

void AppendAmf0(const Amf0Value& value, std::string* out) {
  std::visit(Appender{out}, value.variant());
}

std::string FormatAmf0(const Amf0Value& value) { return std::visit(Formatter{}, value.variant()); }

}  // namespace nearcast::media
