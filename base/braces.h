// Texts with names in braces: "http://{host}/{app}", "gop_cache_ms={ms}", "{path}\n{time}".
#ifndef BASE_BRACES_H_
#define BASE_BRACES_H_

#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace nearcast {

// Calls text(piece) and name(piece) in turn. False when a brace stays open.
template <typename Text, typename Name>
bool ForEachPiece(absl::string_view rest, Text text, Name name) {
  while (true) {
    const size_t open = rest.find('{');
    text(rest.substr(0, open));
    if (open == absl::string_view::npos) return true;
    const size_t close = rest.find('}', open);
    if (close == absl::string_view::npos) return false;
    name(rest.substr(open + 1, close - open - 1));
    rest.remove_prefix(close + 1);
  }
}

// INVALID_ARGUMENT for a name that is none of `known` (two or more), and for a '{' without its '}'.
absl::Status ValidateBraces(absl::string_view text, std::span<const absl::string_view> known);

}  // namespace nearcast

#endif  // BASE_BRACES_H_
