// RateLimiter: response rate limiting, so that forged queries cannot make this server flood a
// victim.
//
//   limiter.SetNow(clock->Monotonic());                       // once a batch
//   if (limiter.Judge(source, name_key) == Verdict::kDrop) return;
//
// Replies are counted for each client network (IPv4 /24, IPv6 /56) and each imputed name: what the
// zone calls the answer, not what was asked, so that random names share one count. A count decays
// exponentially with the time constant burst / replies_per_s, so a network that was quiet may have
// `burst` at once and `replies_per_s` for ever. What is over the limit is dropped, but every
// slip-th goes out truncated: real clients come back over TCP.
//
// Memory is fixed: a table of 4-way sets; the smallest count of a set gives way. Thread rule: one
// thread's.
#ifndef SERVICES_DNS_RATE_LIMITER_H_
#define SERVICES_DNS_RATE_LIMITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/time/time.h"
#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"
#include "ipdb/run_table.h"

namespace nearcast::dns {

enum class LimitMode : uint8_t {
  kOff,
  kCountOnly,  // counts what it would limit, and limits nothing
  kOn,
};

struct RateLimits {
  LimitMode mode = LimitMode::kOn;
  uint32_t replies_per_s = 1000;  // for ever; at least 1
  uint32_t burst = 5000;          // at once; at least 1
  uint32_t slip = 2;              // 0 = drop all, 1 = truncate all

  // Not limited. Resolvers that ask for many client subnets belong here.
  std::vector<ipdb::IpPrefix> allowed;
};

// This machine's own: 127.0.0.0/8 and ::1.
std::vector<ipdb::IpPrefix> LoopbackNetworks();

class RateLimiter {
 public:
  enum class Verdict : uint8_t { kSend, kSlip, kDrop };

  explicit RateLimiter(const RateLimits& limits);

  LimitMode mode() const { return mode_; }

  void SetNow(absl::Duration monotonic) { now_ms_ = absl::ToInt64Milliseconds(monotonic); }

  // Whether the source is in a network without limit; its replies need no Judge.
  bool IsAllowed(const ipdb::IpAddress& source) const;

  // Counts one reply. As if kOn also where the mode is kCountOnly.
  Verdict Judge(const ipdb::IpAddress& source, uint64_t name_key);

  static constexpr size_t kSets = 16384;
  static constexpr size_t kWays = 4;

 private:
  struct Bucket {
    uint32_t tag = 0;
    float count = 0;
    uint32_t time_ms = 0;  // when `count` was right, modulo 2^32
    uint32_t limited = 0;
  };
  using Set = std::array<Bucket, kWays>;

  Bucket& Find(uint64_t hash);
  float CountNow(const Bucket& bucket) const;

  const LimitMode mode_;
  const float burst_;
  const float decay_per_ms_;
  const uint32_t slip_;
  const uint64_t seed_;
  ipdb::RunTable<uint32_t> allowed_v4_;
  ipdb::RunTable<absl::uint128> allowed_v6_;
  int64_t now_ms_ = 0;
  std::vector<Set> sets_;
};

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_RATE_LIMITER_H_
