// AccountRates: how many requests each account has made lately, over all threads of a server.
//
// One token bucket an account, of one second's worth, kept as a single number: the time at which it
// would be full again (the generic cell rate algorithm of ITU-T I.371). Taking a token is one
// compare-and-swap; no lock, no timer.
#ifndef SERVICES_HTTPDNS_ACCOUNT_RATES_H_
#define SERVICES_HTTPDNS_ACCOUNT_RATES_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace nearcast::httpdns {

class RateBucket {
 public:
  enum class Verdict { kWithin, kOver };

  // One request at `now`, of at most `per_s` in a second; `per_s` may differ from call to call. Any
  // thread.
  Verdict Take(uint32_t per_s, absl::Duration now);

 private:
  std::atomic<int64_t> full_at_ns_{0};
};

// Thread-safe. Buckets live as long as this.
class AccountRates {
 public:
  // Accounts beyond so many share one bucket.
  static constexpr size_t kBucketsMax = 65536;

  // Takes a lock: keep what it returns (AccountRateCache).
  RateBucket* Find(absl::string_view account_id);

 private:
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::unique_ptr<RateBucket>> buckets_ ABSL_GUARDED_BY(mutex_);
  RateBucket shared_;
};

// One thread's way to the buckets without the lock.
class AccountRateCache {
 public:
  explicit AccountRateCache(AccountRates* rates) : rates_(rates) {}

  RateBucket* Find(absl::string_view account_id) {
    const auto known = buckets_.find(account_id);
    if (known != buckets_.end()) return known->second;
    RateBucket* const bucket = rates_->Find(account_id);
    if (buckets_.size() < AccountRates::kBucketsMax) {
      buckets_.emplace(std::string(account_id), bucket);
    }
    return bucket;
  }

 private:
  AccountRates* const rates_;
  absl::flat_hash_map<std::string, RateBucket*> buckets_;
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_ACCOUNT_RATES_H_
