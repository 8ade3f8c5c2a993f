#include "schedulerlib/standby/line_switch.h"

#include <algorithm>

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kFirstFrameMs = 3000;
constexpr uint32_t kStalls = 2;
constexpr uint32_t kReturnMs = 30'000;

}  // namespace

LineSwitch PlanLineSwitch(uint32_t gop_cache_ms, absl::string_view to, size_t push_id,
                          bool has_own_push) {
  return {.to = to,
          .push_id = push_id,
          .has_own_push = has_own_push,
          .silence_ms = std::clamp(gop_cache_ms / 2, kSilenceLeastMs, kSilenceMostMs),
          .first_frame_ms = kFirstFrameMs,
          // On a push of its own the other line is the better bet at once; on the same one the
          // trouble may lie before both.
          .stalls = has_own_push ? kStalls : 2 * kStalls,
          .return_ms = kReturnMs};
}

}  // namespace nearcast::scheduler
