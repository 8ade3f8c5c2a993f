#include "services/upstream/answer_cache.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "ipdb/ip_address.h"
#include "ipdb/ip_prefix.h"

namespace nearcast::upstream {
namespace {

constexpr absl::Duration kStart = absl::Hours(100);

ipdb::IpPrefix Subnet(const std::string& text) { return *ipdb::ParseIpPrefix(text); }

Answer Addresses(uint32_t ttl_s, uint8_t last = 1) {
  return {.kind = Answer::Kind::kAddresses, .ttl_s = ttl_s, .ipv4 = {{192, 0, 2, last}}};
}

// Five verbs: Store, Fail, Find, Due, and what Find says as text:
// "fresh 60 .1", "fresh 12 .1 ask", "expired 30 .1", "missing ask", "failed", "fresh 60 none".
class AnswerCacheTest : public ::testing::Test {
 protected:
  explicit AnswerCacheTest(const CacheOptions& options = {}) : cache_(options) {}

  static Question Of(const std::string& name, const std::string& subnet) {
    return {.name = name, .type = RecordType::kA, .subnet = Subnet(subnet)};
  }

  void Store(const std::string& subnet, const Answer& answer, uint8_t scope_bits, double at_s = 0,
             const std::string& name = "www.vendor.example") {
    cache_.Store(Of(name, subnet), answer, scope_bits, kStart + absl::Seconds(at_s));
  }
  void Fail(const std::string& subnet, double at_s) {
    cache_.StoreFailure(Of("www.vendor.example", subnet), kStart + absl::Seconds(at_s));
  }
  std::string Find(const std::string& subnet, double at_s,
                   const std::string& name = "www.vendor.example") {
    const Found found =
        cache_.Find(name, RecordType::kA, Subnet(subnet), kStart + absl::Seconds(at_s));
    static constexpr const char* kNames[] = {"missing", "fresh", "expired", "failed"};
    std::string text = kNames[static_cast<int>(found.freshness)];
    if (found.answer != nullptr) {
      const auto& ipv4 = found.answer->ipv4;
      absl::StrAppend(&text, " ", found.ttl_s, " ");
      absl::StrAppend(&text, ipv4.empty() ? "none" : absl::StrCat(".", ipv4[0][3]));
    }
    return text + (found.should_ask ? " ask" : "");
  }
  std::vector<Question> Due(double at_s) {
    return cache_.TakeDue(kStart + absl::Seconds(at_s), 1000);
  }

  AnswerCache cache_;
};

TEST_F(AnswerCacheTest, KnowsWhatItWasTold) {
  EXPECT_EQ(Find("14.215.0.0/16", 0), "missing ask");
  Store("14.215.0.0/16", Addresses(60), 16);
  EXPECT_EQ(Find("14.215.0.0/16", 0), "fresh 60 .1");
  EXPECT_EQ(Find("14.215.0.0/16", 10.5), "fresh 49 .1");
  EXPECT_EQ(Find("14.216.0.0/16", 0), "missing ask");
  EXPECT_EQ(Find("14.215.0.0/16", 0, "other.vendor.example"), "missing ask");
  const Found other =
      cache_.Find("www.vendor.example", RecordType::kAaaa, Subnet("14.215.0.0/16"), kStart);
  EXPECT_EQ(other.freshness, Freshness::kMissing);
}

TEST_F(AnswerCacheTest, SharesByScopeAndNoFurther) {
  Store("14.215.0.0/16", Addresses(60, 1), 8);
  EXPECT_EQ(Find("14.1.2.0/24", 0), "fresh 60 .1");
  EXPECT_EQ(Find("15.1.2.0/24", 0), "missing ask");
  Store("15.1.2.0/24", Addresses(60, 2), 0);
  EXPECT_EQ(Find("99.1.2.0/24", 0), "fresh 60 .2");
  EXPECT_EQ(Find("14.1.2.0/24", 0), "fresh 60 .1");
  EXPECT_EQ(Find("2001:db8::/56", 0), "missing ask");
  // RFC 7871 §7.3.1: a scope longer than what was asked for holds for what was asked for.
  Store("16.1.0.0/16", Addresses(60, 3), 24);
  EXPECT_EQ(Find("16.1.99.0/24", 0), "fresh 60 .3");
  // Shorter than what is kept: it is for part of a block.
  EXPECT_EQ(Find("16.0.0.0/15", 0), "fresh 60 .2");
}

TEST_F(AnswerCacheTest, ANewScopeReplacesWhatStoodInItsWay) {
  Store("14.215.177.0/24", Addresses(60, 1), 24);
  Store("14.215.177.0/24", Addresses(60, 2), 16);
  EXPECT_EQ(Find("14.215.177.0/24", 0), "fresh 60 .2");
  EXPECT_EQ(cache_.size(), 1u);
  Store("14.215.177.0/24", Addresses(60, 3), 24);
  EXPECT_EQ(Find("14.215.177.0/24", 0), "fresh 60 .3");
  EXPECT_EQ(Find("14.215.178.0/24", 0), "fresh 60 .2");
}

TEST_F(AnswerCacheTest, ClampsTtls) {
  Store("1.0.0.0/24", Addresses(0), 24);
  Store("2.0.0.0/24", Addresses(999999), 24);
  Store("3.0.0.0/24", {.kind = Answer::Kind::kNoName, .ttl_s = 86400}, 24);
  Store("4.0.0.0/24", {.kind = Answer::Kind::kNoData, .ttl_s = 0}, 24);
  EXPECT_EQ(Find("1.0.0.0/24", 0), "fresh 5 .1");
  EXPECT_EQ(Find("2.0.0.0/24", 0), "fresh 3600 .1");
  EXPECT_EQ(Find("3.0.0.0/24", 0), "fresh 300 none");
  EXPECT_EQ(Find("4.0.0.0/24", 0), "fresh 5 none");
}

TEST_F(AnswerCacheTest, AsksAheadOfExpiryWhatSomebodyWants) {
  Store("1.0.0.0/24", Addresses(100), 24);
  Store("2.0.0.0/24", Addresses(100), 24);
  EXPECT_EQ(Find("1.0.0.0/24", 10), "fresh 90 .1");
  EXPECT_TRUE(Due(74.9).empty());
  const auto due = Due(90.1);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0], Of("www.vendor.example", "1.0.0.0/24"));
  EXPECT_TRUE(Due(95).empty());
  // The other one is asked when somebody wants it after all, once.
  EXPECT_EQ(Find("2.0.0.0/24", 95), "fresh 5 .1 ask");
  EXPECT_EQ(Find("2.0.0.0/24", 95), "fresh 5 .1");
  EXPECT_EQ(Find("1.0.0.0/24", 95), "fresh 5 .1");
  Store("1.0.0.0/24", Addresses(100, 2), 24, 95);
  EXPECT_EQ(Find("1.0.0.0/24", 110), "fresh 85 .2");
}

TEST_F(AnswerCacheTest, ARefreshAsksAsTheFirstAskerDid) {
  Store("14.215.0.0/16", Addresses(100), 0);
  EXPECT_EQ(Find("99.0.0.0/24", 1), "fresh 99 .1");
  const auto due = Due(91);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].subnet, Subnet("14.215.0.0/16"));
}

TEST_F(AnswerCacheTest, RefreshesAreSpreadOverTheirSpan) {
  for (int i = 0; i < 1000; ++i) {
    const std::string subnet = absl::StrCat("10.", i / 250, ".", i % 250, ".0/24");
    Store(subnet, Addresses(1000), 24);
    Find(subnet, 1);
  }
  size_t seen = Due(749).size();
  EXPECT_EQ(seen, 0u);
  for (int second = 750; second <= 900; second += 15) {
    const size_t due = Due(second).size();
    EXPECT_LT(due, 200u) << second;
    seen += due;
  }
  EXPECT_EQ(seen, 1000u);
}

TEST_F(AnswerCacheTest, ServesStaleWhileUpstreamIsGone) {
  Store("1.0.0.0/24", Addresses(60), 24);
  EXPECT_EQ(Find("1.0.0.0/24", 59.9), "fresh 1 .1 ask");
  EXPECT_EQ(Find("1.0.0.0/24", 60), "expired 30 .1");  // asked a moment ago
  EXPECT_EQ(Find("1.0.0.0/24", 100), "expired 30 .1 ask");
  Fail("1.0.0.0/24", 100);
  EXPECT_EQ(Find("1.0.0.0/24", 129), "expired 30 .1");
  EXPECT_EQ(Find("1.0.0.0/24", 130), "expired 30 .1 ask");
  EXPECT_EQ(Find("1.0.0.0/24", 86400 + 59), "expired 30 .1 ask");
  EXPECT_EQ(Find("1.0.0.0/24", 86400 + 60), "missing ask");
  Store("1.0.0.0/24", Addresses(60, 2), 24, 86500);
  EXPECT_EQ(Find("1.0.0.0/24", 86500), "fresh 60 .2");
}

TEST_F(AnswerCacheTest, NoSuchNameReplacesAnOldAnswerAndAFailureDoesNot) {
  Store("1.0.0.0/24", Addresses(60), 24);
  Fail("1.0.0.0/24", 50);
  EXPECT_EQ(Find("1.0.0.0/24", 59), "fresh 1 .1");
  Store("1.0.0.0/24", {.kind = Answer::Kind::kNoName, .ttl_s = 10}, 24, 70);
  EXPECT_EQ(Find("1.0.0.0/24", 71), "fresh 9 none");
}

TEST_F(AnswerCacheTest, RemembersFailuresForAMoment) {
  Fail("1.0.0.0/24", 0);
  EXPECT_EQ(Find("1.0.0.0/24", 4.9), "failed");
  EXPECT_EQ(Find("1.0.0.0/24", 5), "missing ask");
  Fail("1.0.0.0/24", 6);
  Store("1.0.0.0/24", Addresses(60), 24, 7);
  EXPECT_EQ(Find("1.0.0.0/24", 8), "fresh 59 .1");
}

TEST_F(AnswerCacheTest, AFreshAnswerForMoreGoesBeforeAnOldOneForLess) {
  Store("14.215.177.0/24", Addresses(10, 1), 24);
  Store("14.215.99.0/24", Addresses(600, 2), 16);
  EXPECT_EQ(Find("14.215.177.0/24", 1), "fresh 9 .1");
  EXPECT_EQ(Find("14.215.177.0/24", 11), "fresh 589 .2");
  EXPECT_EQ(Find("14.215.177.0/24", 700), "expired 30 .1 ask");
}

class SmallAnswerCacheTest : public AnswerCacheTest {
 protected:
  SmallAnswerCacheTest() : AnswerCacheTest({.entries_max = 100}) {}
};

TEST_F(SmallAnswerCacheTest, AFloodOfNamesEvictsTheLeastRecentlyUsed) {
  Store("1.0.0.0/24", Addresses(3600), 24);
  for (int i = 0; i < 1000; ++i) {
    Store("1.0.0.0/24", Addresses(60), 24, 0, absl::StrCat("n", i, ".vendor.example"));
    EXPECT_EQ(Find("1.0.0.0/24", 0), "fresh 3600 .1");
  }
  EXPECT_EQ(cache_.size(), 100u);
  EXPECT_EQ(cache_.evicted(), 901u);
  EXPECT_EQ(Find("1.0.0.0/24", 0, "n0.vendor.example"), "missing ask");
  EXPECT_EQ(Find("1.0.0.0/24", 0, "n999.vendor.example"), "fresh 60 .1");
}

// A list, searched from end to end: the longest network that is fresh, else the longest that has an
// answer.
TEST_F(AnswerCacheTest, AgreesWithAListForRandomHistories) {
  std::mt19937 random(7);
  using Key = std::pair<std::string, ipdb::IpPrefix>;
  std::map<Key, std::pair<uint8_t, double>> list;  // → last octet, end of TTL
  double now_s = 0;
  for (int i = 0; i < 20000; ++i) {
    now_s += random() % 3;
    const std::string name = absl::StrCat("n", random() % 3, ".example");
    const auto address = ipdb::IpAddress::FromV4((random() % 4) << 22 | (random() % 4) << 12);
    const ipdb::IpPrefix subnet = ipdb::BlockAround(address, 16 + static_cast<int>(random() % 9));
    if (random() % 2 == 0) {
      const uint8_t scope = random() % 30;
      const uint32_t ttl_s = 5 + random() % 60;
      const uint8_t octet = random() % 256;
      const int kept = std::min<int>(scope, subnet.length_bits);
      for (int bits = kept; bits <= subnet.length_bits; ++bits) {
        list.erase({name, ipdb::BlockAround(subnet.address, bits)});
      }
      list[{name, ipdb::BlockAround(subnet.address, kept)}] = {octet, now_s + ttl_s};
      Store(subnet.ToString(), Addresses(ttl_s, octet), scope, now_s, name);
    }
    const std::pair<uint8_t, double>* best = nullptr;
    for (int bits = subnet.length_bits; bits >= 0; --bits) {
      const auto found = list.find({name, ipdb::BlockAround(subnet.address, bits)});
      if (found == list.end() || found->second.second + 86400 <= now_s) continue;
      const bool fresh = found->second.second > now_s;
      if (best == nullptr || (fresh && best->second <= now_s)) best = &found->second;
      if (fresh) break;
    }
    const Found found = cache_.Find(name, RecordType::kA, subnet, kStart + absl::Seconds(now_s));
    ASSERT_EQ(found.answer != nullptr, best != nullptr) << i;
    if (best == nullptr) continue;
    ASSERT_EQ(found.answer->ipv4[0][3], best->first) << i;
    ASSERT_EQ(found.freshness == Freshness::kFresh, best->second > now_s) << i;
  }
}

}  // namespace
}  // namespace nearcast::upstream
