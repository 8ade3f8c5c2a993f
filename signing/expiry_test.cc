#include "signing/expiry.h"

#include <set>

#include "gtest/gtest.h"

namespace nearcast {
namespace {

constexpr int64_t kNow = 1'790'000'000;

TEST(ExpiryTest, AUrlHoldsAtLeastItsValidityAndAtMostTwiceThat) {
  for (const uint32_t validity : {1u, 60u, 3600u, 86400u}) {
    for (uint64_t stream = 0; stream < 200; ++stream) {
      for (int64_t now = kNow; now < kNow + 50; ++now) {
        const int64_t left = ExpiryFor(now, validity, stream * 0x9e3779b97f4a7c15) - now;
        EXPECT_GT(left, validity);
        EXPECT_LE(left, int64_t{2} * validity);
      }
    }
  }
}

TEST(ExpiryTest, AllOfAPeriodShareOneExpiry) {
  std::set<int64_t> expiries;
  for (int64_t now = kNow; now < kNow + 3600; ++now) expiries.insert(ExpiryFor(now, 3600, 12345));
  EXPECT_EQ(expiries.size(), 2u) << "an hour touches two periods of an hour";
}

TEST(ExpiryTest, NoSecondRenewsMoreThanItsShareOfTheStreams) {
  int renewed = 0;
  for (uint64_t stream = 0; stream < 100'000; ++stream) {
    const uint64_t hash = stream * 0x9e3779b97f4a7c15;
    renewed += ExpiryFor(kNow, 3600, hash) != ExpiryFor(kNow - 1, 3600, hash);
  }
  EXPECT_LT(renewed, 2 * 100'000 / 3600);
}

}  // namespace
}  // namespace nearcast
