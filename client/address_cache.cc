#include "client/address_cache.h"

#include <algorithm>

#include "base/check.h"

namespace nearcast::client {

AddressCache::AddressCache(const CachePolicy& policy) : policy_(policy) {
  NC_CHECK(policy.entries_max > 0);
}

std::optional<CachedAnswer> AddressCache::Find(const CacheKey& key, absl::Duration now) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  found->second.used = now;
  by_use_.splice(by_use_.begin(), by_use_, found->second.place);
  return Look(key, now);
}

std::optional<CachedAnswer> AddressCache::Look(const CacheKey& key, absl::Duration now) const {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  const Entry& entry = found->second;
  const absl::Duration stale = entry.addresses.empty() ? absl::ZeroDuration() : policy_.stale_max;
  if (now >= entry.expires + stale) return std::nullopt;
  const Freshness freshness = now >= entry.expires ? Freshness::kStale
                              : now >= entry.due   ? Freshness::kDue
                                                   : Freshness::kFresh;
  return CachedAnswer{entry.addresses, entry.source, freshness};
}

bool AddressCache::IsDue(const Entry& entry, absl::Duration now) const {
  return now >= entry.due && now >= entry.retry;
}

bool AddressCache::WantsRefresh(const CacheKey& key, absl::Duration now) const {
  const auto found = entries_.find(key);
  return found == entries_.end() || IsDue(found->second, now);
}

void AddressCache::Put(const CacheKey& key, std::vector<std::string> addresses, Source source,
                       absl::Duration ttl, absl::Duration now) {
  NC_CHECK(ttl > absl::ZeroDuration());
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    by_use_.push_front(key);
    // To be stored is a use: what was asked for is wanted.
    found = entries_.emplace(key, Entry{.used = now, .place = by_use_.begin()}).first;
  }
  Entry& entry = found->second;
  entry.addresses = std::move(addresses);
  entry.source = source;
  entry.due = now + ttl * policy_.refresh_at;
  entry.expires = now + ttl;
  entry.retry = now;
  if (entries_.size() > policy_.entries_max) Evict();
}

void AddressCache::Rank(const CacheKey& key, std::vector<std::string> ranked) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  std::vector<std::string>& addresses = found->second.addresses;
  if (std::is_permutation(addresses.begin(), addresses.end(), ranked.begin(), ranked.end())) {
    addresses = std::move(ranked);
  }
}

void AddressCache::Postpone(const CacheKey& key, absl::Duration now) {
  const auto found = entries_.find(key);
  if (found != entries_.end()) found->second.retry = now + policy_.retry_wait;
}

std::vector<std::string> AddressCache::FindDue(absl::string_view network,
                                               absl::Duration now) const {
  std::vector<std::string> names;
  for (const auto& [key, entry] : entries_) {
    if (key.network == network && entry.used + policy_.idle_max > now && IsDue(entry, now)) {
      names.push_back(key.name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> AddressCache::FindUsed(absl::string_view network,
                                                absl::Duration now) const {
  std::vector<std::string> names;
  for (const auto& [key, entry] : entries_) {
    if (key.network == network && entry.used + policy_.idle_max > now) names.push_back(key.name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void AddressCache::Clear() {
  entries_.clear();
  by_use_.clear();
}

void AddressCache::Evict() {
  entries_.erase(by_use_.back());
  by_use_.pop_back();
  ++evicted_;
}

}  // namespace nearcast::client
