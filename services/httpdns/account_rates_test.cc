#include "services/httpdns/account_rates.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"

namespace nearcast::httpdns {
namespace {

int TakeAll(RateBucket& bucket, uint32_t per_s, absl::Duration now, int tries) {
  int taken = 0;
  for (int i = 0; i < tries; ++i) {
    taken += bucket.Take(per_s, now) == RateBucket::Verdict::kWithin ? 1 : 0;
  }
  return taken;
}

TEST(AccountRatesTest, LetsASecondsWorthThroughAtOnceAndThenTheRate) {
  RateBucket bucket;
  const absl::Duration start = absl::Hours(7);
  EXPECT_EQ(TakeAll(bucket, 100, start, 1000), 100);
  EXPECT_EQ(TakeAll(bucket, 100, start + absl::Milliseconds(500), 1000), 50);
  EXPECT_EQ(TakeAll(bucket, 100, start + absl::Milliseconds(505), 1000), 0);
  EXPECT_EQ(TakeAll(bucket, 100, start + absl::Milliseconds(510), 1000), 1);
  EXPECT_EQ(TakeAll(bucket, 100, start + absl::Hours(1), 1000), 100);
}

TEST(AccountRatesTest, FollowsAChangedLimit) {
  RateBucket bucket;
  EXPECT_EQ(TakeAll(bucket, 1, absl::Seconds(10), 10), 1);
  EXPECT_EQ(TakeAll(bucket, 1000, absl::Seconds(12), 10000), 1000);
}

TEST(AccountRatesTest, CountsAllThreadsTogether) {
  AccountRates rates;
  std::vector<int> taken(4);
  std::vector<std::thread> threads;
  for (int& count : taken) {
    threads.emplace_back([&] {
      AccountRateCache cache(&rates);
      count = TakeAll(*cache.Find("a"), 1000, absl::Seconds(1), 1000);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken[0] + taken[1] + taken[2] + taken[3], 1000);
  EXPECT_EQ(TakeAll(*AccountRateCache(&rates).Find("b"), 1000, absl::Seconds(1), 2000), 1000);
}

TEST(AccountRatesTest, HasABound) {
  AccountRates rates;
  for (size_t i = 0; i < AccountRates::kBucketsMax; ++i) rates.Find(absl::StrCat("account", i));
  EXPECT_EQ(rates.Find("one more"), rates.Find("yet one more"));
  EXPECT_NE(rates.Find("account7"), rates.Find("account8"));
}

}  // namespace
}  // namespace nearcast::httpdns
