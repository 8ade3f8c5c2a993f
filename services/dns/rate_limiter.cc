#include "services/dns/rate_limiter.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "absl/hash/hash.h"

namespace nearcast::dns {
namespace {

constexpr int kNetworkBitsV4 = 24;
constexpr int kNetworkBitsV6 = 56;

// 1 within the prefixes of one family, 0 elsewhere.
template <typename Word, typename ToWord>
ipdb::RunTable<Word> BuildTable(std::vector<ipdb::IpPrefix> prefixes, bool is_v4, ToWord word) {
  std::sort(prefixes.begin(), prefixes.end());
  std::vector<ipdb::Run<Word>> runs = {{0, 0}};
  for (const ipdb::IpPrefix& prefix : prefixes) {
    if (prefix.address.is_v4() != is_v4) continue;
    const Word first = word(prefix.address);
    const Word end = word(prefix.last()) + 1;  // 0 at the end of the space
    // Within or next to the one before.
    if (runs.back().value == 1) continue;
    if (first < runs.back().start) continue;
    if (first == runs.back().start) {
      runs.back().value = 1;
    } else {
      runs.push_back({first, 1});
    }
    if (end != 0) runs.push_back({end, 0});
  }
  return ipdb::RunTable<Word>(std::move(runs));
}

uint64_t DrawSeed() {
  std::random_device random;
  return uint64_t{random()} << 32 | random();
}

}  // namespace

std::vector<ipdb::IpPrefix> LoopbackNetworks() {
  return {{ipdb::IpAddress::FromV4(0x7f000000), 8}, {ipdb::IpAddress::FromV6(1), 128}};
}

RateLimiter::RateLimiter(const RateLimits& limits)
    : mode_(limits.mode),
      burst_(static_cast<float>(std::max(limits.burst, 1u))),
      decay_per_ms_(static_cast<float>(std::max(limits.replies_per_s, 1u)) / burst_ / 1000),
      slip_(limits.slip),
      seed_(DrawSeed()),
      allowed_v4_(BuildTable<uint32_t>(limits.allowed, true,
                                       [](const ipdb::IpAddress& a) { return a.v4(); })),
      allowed_v6_(BuildTable<absl::uint128>(limits.allowed, false,
                                            [](const ipdb::IpAddress& a) { return a.v6(); })),
      sets_(limits.mode == LimitMode::kOff ? 0 : kSets) {}

bool RateLimiter::IsAllowed(const ipdb::IpAddress& source) const {
  return (source.is_v4() ? allowed_v4_.Find(source.v4()).value
                         : allowed_v6_.Find(source.v6()).value) != 0;
}

float RateLimiter::CountNow(const Bucket& bucket) const {
  const uint32_t elapsed_ms = static_cast<uint32_t>(now_ms_) - bucket.time_ms;
  if (elapsed_ms == 0 || bucket.count == 0) return bucket.count;
  return bucket.count * std::exp(-decay_per_ms_ * static_cast<float>(elapsed_ms));
}

RateLimiter::Bucket& RateLimiter::Find(uint64_t hash) {
  Set& set = sets_[hash % kSets];
  const uint32_t tag = static_cast<uint32_t>(hash >> 32);
  Bucket* smallest = nullptr;
  for (Bucket& bucket : set) {
    bucket.count = CountNow(bucket);
    bucket.time_ms = static_cast<uint32_t>(now_ms_);
    if (bucket.tag == tag) return bucket;
    if (smallest == nullptr || bucket.count < smallest->count) smallest = &bucket;
  }
  *smallest = {.tag = tag, .count = 0, .time_ms = static_cast<uint32_t>(now_ms_), .limited = 0};
  return *smallest;
}

RateLimiter::Verdict RateLimiter::Judge(const ipdb::IpAddress& source, uint64_t name_key) {
  if (mode_ == LimitMode::kOff || IsAllowed(source)) return Verdict::kSend;
  const ipdb::IpAddress network =
      ipdb::BlockAround(source, source.is_v4() ? kNetworkBitsV4 : kNetworkBitsV6).address;
  Bucket& bucket = Find(absl::HashOf(seed_, network, name_key));
  if (bucket.count + 1 <= burst_) {
    bucket.count += 1;
    return Verdict::kSend;
  }
  ++bucket.limited;
  return slip_ != 0 && bucket.limited % slip_ == 0 ? Verdict::kSlip : Verdict::kDrop;
}

}  // namespace nearcast::dns
