#include "schedulerlib/split/debt_ledger.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

constexpr double kMbit = 1200;  // 2 Mb/s for ten minutes

ipdb::Location PlaceOf(int cell) {
  return {"CN", absl::StrCat(110000 + 10000 * (cell % 5)), "", absl::StrCat("isp", cell / 5)};
}

// A rule, its ledger, and viewers who come back: as the scheduler runs them.
class LedgerTest : public ::testing::Test {
 protected:
  static constexpr int kCdns = 3;

  LedgerTest() {
    for (int i = 0; i < kCdns; ++i) buckets_.push_back({StableHash(absl::StrCat("cdn-", i))});
    rule_.spec.name = "default";
  }

  void SetWeights(const std::vector<uint32_t>& weights) {
    rule_.main.clear();
    for (uint32_t i = 0; i < weights.size(); ++i) rule_.main.emplace_back(CdnIndex(i), weights[i]);
    rule_.backup = rule_.main;
    SetTargets(buckets_, rule_);
  }

  // One question of a viewer in a cell; what is decided is booked and remembered.
  CdnIndex Ask(int viewer, int cell) {
    const ipdb::Location place = PlaceOf(cell);
    const uint64_t key = StableHash(absl::StrCat("viewer-", viewer));
    const auto held = sessions_.Find(key, 0, 3600);
    LedgerSession session{.mbit = kMbit};
    if (held) {
      for (const CdnBucket& bucket : buckets_) {
        if (ShortHash(bucket.hash) == held->cdn) session.booked_cdn = bucket.hash;
      }
    }
    const Reader reader(this, session);
    const RatioChoice choice = ChooseCdns(&rule_, buckets_,
                                          {.place = &place,
                                           .viewer_key = key,
                                           .session_mbit = kMbit,
                                           .debts = with_debts_ ? &reader : nullptr,
                                           .held = with_debts_ ? held : std::nullopt});
    const uint64_t chosen = buckets_[choice.main->value()].hash;
    by_debt_ += choice.reason == RatioReason::kDebt;
    if (!choice.intended.empty()) {
      ledger_.Book(rule_, place, session, choice.intended, chosen, 0);
      sessions_.Put(key, {ShortHash(chosen), WeightsTag(rule_)}, 0, 3600);
    }
    return *choice.main;
  }

  std::vector<CdnIndex> AskAll(int viewers, int cells) {
    std::vector<CdnIndex> chosen;
    for (int v = 0; v < viewers; ++v) chosen.push_back(Ask(v, v % cells));
    return chosen;
  }

  // The greatest deviation of a share from its weight, in viewers.
  double Error(const std::vector<CdnIndex>& chosen) const {
    double worst = 0;
    for (const CdnShare& target : rule_.targets) {
      const auto got = std::count_if(chosen.begin(), chosen.end(), [&](CdnIndex cdn) {
        return buckets_[cdn.value()].hash == target.cdn;
      });
      worst = std::max(worst,
                       std::abs(static_cast<double>(got) - target.share * double(chosen.size())));
    }
    return worst;
  }

  class Reader : public DebtReader {
   public:
    Reader(const LedgerTest* test, const LedgerSession& session) : test_(test), session_(session) {}
    DebtView Read(const CompiledRatioRule& rule, const ipdb::Location& place,
                  double /*session_mbit*/) const override {
      return test_->ledger_.Read(rule, place, session_, 0);
    }

   private:
    const LedgerTest* test_;
    const LedgerSession session_;
  };

  std::vector<CdnBucket> buckets_;
  CompiledRatioRule rule_;
  DebtLedger ledger_{{}};
  SessionTable sessions_{1 << 18};
  bool with_debts_ = true;
  int by_debt_ = 0;
};

int Moved(const std::vector<CdnIndex>& before, const std::vector<CdnIndex>& after) {
  int moved = 0;
  for (size_t i = 0; i < before.size(); ++i) moved += before[i] != after[i];
  return moved;
}

TEST_F(LedgerTest, AHundredViewersAreWithinOneOfTheRatio) {
  SetWeights({55, 30, 15});
  EXPECT_LE(Error(AskAll(100, 1)), 1.0);
}

TEST_F(LedgerTest, TenThousandViewersAreWithinHalfAPointOfTheRatio) {
  SetWeights({55, 30, 15});
  const double error = Error(AskAll(10000, 20)) / 10000;
  EXPECT_LE(error, 0.005);
  RecordProperty("error_in_1e6", static_cast<int>(1e6 * error));
}

TEST_F(LedgerTest, WhoAsksAgainGetsTheSame) {
  SetWeights({55, 30, 15});
  const auto first = AskAll(3000, 20);
  EXPECT_GT(by_debt_, 0);
  EXPECT_EQ(Moved(first, AskAll(3000, 20)), 0);
}

// With live sessions every change moves what it must and no more: ½ Σ|Δp|, also of several weights
// at once.
TEST_F(LedgerTest, ChangesOfWeightsMoveTheMinimumOfFewViewers) {
  struct Change {
    std::vector<uint32_t> from, to;
    double minimum;
  };
  const Change changes[] = {{{55, 30, 15}, {45, 40, 15}, 0.10},
                            {{55, 30, 15}, {40, 40, 20}, 0.15},
                            {{50, 50, 0}, {40, 40, 20}, 0.20},
                            {{40, 40, 20}, {50, 50, 0}, 0.20}};
  for (const Change& change : changes) {
    for (const int viewers : {100, 5000}) {
      ledger_ = DebtLedger({});
      sessions_ = SessionTable(1 << 18);
      const auto weights = [](std::vector<uint32_t> w) {
        while (w.back() == 0) w.pop_back();
        return w;
      };
      SetWeights(weights(change.from));
      const auto before = AskAll(viewers, 1);
      SetWeights(weights(change.to));
      const auto after = AskAll(viewers, 1);
      const double allowed = 1 + 0.01 * viewers;
      EXPECT_NEAR(Moved(before, after), change.minimum * viewers, allowed) << viewers;
      EXPECT_LE(Error(after), std::max(1.0, 0.005 * viewers)) << viewers;
    }
  }
}

TEST_F(LedgerTest, AccountsAreBounded) {
  SetWeights({1, 1});
  ledger_ = DebtLedger({.accounts_max = 10, .half_life_s = 60});
  for (int cell = 0; cell < 100; ++cell) {
    ledger_.Book(rule_, PlaceOf(cell), {.mbit = 1}, rule_.targets, rule_.targets[0].cdn, 0);
  }
  EXPECT_EQ(ledger_.size(), 10u);
  EXPECT_GT(ledger_.refused(), 80u);
  // Accounts that nobody touches any more make room.
  ledger_.Book(rule_, PlaceOf(99), {.mbit = 1}, rule_.targets, rule_.targets[0].cdn, 601);
  EXPECT_LE(ledger_.size(), 3u);
}

// Rendezvous alone, for many viewers and for those who are not remembered. Σ is over the shares.
TEST_F(LedgerTest, HashMovesTheMinimumWhenOneWeightChanges) {
  with_debts_ = false;
  struct Change {
    std::vector<uint32_t> from, to;
    bool one_weight;
  };
  const Change changes[] = {{{70, 20, 10}, {60, 20, 10}, true},
                            {{70, 20, 10}, {70, 40, 10}, true},
                            {{70, 20, 10}, {60, 25, 15}, false},
                            {{50, 30, 20}, {20, 30, 50}, false}};
  constexpr int kViewers = 400000;
  for (const Change& change : changes) {
    SetWeights(change.from);
    const CdnShares was = rule_.targets;
    std::vector<CdnIndex> before;
    std::vector<CdnIndex> after;
    const ipdb::Location place = PlaceOf(0);
    const auto ask = [&](std::vector<CdnIndex>& out) {
      for (int v = 0; v < kViewers; ++v) {
        out.push_back(
            *ChooseCdns(&rule_, buckets_, {.place = &place, .viewer_key = MixHash(v, 77)}).main);
      }
    };
    ask(before);
    SetWeights(change.to);
    ask(after);
    double minimum = 0;
    for (size_t i = 0; i < was.size(); ++i) {
      minimum += std::abs(rule_.targets[i].share - was[i].share) / 2;
    }
    const double moved = Moved(before, after) / double{kViewers};
    RecordProperty(absl::StrCat("moved_over_minimum_x1000_", &change - changes),
                   static_cast<int>(1000 * moved / minimum));
    if (change.one_weight) {
      EXPECT_NEAR(moved / minimum, 1.0, 0.01);
    } else {
      // The exponential race's bound for any change.
      EXPECT_GE(moved, minimum * 0.99);
      EXPECT_LE(moved, 2 * minimum / (1 + minimum) * 1.01);
    }
  }
}

}  // namespace
}  // namespace nearcast::scheduler
