// A play decision as an HLS multivariant playlist (RFC 8216 §4.3.4): every tier of every line that
// delivers HLS, the default tier first, since that is where players begin.
#ifndef SCHEDULERLIB_STREAM_HLS_MULTIVARIANT_H_
#define SCHEDULERLIB_STREAM_HLS_MULTIVARIANT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

// BANDWIDTH must be said. A tier of unknown bitrate, as origin often is, counts as twice the best
// known one of its publish point, or as this when none is known.
inline constexpr uint32_t kUnknownBitrateBps = 6'000'000;

// Empty when no line delivers HLS. With `steering_uri`, players are told to ask there which line to
// use (EXT-X-CONTENT-STEERING; a pathway is a CDN's name).
std::string WriteHlsMultivariant(const Snapshot& snapshot, const PlayDecision& decision,
                                 absl::string_view steering_uri);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_HLS_MULTIVARIANT_H_
