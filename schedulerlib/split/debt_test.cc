#include "schedulerlib/split/debt.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

constexpr double kTolerance = 0.0025;

CdnShares Shares(const std::vector<double>& weights) {
  double sum = 0;
  for (const double weight : weights) sum += weight;
  CdnShares shares;
  for (size_t i = 0; i < weights.size(); ++i) {
    shares.push_back({StableHash(absl::StrCat("cdn-", i)), weights[i] / sum});
  }
  return shares;
}

double WorstOver(const DebtAccount& account) {
  double worst = 0;
  for (const auto& entry : account.entries) worst = std::max(worst, std::abs(entry.over_mbit));
  return worst;
}

// By hash where the debts allow it, else by debt.
uint64_t Choose(const DebtView& view, const CdnShares& shares, uint64_t viewer, double mbit) {
  uint64_t best = 0;
  double best_score = 0;
  for (const CdnShare& share : shares) {
    const double score = RendezvousScore(viewer, share.cdn, share.share);
    if (score <= best_score) continue;
    best = share.cdn;
    best_score = score;
  }
  if (FitsDebts(view, shares, best, mbit, kTolerance)) return best;
  return MostOwed(view, shares, mbit, kTolerance);
}

TEST(Debt, BooksWhatWasIntendedAgainstWhatWasGiven) {
  const CdnShares shares = Shares({70, 30});
  DebtAccount account;
  BookSession(account, shares, shares[0].cdn, 100);
  EXPECT_NEAR(account.Find(shares[0].cdn)->over_mbit, 30, 1e-9);
  EXPECT_NEAR(account.Find(shares[1].cdn)->over_mbit, -30, 1e-9);
  BookSession(account, shares, shares[1].cdn, 40);
  EXPECT_NEAR(account.Find(shares[0].cdn)->over_mbit, 2, 1e-9);
  EXPECT_EQ(account.volume_mbit, 140);
  EXPECT_EQ(account.sessions, 2);
}

TEST(Debt, UnbookingTakesASessionBack) {
  const CdnShares shares = Shares({50, 30, 20});
  DebtAccount account;
  RetargetAccount(account, shares);
  BookSession(account, shares, shares[2].cdn, 10);
  BookSession(account, shares, shares[0].cdn, 10);
  UnbookSession(account, shares[2].cdn, 10, 1);
  DebtAccount expected;
  RetargetAccount(expected, shares);
  BookSession(expected, shares, shares[0].cdn, 10);
  for (const CdnShare& share : shares) {
    EXPECT_NEAR(account.Find(share.cdn)->over_mbit, expected.Find(share.cdn)->over_mbit, 1e-9);
  }
  EXPECT_EQ(account.sessions, 1);
}

TEST(Debt, BookingAnewWhatHasFadedLeavesOneSession) {
  const CdnShares shares = Shares({50, 30, 20});
  DebtAccount once;
  RetargetAccount(once, shares);
  BookSession(once, shares, shares[2].cdn, 10);
  DebtAccount often = once;
  for (double now_s = 90; now_s <= 3600; now_s += 90) {
    AgeAccount(often, now_s, 600);
    UnbookSession(often, shares[2].cdn, 10, FadedPart(90, 600));
    BookSession(often, shares, shares[2].cdn, 10);
  }
  EXPECT_NEAR(often.sessions, 1, 1e-9);
  EXPECT_NEAR(often.volume_mbit, once.volume_mbit, 1e-9);
  for (const CdnShare& share : shares) {
    EXPECT_NEAR(often.Find(share.cdn)->over_mbit, once.Find(share.cdn)->over_mbit, 1e-9);
  }
}

TEST(Debt, FadesByHalfInAHalfLife) {
  const CdnShares shares = Shares({1, 1});
  DebtAccount account;
  BookSession(account, shares, shares[0].cdn, 100);
  AgeAccount(account, 600, 600);
  EXPECT_NEAR(account.Find(shares[0].cdn)->over_mbit, 25, 1e-9);
  EXPECT_NEAR(account.volume_mbit, 50, 1e-9);
  AgeAccount(account, 500, 600);  // a clock that stands still or steps back changes nothing
  EXPECT_NEAR(account.volume_mbit, 50, 1e-9);
}

TEST(Debt, OtherWeightsTurnWhatIsRightIntoDebtAtOnceWhileThereAreFew) {
  const CdnShares before = Shares({50, 50});
  const CdnShares after = Shares({60, 40});
  DebtAccount account;
  RetargetAccount(account, before);
  for (int i = 0; i < 100; ++i) BookSession(account, before, before[i % 2].cdn, 1);
  RetargetAccount(account, after);
  EXPECT_NEAR(account.Find(after[0].cdn)->over_mbit, -10, 1e-9);
  EXPECT_NEAR(account.Find(after[1].cdn)->over_mbit, 10, 1e-9);

  DebtAccount many;
  RetargetAccount(many, before);
  for (int i = 0; i < 20000; ++i) BookSession(many, before, before[i % 2].cdn, 1);
  RetargetAccount(many, after);
  EXPECT_NEAR(WorstOver(many), 0, 1e-9);
}

TEST(Debt, ManySessionsForgetWhatIsFarBeyondTheirBound) {
  const CdnShares shares = Shares({50, 50});
  DebtAccount account;
  for (int i = 0; i < 9000; ++i) BookSession(account, shares, shares[0].cdn, 1);
  LimitDebts(account, 1, kTolerance);
  EXPECT_NEAR(WorstOver(account), 4500, 1e-6) << "few enough to be made up for";
  for (int i = 0; i < 1001; ++i) BookSession(account, shares, shares[0].cdn, 1);
  LimitDebts(account, 1, kTolerance);
  EXPECT_NEAR(WorstOver(account), 4 * kTolerance * 10001, 1e-6);
}

struct Quality {
  double worst_over = 0;  // sessions, at any time, in any account
  double worst_rule = 0;  // of the rule's account
  int by_debt = 0;
};

// `sessions` of equal size over `cells` cells in three regions, in an order drawn from the seed.
Quality Simulate(const CdnShares& shares, int sessions, int cells, uint32_t seed) {
  std::mt19937 chance(seed);
  std::vector<DebtAccount> cell_accounts(cells);
  std::vector<DebtAccount> region_accounts(3);
  DebtAccount rule;
  Quality quality;
  for (int s = 0; s < sessions; ++s) {
    const uint32_t cell = chance() % cells;
    DebtAccount& region = region_accounts[cell % 3];
    const uint64_t viewer = StableHash(absl::StrCat(seed, "/", s));
    const uint64_t chosen = Choose({cell_accounts[cell], region, rule}, shares, viewer, 1);
    for (DebtAccount* account : {&cell_accounts[cell], &region, &rule}) {
      BookSession(*account, shares, chosen, 1);
      quality.worst_over = std::max(quality.worst_over, WorstOver(*account));
    }
    quality.worst_rule = std::max(quality.worst_rule, WorstOver(rule));
  }
  return quality;
}

CdnShares DrawShares(uint32_t seed) {
  std::mt19937 chance(seed);
  std::vector<double> weights(2 + chance() % 6);
  for (double& weight : weights) weight = 1 + chance() % 100;
  return Shares(weights);
}

TEST(DebtQuality, NoShareIsEverASessionOffAmongAHundredViewersOfOneCell) {
  double worst = 0;
  for (uint32_t seed = 0; seed < 300; ++seed) {
    worst = std::max(worst, Simulate(DrawShares(seed), 100, 1, seed).worst_over);
  }
  EXPECT_LE(worst, 1.0);
  RecordProperty("worst_sessions_x100", static_cast<int>(100 * worst));
}

TEST(DebtQuality, SmallCellsAddUpToTheWholeRatio) {
  double worst = 0;
  for (uint32_t seed = 0; seed < 100; ++seed) {
    worst = std::max(worst, Simulate(DrawShares(seed), 1000, 12, seed).worst_over);
  }
  EXPECT_LE(worst, 2.5) << "sessions, in any cell, region or rule, at any time";
  RecordProperty("worst_sessions_x100", static_cast<int>(100 * worst));
}

TEST(DebtQuality, TenThousandViewersStayWithinAQuarterOfAPointAndNearlyAllOnTheirHash) {
  double worst = 0;
  int by_debt = 0;
  for (uint32_t seed = 0; seed < 10; ++seed) {
    const CdnShares shares = Shares({70, 20, 10});
    DebtAccount account;
    for (int s = 0; s < 10000; ++s) {
      const uint64_t viewer = StableHash(absl::StrCat(seed, "/", s));
      const DebtView view{account, account, account};
      const uint64_t chosen = Choose(view, shares, viewer, 1);
      uint64_t by_hash = 0;
      double best = 0;
      for (const CdnShare& share : shares) {
        const double score = RendezvousScore(viewer, share.cdn, share.share);
        if (score > best) by_hash = share.cdn;
        best = std::max(best, score);
      }
      by_debt += chosen != by_hash;
      BookSession(account, shares, chosen, 1);
    }
    worst = std::max(worst, WorstOver(account) / 10000);
  }
  EXPECT_LE(worst, 0.0025);
  EXPECT_LE(by_debt, 0.08 * 10 * 10000);
  RecordProperty("by_debt_of_100000", by_debt);
}

TEST(DebtQuality, SessionsOfAllSizesCountByTheirBits) {
  std::mt19937 chance(1);
  const CdnShares shares = Shares({60, 40});
  DebtAccount account;
  double largest = 0;
  for (int s = 0; s < 2000; ++s) {
    const double mbit = 100 + chance() % 4000;
    largest = std::max(largest, mbit);
    const DebtView view{account, account, account};
    const uint64_t viewer = StableHash(absl::StrCat("v", s));
    BookSession(account, shares, Choose(view, shares, viewer, mbit), mbit);
    ASSERT_LE(WorstOver(account), std::max(largest, kTolerance * account.volume_mbit));
  }
}

// The oracle: of every assignment of a few sessions none has a smaller worst deviation than half a
// session; ours is at most twice as far off.
TEST(DebtQuality, IsWithinASessionOfTheBestAssignmentThereIs) {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    const CdnShares shares = DrawShares(seed);
    const int sessions = 7;
    double best = 1e9;
    std::vector<int> counts(shares.size());
    const auto visit = [&](auto&& self, size_t at, int left) -> void {
      if (at + 1 == shares.size()) {
        counts[at] = left;
        double worst = 0;
        for (size_t i = 0; i < shares.size(); ++i) {
          worst = std::max(worst, std::abs(counts[i] - shares[i].share * sessions));
        }
        best = std::min(best, worst);
        return;
      }
      for (int here = 0; here <= left; ++here) {
        counts[at] = here;
        self(self, at + 1, left - here);
      }
    };
    visit(visit, 0, sessions);
    EXPECT_LE(Simulate(shares, sessions, 1, seed).worst_rule, best + 1.0) << seed;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
