// AppVersion: "8.1.0" as numbers that compare.
#ifndef SCHEDULERLIB_MATCH_APP_VERSION_H_
#define SCHEDULERLIB_MATCH_APP_VERSION_H_

#include <array>
#include <compare>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

struct AppVersion {
  std::array<uint32_t, 4> parts{};

  friend auto operator<=>(const AppVersion&, const AppVersion&) = default;
};

// Above every other.
inline constexpr AppVersion kAppVersionMax{{UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}};

// One to four decimal numbers below 2^32 between dots; those that are missing are 0. Nothing for
// any other text. Allocates nothing.
std::optional<AppVersion> ParseAppVersion(absl::string_view text);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MATCH_APP_VERSION_H_
