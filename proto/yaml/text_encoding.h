// What a text file must be before anybody parses it: UTF-8 (RFC 3629), without control characters.
#ifndef PROTO_YAML_TEXT_ENCODING_H_
#define PROTO_YAML_TEXT_ENCODING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "proto/yaml/position.h"

namespace nearcast::yaml {

struct Utf8Character {
  uint32_t code_point = 0;
  size_t octets = 0;  // 1..4
};

// The first character of a text that is not empty. Nothing when the octets there are not UTF-8: cut
// off, overlong, a surrogate, or above U+10FFFF (RFC 3629 section 3).
std::optional<Utf8Character> DecodeUtf8(absl::string_view text);

// Whether every octet belongs to a character.
bool IsUtf8(absl::string_view text);

struct EncodingProblem {
  Position position;
  std::string text;
};

// The first octet that is not UTF-8, or the first control character other than tab, line feed and
// carriage return.
std::optional<EncodingProblem> FindEncodingProblem(absl::string_view text);

}  // namespace nearcast::yaml

#endif  // PROTO_YAML_TEXT_ENCODING_H_
