// Expiries as vendors write them, without allocation.
#ifndef SCHEDULERLIB_STREAM_SIGNING_TIME_TEXT_H_
#define SCHEDULERLIB_STREAM_SIGNING_TIME_TEXT_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

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

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_SIGNING_TIME_TEXT_H_
