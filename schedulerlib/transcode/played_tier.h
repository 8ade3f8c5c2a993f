// What viewers play at a CDN, by the name that it has there: "show" is what was pushed, "show_sd" a
// tier of it.
#ifndef SCHEDULERLIB_TRANSCODE_PLAYED_TIER_H_
#define SCHEDULERLIB_TRANSCODE_PLAYED_TIER_H_

#include <cstddef>
#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

// Of a name's '_' so many may begin the suffix, counted from the end.
inline constexpr size_t kSuffixesTried = 8;

// kOrigin for the name of a stream that `find` knows (null = it does not). Else the tier whose
// suffix at `cdn` (MadeSuffix) is the name's end, of the stream that the rest names: the longest
// rest that fits, and of two tiers with one suffix the better. Whether somebody makes the tier does
// not count: it is being played. Nothing = neither. What `find` has returned last is the stream.
std::optional<Tier> FindPlayedTier(const Snapshot& snapshot, CdnIndex cdn, absl::string_view name,
                                   absl::FunctionRef<const Stream*(absl::string_view)> find);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_TRANSCODE_PLAYED_TIER_H_
