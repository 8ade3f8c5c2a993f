#include "dataplane/pull/silence_bound.h"

#include "gtest/gtest.h"

namespace nearcast::pull {
namespace {

TEST(SilenceBoundTest, ALineThatIsKeptAliveIsGivenTheLeast) {
  SilenceBound silence(500, 3000);
  EXPECT_EQ(silence.bound_ms(), 500);
  for (int64_t now_ms = 0; now_ms < 60'000; now_ms += 40) silence.Add(40, now_ms);
  EXPECT_EQ(silence.bound_ms(), 500);
}

TEST(SilenceBoundTest, ALongSilenceMakesItPatientForAWhile) {
  SilenceBound silence(500, 3000);
  silence.Add(400, 1'000'000);
  EXPECT_EQ(silence.bound_ms(), 1450);
  silence.Add(20, 1'009'999);
  EXPECT_EQ(silence.bound_ms(), 1450);
  silence.Add(20, 1'010'000);
  EXPECT_EQ(silence.bound_ms(), 850);
  silence.Add(20, 1'020'000);
  EXPECT_EQ(silence.bound_ms(), 550);
  silence.Add(20, 9'000'000);
  EXPECT_EQ(silence.bound_ms(), 500);
}

TEST(SilenceBoundTest, NoLineIsGivenMoreThanTheMost) {
  SilenceBound silence(500, 3000);
  silence.Add(2'900, 5);
  EXPECT_EQ(silence.bound_ms(), 3000);
}

}  // namespace
}  // namespace nearcast::pull
