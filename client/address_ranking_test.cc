#include "client/address_ranking.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_join.h"

namespace nearcast::client {
namespace {

using Times = std::vector<std::optional<absl::Duration>>;

std::string Rank(const std::vector<std::string>& addresses, const Times& times) {
  return absl::StrJoin(RankAddresses(addresses, times), " ");
}

absl::Duration Ms(int n) { return absl::Milliseconds(n); }

TEST(AddressRankingTest, PutsTheFastestFirstAndTheUnreachableLast) {
  EXPECT_EQ(Rank({"a", "b", "c"}, {Ms(80), Ms(20), Ms(40)}), "b c a");
  EXPECT_EQ(Rank({"a", "b", "c"}, {std::nullopt, Ms(900), Ms(40)}), "c b a");
  EXPECT_EQ(Rank({"a", "b"}, {std::nullopt, std::nullopt}), "a b");
  EXPECT_EQ(Rank({}, {}), "");
}

TEST(AddressRankingTest, KeepsTheServersOrderAmongEquals) {
  EXPECT_EQ(Rank({"a", "b", "c"}, {Ms(14), Ms(10), Ms(12)}), "a b c");
  EXPECT_EQ(Rank({"a", "b", "c"}, {Ms(15), Ms(14), Ms(16)}), "b a c");
}

// All 625 combinations of five times over four addresses: sorted by step, and nothing is lost.
TEST(AddressRankingTest, EveryCombinationIsAPermutationSortedBySteps) {
  const std::vector<std::string> addresses = {"0", "1", "2", "3"};
  const Times choices = {Ms(0), Ms(4), Ms(5), Ms(50), std::nullopt};
  for (int code = 0; code < 625; ++code) {
    Times times;
    for (int i = 0, rest = code; i < 4; ++i, rest /= 5) times.push_back(choices[rest % 5]);
    auto ranked = RankAddresses(addresses, times);
    for (size_t i = 1; i < ranked.size(); ++i) {
      const auto before = times[std::stoi(ranked[i - 1])], after = times[std::stoi(ranked[i])];
      const auto step = [](const std::optional<absl::Duration>& t) {
        return t ? absl::ToInt64Milliseconds(*t) / 5 : 1000000;
      };
      EXPECT_LE(step(before), step(after)) << code;
      if (step(before) == step(after)) {
        EXPECT_LT(ranked[i - 1], ranked[i]) << code;
      }
    }
    std::sort(ranked.begin(), ranked.end());
    EXPECT_EQ(ranked, addresses);
  }
}

}  // namespace
}  // namespace nearcast::client
