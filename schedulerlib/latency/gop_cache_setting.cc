#include "schedulerlib/latency/gop_cache_setting.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/braces.h"

namespace nearcast::scheduler {
namespace {

constexpr std::array<absl::string_view, 4> kQueryNames = {"ms", "s", "minus_ms", "value"};
constexpr std::array<absl::string_view, 2> kDropNames = {"protected_ms", "gop_keep_ms"};

// A table's delays are the viewer's already.
int64_t WayMs(const GopCache& cache, const GopCacheWish& wish) {
  if (cache.model == GopCacheModel::kTable) return cache.added_ms;
  return cache.added_ms > 0 ? cache.added_ms : wish.network_ms;
}

// The greatest value that the vendor takes and that is not over `wanted`; the smallest if none is.
int64_t SnapDown(const GopCache& cache, int64_t wanted) {
  const int64_t min = cache.min_ms;
  const int64_t step = std::max<int64_t>(cache.step_ms, 1);
  const int64_t steps_max = (int64_t{cache.max_ms} - min) / step;
  return min + step * std::clamp<int64_t>((wanted - min) / step, 0, steps_max);
}

// The smallest that is not under it; the greatest if none is.
int64_t SnapUp(const GopCache& cache, int64_t wanted) {
  const int64_t down = SnapDown(cache, wanted);
  return down < wanted ? SnapDown(cache, down + cache.step_ms) : down;
}

// The D whose mean delay is `mean`: D itself, unless the range is cut off at 0.
int64_t CentreFor(int64_t mean, int64_t gop_ms) {
  return mean >= gop_ms ? mean : 2 * mean - gop_ms;
}

DelayRange DelayOf(const GopCache& cache, int64_t setting_ms, uint32_t gop_ms) {
  const auto setting = static_cast<uint32_t>(setting_ms);
  return cache.model == GopCacheModel::kCentered ? CenteredDelay(setting, gop_ms)
                                                 : LowerBoundDelay(setting, gop_ms);
}

// The setting whose mean delay is nearest to `mean`: one of the two beside the exact one, since the
// mean grows with the setting.
int64_t NearestSetting(const GopCache& cache, int64_t mean, uint32_t gop_ms) {
  const bool centred = cache.model == GopCacheModel::kCentered;
  const int64_t exact = centred ? CentreFor(mean, gop_ms) : mean - gop_ms / 2;
  const int64_t down = SnapDown(cache, exact);
  const int64_t up = SnapUp(cache, exact);
  const auto off = [&](int64_t setting) {
    return std::abs(int64_t{DelayOf(cache, setting, gop_ms).mean_ms()} - mean);
  };
  return off(up) < off(down) ? up : down;
}

// Among the entries for the GOP that is nearest to the wish's; null for a table without entries.
template <typename IsTaken>
const GopCacheLevel* FindLevel(const GopCache& cache, const GopCacheWish& wish, int64_t mean,
                               IsTaken is_taken) {
  const GopCacheLevel* best = nullptr;
  const auto off = [&](const GopCacheLevel& level) {
    const DelayRange range = {level.delay_min_ms, level.delay_max_ms};
    return std::pair(std::abs(int64_t{level.gop_ms} - wish.gop_ms),
                     std::abs(int64_t{range.mean_ms()} - mean));
  };
  for (const GopCacheLevel& level : cache.levels) {
    if (!is_taken(level)) continue;
    if (best == nullptr || off(level) < off(*best)) best = &level;
  }
  return best;
}

GopCacheSetting ChooseLevel(const GopCache& cache, const GopCacheWish& wish, int64_t mean) {
  GopCacheSetting setting;
  setting.per_url = !cache.query.empty();
  setting.level = FindLevel(cache, wish, mean, [&](const GopCacheLevel& level) {
    return setting.per_url || level.value == cache.set_value;
  });
  if (setting.level == nullptr) return setting;
  setting.known = true;
  setting.delay = {setting.level->delay_min_ms, setting.level->delay_max_ms};
  setting.ms = setting.delay.mean_ms();
  return setting;
}

// What the console says counts where the URL cannot; where neither is known, the wish does.
GopCacheSetting ChooseValue(const GopCache& cache, const GopCacheWish& wish, int64_t mean) {
  GopCacheSetting setting;
  setting.per_url = !cache.query.empty();
  setting.known = setting.per_url || cache.set_ms != 0;
  const bool is_set = setting.known && !setting.per_url;
  int64_t ms = is_set ? cache.set_ms : NearestSetting(cache, mean, wish.gop_ms);
  if (cache.gop_within_setting && !is_set && ms < wish.gop_ms) {
    ms = SnapUp(cache, wish.gop_ms);
  }
  setting.ms = static_cast<uint32_t>(ms);
  setting.gop_too_long = cache.gop_within_setting && setting.ms < wish.gop_ms;
  setting.delay = DelayOf(cache, setting.ms, wish.gop_ms);
  return setting;
}

}  // namespace

GopCacheSetting ChooseGopCache(const GopCache& cache, const GopCacheWish& wish) {
  // The mean that the cache must give for the whole way to take what was wished.
  const int64_t way = WayMs(cache, wish);
  const int64_t mean =
      std::max<int64_t>(int64_t{wish.gop_cache_ms} + wish.gop_ms / 2 + wish.network_ms - way, 0);
  GopCacheSetting setting = cache.model == GopCacheModel::kTable ? ChooseLevel(cache, wish, mean)
                                                                 : ChooseValue(cache, wish, mean);
  setting.least_ms = setting.delay.min_ms;
  setting.delay.min_ms += way;
  setting.delay.max_ms += way;
  return setting;
}

void AppendGopCacheQuery(const GopCache& cache, const GopCacheSetting& setting,
                         const DropProtection* drop, std::string& query) {
  const auto text = [&query](absl::string_view piece) { absl::StrAppend(&query, piece); };
  ForEachPiece(cache.query, text, [&](absl::string_view name) {
    if (name == "value") {
      absl::StrAppend(&query, setting.level == nullptr ? "" : setting.level->value);
    } else if (name == "s") {
      absl::StrAppend(&query, (setting.ms + 500) / 1000);
    } else {
      absl::StrAppend(&query, name == "minus_ms" ? -int64_t{setting.ms} : int64_t{setting.ms});
    }
  });
  if (cache.drop_query.empty() || drop == nullptr) return;
  if (!cache.query.empty()) query.push_back('&');
  ForEachPiece(cache.drop_query, text, [&](absl::string_view name) {
    absl::StrAppend(
        &query, name == "protected_ms" ? drop->protected_period_ms : drop->gop_keep_duration_ms);
  });
}

absl::Status ValidateGopCacheQuery(absl::string_view text) {
  return ValidateBraces(text, kQueryNames);
}

absl::Status ValidateDropQuery(absl::string_view text) { return ValidateBraces(text, kDropNames); }

}  // namespace nearcast::scheduler
