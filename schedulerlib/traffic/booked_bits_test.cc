#include "schedulerlib/traffic/booked_bits.h"

#include <cmath>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

constexpr uint64_t kA = 1;
constexpr uint64_t kB = 2;

CompiledRatioRule Rule() {
  CompiledRatioRule rule;
  rule.key = 7;
  rule.targets = {{kA, 0.6}, {kB, 0.4}};
  return rule;
}

TEST(BookedBits, CountWhatTheRuleIntendsAndWhatWasChosen) {
  BookedBits bits(600);
  bits.Book(Rule(), {.mbit = 100}, kA, 0);
  const double rate = 100e6 * std::log(2.0) / 600;
  EXPECT_NEAR(bits.IntendedBps(kA), 0.6 * rate, 1e-6);
  EXPECT_NEAR(bits.IntendedBps(kB), 0.4 * rate, 1e-6);
  EXPECT_NEAR(bits.AssignedBps(kA), rate, 1e-6);
  EXPECT_EQ(bits.AssignedBps(kB), 0);
  EXPECT_NEAR(bits.RuleBps(7), rate, 1e-6);
  EXPECT_EQ(bits.RuleBps(8), 0);
}

TEST(BookedBits, FadeByHalfInAHalfLife) {
  BookedBits bits(600);
  bits.Book(Rule(), {.mbit = 100}, kA, 0);
  const double rate = bits.AssignedBps(kA);
  bits.Fade(600);
  EXPECT_NEAR(bits.AssignedBps(kA), rate / 2, 1e-6);
  bits.Fade(500);  // a clock that stands still or steps back changes nothing
  EXPECT_NEAR(bits.AssignedBps(kA), rate / 2, 1e-6);
}

TEST(BookedBits, ASessionThatMovesTakesWhatIsLeftOfItAlong) {
  BookedBits bits(600);
  bits.Book(Rule(), {.mbit = 100}, kA, 0);
  const double rate = bits.AssignedBps(kA);
  bits.Book(Rule(), {.mbit = 100, .booked_cdn = kA, .booked_part = 0.5}, kB, 600);
  EXPECT_NEAR(bits.AssignedBps(kA), 0, 1e-6);
  EXPECT_NEAR(bits.AssignedBps(kB), rate, 1e-6);
  EXPECT_NEAR(bits.RuleBps(7), rate, 1e-6);
  EXPECT_NEAR(bits.IntendedBps(kA), 0.6 * rate, 1e-6);
}

}  // namespace
}  // namespace nearcast::scheduler
