#include "schedulerlib/match/app_version.h"

#include "absl/strings/ascii.h"

namespace nearcast::scheduler {

std::optional<AppVersion> ParseAppVersion(absl::string_view text) {
  AppVersion version;
  for (uint32_t& part : version.parts) {
    uint64_t number = 0;
    size_t digits = 0;
    while (digits < text.size() && absl::ascii_isdigit(text[digits])) {
      number = number * 10 + static_cast<uint64_t>(text[digits++] - '0');
      if (number > UINT32_MAX) return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    part = static_cast<uint32_t>(number);
    text.remove_prefix(digits);
    if (text.empty()) return version;
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;  // a fifth number, or a dot at the end
}

}  // namespace nearcast::scheduler
