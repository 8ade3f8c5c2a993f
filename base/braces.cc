#include "base/braces.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nearcast {

absl::Status ValidateBraces(absl::string_view text, std::span<const absl::string_view> known) {
  std::string unknown;
  const bool closed = ForEachPiece(
      text, [](absl::string_view) {},
      [&](absl::string_view name) {
        const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
        if (!is_known && unknown.empty()) unknown = std::string(name);
      });
  if (!closed) {
    return absl::InvalidArgumentError(absl::StrCat("has a '{' without its '}': \"", text, "\""));
  }
  if (unknown.empty()) return absl::OkStatus();
  const auto in_braces = [](std::string* out, absl::string_view name) {
    absl::StrAppend(out, "{", name, "}");
  };
  return absl::InvalidArgumentError(absl::StrCat(
      "has the unknown name {", unknown, "}; known are ",
      absl::StrJoin(known.first(known.size() - 1), ", ", in_braces), " and {", known.back(), "}"));
}

}  // namespace nearcast
