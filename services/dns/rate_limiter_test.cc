#include "services/dns/rate_limiter.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nearcast::dns {
namespace {

using Verdict = RateLimiter::Verdict;

ipdb::IpAddress Address(const char* text) { return *ipdb::ParseIpAddress(text); }

RateLimits SmallLimits() {
  return {.mode = LimitMode::kOn, .replies_per_s = 10, .burst = 20, .slip = 0, .allowed = {}};
}

int CountSent(RateLimiter& limiter, const char* source, uint64_t name_key, int asked) {
  int sent = 0;
  for (int i = 0; i < asked; ++i) {
    sent += limiter.Judge(Address(source), name_key) == Verdict::kSend;
  }
  return sent;
}

TEST(RateLimiterTest, GivesABurstAndThenTheSustainedRate) {
  RateLimiter limiter(SmallLimits());
  limiter.SetNow(absl::Seconds(100));
  EXPECT_EQ(CountSent(limiter, "192.0.2.1", 7, 1000), 20);
  int sent = 0;
  for (int ms = 0; ms < 60000; ms += 10) {
    limiter.SetNow(absl::Seconds(100) + absl::Milliseconds(ms));
    sent += CountSent(limiter, "192.0.2.1", 7, 5);
  }
  // 10 a second; a count below `burst` decays a little slower.
  EXPECT_NEAR(sent, 600, 30);
}

TEST(RateLimiterTest, ForgetsAsTheExponentialDoes) {
  RateLimiter limiter(SmallLimits());
  limiter.SetNow(absl::Seconds(1));
  EXPECT_EQ(CountSent(limiter, "192.0.2.1", 7, 20), 20);
  limiter.SetNow(absl::Seconds(3));  // one time constant: 20 / e = 7.4 are left
  EXPECT_EQ(CountSent(limiter, "192.0.2.1", 7, 1000), static_cast<int>(20 - 20 / std::exp(1)));
}

TEST(RateLimiterTest, NetworksAndNamesCountApart) {
  RateLimiter limiter(SmallLimits());
  limiter.SetNow(absl::Seconds(1));
  EXPECT_EQ(CountSent(limiter, "192.0.2.1", 7, 30), 20);
  EXPECT_EQ(CountSent(limiter, "192.0.2.200", 7, 30), 0);
  EXPECT_EQ(CountSent(limiter, "192.0.3.1", 7, 30), 20);
  EXPECT_EQ(CountSent(limiter, "192.0.2.1", 8, 30), 20);
  EXPECT_EQ(CountSent(limiter, "2001:db8:0:1200::1", 7, 30), 20);
  EXPECT_EQ(CountSent(limiter, "2001:db8:0:12ff::1", 7, 30), 0);
  EXPECT_EQ(CountSent(limiter, "2001:db8:0:1300::1", 7, 30), 20);
}

TEST(RateLimiterTest, SlipsEverySecond) {
  RateLimits limits = SmallLimits();
  limits.slip = 2;
  RateLimiter limiter(limits);
  limiter.SetNow(absl::Seconds(1));
  CountSent(limiter, "192.0.2.1", 7, 20);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(limiter.Judge(Address("192.0.2.1"), 7), Verdict::kDrop);
    EXPECT_EQ(limiter.Judge(Address("192.0.2.1"), 7), Verdict::kSlip);
  }
}

TEST(RateLimiterTest, AllowedNetworksAreFree) {
  RateLimits limits = SmallLimits();
  limits.allowed = LoopbackNetworks();
  for (const char* text : {"192.0.2.0/24", "192.0.2.128/25", "192.0.3.0/24", "0.0.0.0/8",
                           "255.0.0.0/8", "2001:db8::/32", "198.51.100.7/32"}) {
    limits.allowed.push_back(*ipdb::ParseIpPrefix(text));
  }
  RateLimiter limiter(limits);
  limiter.SetNow(absl::Seconds(1));
  for (const char* text : {"127.0.0.1", "::1", "192.0.2.1", "192.0.2.129", "192.0.3.255", "0.1.2.3",
                           "255.255.255.255", "2001:db8::9", "198.51.100.7"}) {
    EXPECT_EQ(CountSent(limiter, text, 7, 50), 50) << text;
  }
  for (const char* text : {"192.0.4.1", "192.0.1.255", "1.0.0.0", "2001:db9::", "198.51.100.8"}) {
    EXPECT_EQ(CountSent(limiter, text, 7, 50), 20) << text;
  }
}

TEST(RateLimiterTest, AFloodFromEverywhereDoesNotFreeTheHeavy) {
  RateLimiter limiter(SmallLimits());
  limiter.SetNow(absl::Seconds(1));
  EXPECT_EQ(CountSent(limiter, "192.0.2.1", 7, 30), 20);
  for (uint32_t i = 0; i < 4 * RateLimiter::kSets * RateLimiter::kWays; ++i) {
    limiter.Judge(ipdb::IpAddress::FromV4(0x20000000 + (i << 8)), 7);
  }
  EXPECT_EQ(CountSent(limiter, "192.0.2.1", 7, 30), 0);
}

}  // namespace
}  // namespace nearcast::dns
