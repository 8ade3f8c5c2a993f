#include "client/server_time.h"

#include <gtest/gtest.h>

#include <string>

namespace nearcast::client {
namespace {

// RFC 9110 section 5.6.7
constexpr int64_t kSample_s = 784111777;

TEST(ServerTimeTest, ReadsTheDateOfTheRfc) {
  EXPECT_EQ(ParseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT"), absl::FromUnixSeconds(kSample_s));
  for (const char* other : {"", "06 Nov 1994", "Sun, 06 Nov 1994 08:49:37", "infinite-future",
                            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT"}) {
    EXPECT_EQ(ParseHttpDate(other), std::nullopt) << other;
  }
  EXPECT_EQ(ParseHttpDate(std::string(1000, 'x')), std::nullopt);
}

TEST(ServerTimeTest, IsTheDevicesTimeUntilTheFirstAnswerAndTheServersAfter) {
  ServerTime time;
  const absl::Time wall = absl::FromUnixSeconds(1000);
  EXPECT_EQ(time.Now(wall, absl::Seconds(7)), wall);
  time.Learn(absl::FromUnixSeconds(5000), absl::Seconds(7));
  EXPECT_EQ(time.Now(wall, absl::Seconds(7)), absl::FromUnixSeconds(5000));
  EXPECT_EQ(time.Now(wall, absl::Seconds(10)), absl::FromUnixSeconds(5003));
}

TEST(ServerTimeTest, IgnoresStepsOfTheDevicesClock) {
  ServerTime time;
  time.Learn(absl::FromUnixSeconds(5000), absl::Seconds(7));
  EXPECT_EQ(time.Now(absl::FromUnixSeconds(99999), absl::Seconds(8)), absl::FromUnixSeconds(5001));
}

}  // namespace
}  // namespace nearcast::client
