#include "proto/yaml/text_encoding.h"

#include "absl/strings/str_format.h"

namespace nearcast::yaml {
namespace {

uint8_t OctetAt(absl::string_view text, size_t i) { return static_cast<uint8_t>(text[i]); }

// How many octets a character has, by its first one. 0 = no character begins so.
size_t CharacterOctets(uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

bool IsControl(uint32_t c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

}  // namespace

std::optional<Utf8Character> DecodeUtf8(absl::string_view text) {
  const uint8_t first = OctetAt(text, 0);
  const size_t octets = CharacterOctets(first);
  if (octets == 0 || octets > text.size()) return std::nullopt;
  if (octets == 1) return Utf8Character{.code_point = first, .octets = 1};
  uint32_t code_point = first & (0xFFu >> (octets + 1));
  for (size_t i = 1; i < octets; ++i) {
    if ((OctetAt(text, i) & 0xC0) != 0x80) return std::nullopt;
    code_point = code_point << 6 | (OctetAt(text, i) & 0x3Fu);
  }
  const bool overlong =
      (octets == 3 && code_point < 0x800) || (octets == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (overlong || surrogate || code_point > 0x10FFFF) return std::nullopt;
  return Utf8Character{.code_point = code_point, .octets = octets};
}

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    const std::optional<Utf8Character> character = DecodeUtf8(text);
    if (!character.has_value()) return false;
    text.remove_prefix(character->octets);
  }
  return true;
}

std::optional<EncodingProblem> FindEncodingProblem(absl::string_view text) {
  Position position{.line = 1, .column = 1};
  while (!text.empty()) {
    const std::optional<Utf8Character> character = DecodeUtf8(text);
    if (!character.has_value()) {
      return EncodingProblem{position, absl::StrFormat("octet 0x%02x is not UTF-8; save the file "
                                                       "as UTF-8",
                                                       OctetAt(text, 0))};
    }
    if (IsControl(character->code_point)) {
      return EncodingProblem{position,
                             absl::StrFormat("control character 0x%02x; remove it, or "
                                             "write \"\\x%02x\"",
                                             character->code_point, character->code_point)};
    }
    const bool new_line = character->code_point == '\n';
    position =
        new_line ? Position{position.line + 1, 1} : Position{position.line, position.column + 1};
    text.remove_prefix(character->octets);
  }
  return std::nullopt;
}

}  // namespace nearcast::yaml
