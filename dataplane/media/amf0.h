// AMF0 values: the notation of RTMP commands and of onMetaData.
// Source: Action Message Format AMF 0 (Adobe, 2007), section 2. Number, boolean, string, object,
// null, undefined, ECMA array, strict array, date and long string are read and written; all other
// markers (references, XML, typed objects, the switch to AMF3) are errors.
//
//   std::string bytes;
//   AppendAmf0(Amf0Value("onStatus"), &bytes);
//   Amf0Reader reader(bytes);
//   NC_ASSIGN_OR_RETURN(const Amf0Value name, reader.Read());
//
// Round trip: reading what AppendAmf0 wrote gives an equal value.
#ifndef DATAPLANE_MEDIA_AMF0_H_
#define DATAPLANE_MEDIA_AMF0_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::media {

class Amf0Value;
struct Amf0Property;

struct Amf0Null {};
struct Amf0Undefined {};

// Properties in wire order; names may repeat, the first one counts in Find. A name has at most
// 65535 bytes.
struct Amf0Object {
  std::vector<Amf0Property> properties;
};

// An object with another marker; the count that the wire carries is a hint and is not kept (2.10).
struct Amf0EcmaArray {
  std::vector<Amf0Property> properties;
};

struct Amf0StrictArray {
  std::vector<Amf0Value> elements;
};

// Milliseconds since 1970-01-01 UTC; the time zone is reserved and should be 0 (2.13).
struct Amf0Date {
  double unix_ms = 0;
  int16_t timezone = 0;
};

// One value of any type. Strings over 65535 bytes are written as long strings (2.14).
class Amf0Value {
 public:
  using Variant = std::variant<Amf0Undefined, Amf0Null, double, bool, std::string, Amf0Object,
                               Amf0EcmaArray, Amf0StrictArray, Amf0Date>;

  Amf0Value();  // undefined
  Amf0Value(Amf0Null null);
  Amf0Value(double number);
  Amf0Value(int number);
  Amf0Value(bool boolean);
  Amf0Value(std::string text);
  Amf0Value(const char* text);
  Amf0Value(Amf0Object object);
  Amf0Value(Amf0EcmaArray array);
  Amf0Value(Amf0StrictArray array);
  Amf0Value(Amf0Date date);
  Amf0Value(const Amf0Value&);
  Amf0Value(Amf0Value&&) noexcept;
  Amf0Value& operator=(const Amf0Value&);
  Amf0Value& operator=(Amf0Value&&) noexcept;
  ~Amf0Value();

  const Variant& variant() const { return variant_; }

  // The content when the value is of that type, else null.
  const double* number() const { return std::get_if<double>(&variant_); }
  const bool* boolean() const { return std::get_if<bool>(&variant_); }
  const std::string* text() const { return std::get_if<std::string>(&variant_); }

  // The property of that name of an object or ECMA array, else null.
  const Amf0Value* Find(absl::string_view name) const;

  // Equal types and contents; numbers by their bits, so that NaN equals itself.
  friend bool operator==(const Amf0Value& a, const Amf0Value& b);

 private:
  Variant variant_;
};

struct Amf0Property {
  std::string name;
  Amf0Value value;
};

struct Amf0Limits {
  int depth_max = 16;        // objects and arrays inside each other
  size_t values_max = 4096;  // values and properties read by one reader, nested ones included
};

// Reads values one after the other. Memory is bounded by the input's size and values_max. Keeps a
// view of the bytes. Thread rule: any thread, one at a time.
class Amf0Reader {
 public:
  explicit Amf0Reader(absl::string_view bytes, Amf0Limits limits = {});

  // The next value. InvalidArgument naming the offset when the bytes end early or a marker is
  // unknown; ResourceExhausted over a limit.
  absl::StatusOr<Amf0Value> Read();

  bool AtEnd() const { return offset_ == bytes_.size(); }
  size_t offset() const { return offset_; }

 private:
  absl::StatusOr<Amf0Value> ReadValue(int depth);
  absl::StatusOr<Amf0Value> ReadScalar(uint8_t marker);
  absl::StatusOr<Amf0Value> ReadStrictArray(int depth);
  absl::StatusOr<std::vector<Amf0Property>> ReadProperties(int depth);
  absl::StatusOr<uint64_t> ReadInteger(int width);
  absl::StatusOr<double> ReadNumber();
  absl::StatusOr<std::string> ReadText(int length_width);
  absl::Status CountValue();

  absl::string_view bytes_;
  Amf0Limits limits_;
  size_t offset_ = 0;
  size_t values_ = 0;
};

// All values of `bytes`, which they must fill exactly. Errors as Amf0Reader::Read.
absl::StatusOr<std::vector<Amf0Value>> ParseAmf0(absl::string_view bytes, Amf0Limits limits = {});

void AppendAmf0(const Amf0Value& value, std::string* out);

// For logs and test failures: {"app": "live", "tracks": [1, 2]}.
std::string FormatAmf0(const Amf0Value& value);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_AMF0_H_
