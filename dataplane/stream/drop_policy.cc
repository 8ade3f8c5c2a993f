#include "dataplane/stream/drop_policy.h"

#include <cmath>

namespace nearcast::stream {
namespace {

bool MayDrop(const QueueState& queue, const DropWish& wish) {
  return wish.protected_period_ms > 0 && queue.session_ms >= wish.protected_period_ms;
}

// Less than this, either way, and a queue stands.
constexpr double kStandingTrend = 0.1;

DropLevel LastResort(double trend) {
  if (trend > kStandingTrend) return DropLevel::kAllButKey;
  return trend < -kStandingTrend ? DropLevel::kQuarter : DropLevel::kHalf;
}

bool IsTooLate(const QueueState& queue, const DropLimits& limits) {
  return limits.lag_ms_max > 0 && queue.lag_ms > limits.lag_ms_max;
}

DropLevel LevelOf(const QueueState& queue, const DropLimits& limits) {
  if (queue.lag_ms <= queue.bound_ms) return DropLevel::kNone;
  if (IsTooLate(queue, limits)) return DropLevel::kAllButKey;
  if (queue.lag_ms > 2 * queue.bound_ms) return LastResort(queue.trend);
  const int64_t foreseen_ms = queue.lag_ms + std::llround(queue.trend * kForesightMs);
  if (foreseen_ms <= queue.bound_ms) return DropLevel::kNone;
  if (4 * foreseen_ms <= 5 * queue.bound_ms) return DropLevel::kLastFrame;
  if (2 * foreseen_ms <= 3 * queue.bound_ms) return DropLevel::kLastTwoFrames;
  return DropLevel::kUnreferred;
}

}  // namespace

DropOrder DecideDrop(const QueueState& queue, const DropWish& wish, const DropLimits& limits) {
  DropOrder order{
      .bound_ms = queue.bound_ms, .gop_keep_ms = wish.gop_keep_ms, .lag_ms_max = limits.lag_ms_max};
  const bool may_drop = MayDrop(queue, wish);
  // A jump leaves GOPs of which nothing is delivered.
  order.may_jump = !wish.binding || (may_drop && wish.gop_keep_ms == 0);
  if (!may_drop) return order;
  order.level = LevelOf(queue, limits);
  order.may_cut_open_gop = IsTooLate(queue, limits);
  if (wish.mode == DropMode::kWholeGop && order.level != DropLevel::kNone) {
    order.level = DropLevel::kWholeGop;
  }
  return order;
}

}  // namespace nearcast::stream
