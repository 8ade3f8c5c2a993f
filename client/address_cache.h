// AddressCache: what a client knows of names, for each network apart, and when to ask again. Values
// in, values out: time is a parameter (Clock::Monotonic), and nothing here asks or waits.
//
//      stored          75 % of TTL         TTL                        TTL + stale_max
//        |--- kFresh -----|----- kDue ------|--------- kStale ------------|-- gone
//                         refresh ahead     usable while a refresh runs
//
// Keyed by network and name: an answer is made for the ISP that the question came through, so another
// network must not use it; and coming back to a network finds its answers as they were left. A
// refresh that fails leaves the entry as it is, and it is not due again for retry_wait. An answer
// without addresses is kept for its TTL, so that an unknown name is not asked for again and again, but
// is never stale.
//
// Thread rule: the caller locks. Find and Put are O(1), the lists O(size).
#ifndef CLIENT_ADDRESS_CACHE_H_
#define CLIENT_ADDRESS_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nearcast::client {

struct CachePolicy {
  // Names times networks; the least recently used goes first. > 0.
  size_t entries_max = 1000;

  // When to refresh, in parts of the TTL; 0 to 1. 0.75 is what Tencent's SDK does.
  double refresh_at = 0.75;

  // How long an address may be used beyond its TTL while nobody answers (RFC 8767 section 4).
  absl::Duration stale_max = absl::Hours(1);

  // Between two refreshes of one name when the first failed.
  absl::Duration retry_wait = absl::Seconds(5);

  // A name that nobody used for so long is not refreshed ahead; it is when it is used again.
  absl::Duration idle_max = absl::Minutes(10);
};

enum class Source { kHttpdns, kLocalDns };
enum class Freshness { kFresh, kDue, kStale };

struct CacheKey {
  std::string network;
  std::string name;

  bool operator==(const CacheKey&) const = default;
  template <typename H>
  friend H AbslHashValue(H h, const CacheKey& key) {
    return H::combine(std::move(h), key.network, key.name);
  }
};

struct CachedAnswer {
  std::vector<std::string> addresses;  // the best first; empty: there are none
  Source source = Source::kHttpdns;
  Freshness freshness = Freshness::kFresh;
};

class AddressCache {
 public:
  explicit AddressCache(const CachePolicy& policy);

  // What may be used at `now`, and how fresh it is; nothing if it was never stored or is gone. Counts
  // as a use.
  std::optional<CachedAnswer> Find(const CacheKey& key, absl::Duration now);

  // As Find, without counting as a use.
  std::optional<CachedAnswer> Look(const CacheKey& key, absl::Duration now) const;

  // Whether to ask for `key` now: it is not there, or due, and no failure is younger than retry_wait.
  bool WantsRefresh(const CacheKey& key, absl::Duration now) const;

  // Replaces what is there. `ttl` > 0.
  void Put(const CacheKey& key, std::vector<std::string> addresses, Source source,
           absl::Duration ttl, absl::Duration now);

  // A better order for an entry's addresses. No effect unless `ranked` is a permutation of them: the
  // entry may have been replaced while they were measured.
  void Rank(const CacheKey& key, std::vector<std::string> ranked);

  // A refresh failed.
  void Postpone(const CacheKey& key, absl::Duration now);

  // The names of `network` used within idle_max that want a refresh.
  std::vector<std::string> FindDue(absl::string_view network, absl::Duration now) const;

  // The names of `network` used within idle_max: what another network will be asked for next.
  std::vector<std::string> FindUsed(absl::string_view network, absl::Duration now) const;

  void Clear();

  size_t size() const { return entries_.size(); }
  uint64_t evicted() const { return evicted_; }

 private:
  struct Entry {
    std::vector<std::string> addresses;
    Source source;
    absl::Duration due, expires, used, retry;
    std::list<CacheKey>::iterator place;
  };

  void Evict();
  bool IsDue(const Entry& entry, absl::Duration now) const;

  const CachePolicy policy_;
  absl::flat_hash_map<CacheKey, Entry> entries_;
  std::list<CacheKey> by_use_;  // the most recent first; one for each entry
  uint64_t evicted_ = 0;
};

}  // namespace nearcast::client

#endif  // CLIENT_ADDRESS_CACHE_H_
