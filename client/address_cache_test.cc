#include "client/address_cache.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace nearcast::client {
namespace {

absl::Duration S(double s) { return absl::Seconds(s); }

// A cache whose entries are asked about in sentences.
class AddressCacheTest : public testing::Test {
 protected:
  void Put(const std::string& name, double at, double ttl = 60,
           std::vector<std::string> addresses = {"1.1.1.1", "1.1.1.2"},
           const std::string& network = "wifi") {
    cache.Put({network, name}, addresses, Source::kHttpdns, S(ttl), S(at));
  }

  std::string Find(const std::string& name, double at, const std::string& network = "wifi") {
    const auto found = cache.Find({network, name}, S(at));
    if (!found) return "nothing";
    const char* words[] = {"fresh", "due", "stale"};
    return absl::StrCat(words[static_cast<int>(found->freshness)], " ",
                        absl::StrJoin(found->addresses, "+"));
  }

  std::string Due(double at, const std::string& network = "wifi") {
    return absl::StrJoin(cache.FindDue(network, S(at)), " ");
  }

  CachePolicy policy{.entries_max = 3, .stale_max = absl::Seconds(100)};
  AddressCache cache{policy};
};

TEST_F(AddressCacheTest, GoesFromFreshOverDueAndStaleToNothing) {
  Put("a", 1000);
  const std::pair<double, std::string> rows[] = {
      {1000, "fresh"}, {1044.9, "fresh"}, {1045, "due"},     {1059.9, "due"},
      {1060, "stale"}, {1159.9, "stale"}, {1160, "nothing"}, {9999, "nothing"},
  };
  for (const auto& [at, word] : rows) {
    EXPECT_EQ(Find("a", at), word == "nothing" ? word : word + " 1.1.1.1+1.1.1.2") << at;
  }
  EXPECT_EQ(Find("b", 1000), "nothing");
}

TEST_F(AddressCacheTest, KeepsNetworksApart) {
  Put("a", 0, 60, {"1.1.1.1"}, "wifi");
  Put("a", 0, 60, {"2.2.2.2"}, "4g");
  EXPECT_EQ(Find("a", 1, "wifi"), "fresh 1.1.1.1");
  EXPECT_EQ(Find("a", 1, "4g"), "fresh 2.2.2.2");
  EXPECT_EQ(Find("a", 1, "5g"), "nothing");
}

TEST_F(AddressCacheTest, AnAnswerWithoutAddressesIsNeverStale) {
  Put("a", 0, 60, {});
  EXPECT_EQ(Find("a", 59), "due ");
  EXPECT_EQ(Find("a", 60), "nothing");
}

TEST_F(AddressCacheTest, AFailedRefreshWaitsBeforeTheNext) {
  Put("a", 0);
  EXPECT_EQ(Due(44), "");
  EXPECT_EQ(Due(45), "a");
  cache.Postpone({"wifi", "a"}, S(45));
  EXPECT_EQ(Due(49.9), "");
  EXPECT_FALSE(cache.WantsRefresh({"wifi", "a"}, S(49.9)));
  EXPECT_EQ(Due(50), "a");
  EXPECT_TRUE(cache.WantsRefresh({"wifi", "a"}, S(50)));
  EXPECT_EQ(Find("a", 70), "stale 1.1.1.1+1.1.1.2");
  Put("a", 70);
  EXPECT_EQ(Due(70), "");
}

TEST_F(AddressCacheTest, RefreshesAheadOnlyWhatIsInUse) {
  Put("idle", 0, 3600);
  Put("used", 0, 3600);
  Find("used", 2500);
  EXPECT_EQ(Due(2800), "used");
  EXPECT_EQ(absl::StrJoin(cache.FindUsed("wifi", S(2800)), " "), "used");
  EXPECT_EQ(Due(2800, "4g"), "");
}

TEST_F(AddressCacheTest, TheLeastRecentlyUsedMakesRoom) {
  Put("a", 0);
  Put("b", 0);
  Put("c", 0);
  Find("a", 1);
  Put("d", 2);
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(cache.evicted(), 1u);
  EXPECT_EQ(Find("b", 2), "nothing");
  EXPECT_EQ(Find("a", 2), "fresh 1.1.1.1+1.1.1.2");
}

TEST_F(AddressCacheTest, ARankingOfOtherAddressesChangesNothing) {
  Put("a", 0);
  cache.Rank({"wifi", "a"}, {"1.1.1.2", "1.1.1.1"});
  EXPECT_EQ(Find("a", 1), "fresh 1.1.1.2+1.1.1.1");
  cache.Rank({"wifi", "a"}, {"1.1.1.3", "1.1.1.1"});
  cache.Rank({"wifi", "a"}, {"1.1.1.1"});
  EXPECT_EQ(Find("a", 1), "fresh 1.1.1.2+1.1.1.1");
  cache.Rank({"wifi", "b"}, {});
  EXPECT_EQ(Find("b", 1), "nothing");
}

TEST_F(AddressCacheTest, ClearForgetsEverything) {
  Put("a", 0);
  cache.Clear();
  EXPECT_EQ(cache.size(), 0u);
  EXPECT_EQ(Find("a", 0), "nothing");
  Put("a", 0);
  EXPECT_EQ(Find("a", 0), "fresh 1.1.1.1+1.1.1.2");
}

// 20,000 random steps beside a naive model without a bound: what the cache has, the model has too.
TEST(AddressCacheModelTest, AgreesWithANaiveModelAndStaysWithinItsBound) {
  std::mt19937 chance(7);
  AddressCache cache({.entries_max = 20, .stale_max = absl::Seconds(30)});
  absl::flat_hash_map<std::string, std::pair<int, int>> model;  // name -> stored, ttl, in seconds
  int present = 0;
  for (int now = 0; now < 20000; ++now) {
    const std::string name = absl::StrCat(chance() % 30);
    if (chance() % 4 == 0) {
      const int ttl = 1 + static_cast<int>(chance() % 60);
      cache.Put({"", name}, {name}, Source::kHttpdns, S(ttl), S(now));
      model[name] = {now, ttl};
    }
    const auto found = cache.Find({"", name}, S(now));
    ASSERT_LE(cache.size(), 20u);
    if (!found) continue;
    ++present;
    const auto [stored, ttl] = model.at(name);
    ASSERT_LT(now, stored + ttl + 30);
    const Freshness expected = now >= stored + ttl             ? Freshness::kStale
                               : (now - stored) * 4 >= ttl * 3 ? Freshness::kDue
                                                               : Freshness::kFresh;
    ASSERT_EQ(found->freshness, expected) << now;
  }
  EXPECT_GT(present, 5000);
}

}  // namespace
}  // namespace nearcast::client
