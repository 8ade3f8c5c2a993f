// Latency as declared: nearcast.v1.GopCache (a vendor's dialect) and nearcast.v1.LatencyPolicy. Times
// in milliseconds.
#ifndef SCHEDULERLIB_MODEL_LATENCY_POLICY_H_
#define SCHEDULERLIB_MODEL_LATENCY_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace nearcast::scheduler {

enum class GopCacheModel { kLowerBound, kCentered, kTable };
enum class GopCacheEffect { kAtOnce, kAfterPush };

struct GopCacheLevel {
  std::string value;
  uint32_t gop_ms = 0;
  uint32_t delay_min_ms = 0;
  uint32_t delay_max_ms = 0;
};

struct GopCache {
  GopCacheModel model = GopCacheModel::kLowerBound;
  std::string query;  // empty = it cannot be set per URL
  uint32_t set_ms = 0;
  std::string set_value;
  uint32_t min_ms = 0;
  uint32_t max_ms = 60000;
  uint32_t step_ms = 1;
  std::vector<GopCacheLevel> levels;  // kTable
  bool gop_within_setting = false;
  uint32_t added_ms = 0;
  std::string drop_query;
  GopCacheEffect effect = GopCacheEffect::kAtOnce;
  uint32_t effect_after_s = 0;
};

// 0 = solved, in all three.
struct ChasePolicy {
  uint32_t start_ms = 0;
  uint32_t stop_ms = 0;
  uint32_t speed_percent = 0;
  bool disabled = false;
};

struct SlowPolicy {
  uint32_t below_ms = 0;
  uint32_t speed_percent = 0;
  bool disabled = false;
};

struct DropProtection {
  uint32_t protected_period_ms = 0;   // 0 = no frame is ever dropped
  uint32_t gop_keep_duration_ms = 0;  // 0 = no demand

  bool operator==(const DropProtection&) const = default;
};

struct LatencyPolicy {
  std::string name;
  uint32_t target_ms = 0;
  uint32_t difference_ms = 0;  // 0 = does not matter
  uint32_t network_ms = 0;
  uint32_t worst_target_ms = 0;  // 0 = solved
  uint32_t gop_ms = 0;           // 0 = solved
  uint32_t gop_cache_ms = 0;     // 0 = solved
  uint32_t gop_max_ms = 2000;
  uint32_t start_buffer_max_ms = 850;
  ChasePolicy chase;
  SlowPolicy slow;
  std::optional<DropProtection> drop_protection;
  uint32_t demote_after_stalls = 0;  // 0 = never
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_LATENCY_POLICY_H_
