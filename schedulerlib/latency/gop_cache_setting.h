// ChooseGopCache: a wanted lower bound M in one vendor's dialect, and the delay that follows.
//
// Vendors count differently (delay_law.h): a lower bound, a centre, or levels of a table. The
// setting is the one whose mean delay comes nearest to the wanted one, among those that the vendor
// takes; of two as near, the smaller.
#ifndef SCHEDULERLIB_LATENCY_GOP_CACHE_SETTING_H_
#define SCHEDULERLIB_LATENCY_GOP_CACHE_SETTING_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/latency/delay_law.h"
#include "schedulerlib/model/latency_policy.h"

namespace nearcast::scheduler {

struct GopCacheWish {
  uint32_t gop_cache_ms = 0;  // M, as a lower bound
  uint32_t gop_ms = 0;

  // What the way adds where the vendor's own number (GopCache.added_ms) is not known.
  uint32_t network_ms = 0;
};

struct GopCacheSetting {
  uint32_t ms = 0;                       // what {ms} stands for; for a table, its mean delay
  const GopCacheLevel* level = nullptr;  // of a table: what {value} stands for
  bool per_url = false;                  // the CDN's dialect sets it by URL
  bool known = false;                    // by that or by what is said of its console; else a wish
  bool gop_too_long = false;             // the vendor's law does not hold
  uint32_t least_ms = 0;                 // of media that a viewer begins with: M as it comes out
  DelayRange delay;                      // of the first frame, the way included
};

// The setting points into `cache`.
GopCacheSetting ChooseGopCache(const GopCache& cache, const GopCacheWish& wish);

// Appends "gop_cache_ms=1800&protected_period=5000": what the vendor's dialect has for the setting
// and for the protection (null = none is asked for); nothing where it knows nothing.
void AppendGopCacheQuery(const GopCache& cache, const GopCacheSetting& setting,
                         const DropProtection* drop, std::string& query);

// INVALID_ARGUMENT for unknown names in braces of GopCache.query and GopCache.drop_query.
absl::Status ValidateGopCacheQuery(absl::string_view text);
absl::Status ValidateDropQuery(absl::string_view text);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LATENCY_GOP_CACHE_SETTING_H_
