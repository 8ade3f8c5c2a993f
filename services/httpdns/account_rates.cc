#include "services/httpdns/account_rates.h"

#include <algorithm>

namespace nearcast::httpdns {

RateBucket::Verdict RateBucket::Take(uint32_t per_s, absl::Duration now) {
  constexpr int64_t kSecondNs = 1'000'000'000;
  const int64_t now_ns = absl::ToInt64Nanoseconds(now);
  const int64_t cost_ns = kSecondNs / std::max(per_s, 1u);
  int64_t full_at_ns = full_at_ns_.load(std::memory_order_relaxed);
  while (true) {
    const int64_t after_ns = std::max(full_at_ns, now_ns) + cost_ns;
    if (after_ns - now_ns > kSecondNs) return Verdict::kOver;
    if (full_at_ns_.compare_exchange_weak(full_at_ns, after_ns, std::memory_order_relaxed)) {
      return Verdict::kWithin;
    }
  }
}

RateBucket* AccountRates::Find(absl::string_view account_id) {
  absl::MutexLock lock(&mutex_);
  const auto known = buckets_.find(account_id);
  if (known != buckets_.end()) return known->second.get();
  if (buckets_.size() >= kBucketsMax) return &shared_;
  return buckets_.emplace(std::string(account_id), std::make_unique<RateBucket>())
      .first->second.get();
}

}  // namespace nearcast::httpdns
