// LineSwitch: when a player leaves its line for the other one by itself (seed 003: "the player must
// switch by itself when one of them fails"). Told in the sdk_params of each line that has another.
//
// A player that waits until it stalls has waited too long, and one that switches at each pause of
// the network swings: what it has buffered is about the GOP cache's lower bound, and half of that
// without a byte is given to the line to recover. The figures are ours; a Switch may set others
// (override.sdk_params.LineSwitch).
#ifndef SCHEDULERLIB_STANDBY_LINE_SWITCH_H_
#define SCHEDULERLIB_STANDBY_LINE_SWITCH_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler {

struct LineSwitch {
  absl::string_view to;         // the other line: "main", "backup"
  size_t push_id = 1;           // of the push that feeds it, counting from 1
  bool has_own_push = false;    // which does not feed this line, too
  uint32_t silence_ms = 0;      // nothing was received for so long
  uint32_t first_frame_ms = 0;  // no picture so long after the beginning
  uint32_t stalls = 0;          // it stood still so often within a minute
  uint32_t return_ms = 0;       // no way back before
};

// The bounds of silence_ms: shorter pauses are the network's own (TCP's first timer is a second, RFC
// 6298), longer ones are seen.
inline constexpr uint32_t kSilenceLeastMs = 1000;
inline constexpr uint32_t kSilenceMostMs = 5000;

// `gop_cache_ms`: the lower bound that this line's CDN is asked for.
LineSwitch PlanLineSwitch(uint32_t gop_cache_ms, absl::string_view to, size_t push_id,
                          bool has_own_push);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STANDBY_LINE_SWITCH_H_
