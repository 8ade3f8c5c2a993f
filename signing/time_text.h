// Expiries as vendors write them, without allocation.
#ifndef SIGNING_TIME_TEXT_H_
#define SIGNING_TIME_TEXT_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace nearcast {

struct TimeText {
  std::array<char, 24> chars;
  uint8_t size = 0;

  absl::string_view text() const { return {chars.data(), size}; }
};

enum class Letters { kLower, kUpper };

// Of Unix seconds, 0 or more: "1653632422", "5C271099".
TimeText DecimalTime(int64_t unix_s);
TimeText HexTime(int64_t unix_s, Letters letters);

// "201508150800": the minute that `unix_s` is in or begins, in UTC+8.
TimeText BeijingMinute(int64_t unix_s);

// The Unix seconds that such a minute begins at; nothing when the text is none.
std::optional<int64_t> ParseBeijingMinute(absl::string_view text);

}  // namespace nearcast

#endif  // SIGNING_TIME_TEXT_H_
