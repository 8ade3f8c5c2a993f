// FindNearestName: what somebody probably meant who typed a name that does not exist.
//
//   FindNearestName("adresses", {"cdn", "addresses"})   // "addresses"
#ifndef PROTO_RESOURCE_NEAREST_NAME_H_
#define PROTO_RESOURCE_NEAREST_NAME_H_

#include <optional>
#include <span>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::resource {

// The candidate with the smallest optimal-string-alignment distance (insert, delete, replace, swap
// of neighbours: one each), letter case ignored; the first one between equals. Nothing when even
// that is farther than a third of the typed name's length (but one mistake is always forgiven), or
// when the typed name is longer than 64 octets.
std::optional<std::string> FindNearestName(absl::string_view typed,
                                           std::span<const std::string> candidates);

// The end of an error message: `; did you mean "addresses"?`, or `; WHAT: a, b, c` when nothing is
// near.
std::string SuggestName(absl::string_view typed, std::span<const std::string> candidates,
                        absl::string_view what);

}  // namespace nearcast::resource

#endif  // PROTO_RESOURCE_NEAREST_NAME_H_
