#include "schedulerlib/latency/gop_cache_setting.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

GopCache Cache(GopCacheModel model, const std::string& query) {
  GopCache cache;
  cache.model = model;
  cache.query = query;
  return cache;
}

std::string Query(const GopCache& cache, const GopCacheSetting& setting) {
  const DropProtection drop = {.protected_period_ms = 5000, .gop_keep_duration_ms = 1500};
  std::string query;
  AppendGopCacheQuery(cache, setting, &drop, query);
  return query;
}

// Tencent (267/48377, 267/48376) at g = 2 s, and Alibaba's console at 1, 2 and 4 s, in seconds.
GopCache PublishedTable() {
  GopCache cache = Cache(GopCacheModel::kTable, "level={value}");
  const struct {
    const char* value;
    uint32_t gop_s;
    uint32_t min_s;
    uint32_t max_s;
  } kRows[] = {
      {"low", 1, 3, 4}, {"medium", 1, 4, 6},  {"high", 1, 6, 8},
      {"low", 2, 4, 5}, {"medium", 2, 5, 7},  {"high", 2, 7, 9},
      {"low", 4, 4, 8}, {"medium", 4, 6, 10}, {"high", 4, 8, 12},
  };
  for (const auto& row : kRows) {
    cache.levels.push_back({row.value, row.gop_s * 1000, row.min_s * 1000, row.max_s * 1000});
  }
  return cache;
}

TEST(GopCacheSettingTest, ALowerBoundIsTakenAsItIs) {
  const GopCache cache = Cache(GopCacheModel::kLowerBound, "gop_cache_ms={ms}");
  const auto setting =
      ChooseGopCache(cache, {.gop_cache_ms = 1800, .gop_ms = 2000, .network_ms = 200});
  EXPECT_EQ(setting.ms, 1800u);
  EXPECT_TRUE(setting.per_url);
  EXPECT_EQ(setting.delay, (DelayRange{2000, 4000})) << "seed 004: in [2.0, 4.0]";
  EXPECT_EQ(setting.least_ms, 1800u) << "without the way";
  EXPECT_EQ(Query(cache, setting), "gop_cache_ms=1800");
}

TEST(GopCacheSettingTest, ACentreIsHalfAGopHigher) {
  const GopCache cache = Cache(GopCacheModel::kCentered, "delay={s}");
  const auto setting = ChooseGopCache(cache, {.gop_cache_ms = 3000, .gop_ms = 2000});
  EXPECT_EQ(setting.ms, 4000u);
  EXPECT_EQ(setting.delay, (DelayRange{2000, 6000})) << "as Alibaba publishes for D = 4, g = 2";
  EXPECT_EQ(setting.least_ms, 2000u);
  EXPECT_EQ(Query(cache, setting), "delay=4");
}

TEST(GopCacheSettingTest, ACentreBelowTheGopStillHasTheWantedMean) {
  const GopCache cache = Cache(GopCacheModel::kCentered, "delay={ms}");
  const auto setting = ChooseGopCache(cache, {.gop_cache_ms = 500, .gop_ms = 4000});
  EXPECT_EQ(setting.delay.mean_ms(), 2500u);
  EXPECT_EQ(setting.delay.min_ms, 0u);
}

TEST(GopCacheSettingTest, ATableGivesTheLevelNearestToTheMean) {
  const GopCache cache = PublishedTable();
  const auto value = [&cache](uint32_t mean_ms, uint32_t gop_ms) {
    const auto setting =
        ChooseGopCache(cache, {.gop_cache_ms = mean_ms - gop_ms / 2, .gop_ms = gop_ms});
    return std::string(setting.level->value) + " " + std::to_string(setting.delay.min_ms) + "-" +
           std::to_string(setting.delay.max_ms);
  };
  EXPECT_EQ(value(3000, 2000), "low 4000-5000");
  EXPECT_EQ(value(6000, 2000), "medium 5000-7000");
  EXPECT_EQ(value(9000, 2000), "high 7000-9000");
  EXPECT_EQ(value(3000, 1000), "low 3000-4000");
  EXPECT_EQ(value(6000, 1000), "medium 4000-6000");
  EXPECT_EQ(value(6000, 4000), "low 4000-8000");
  EXPECT_EQ(value(8000, 4000), "medium 6000-10000");
  EXPECT_EQ(value(6000, 3000), "medium 5000-7000") << "of two GOPs as near, the first";
  EXPECT_EQ(Query(cache, ChooseGopCache(cache, {.gop_cache_ms = 5000, .gop_ms = 2000})),
            "level=medium");
}

TEST(GopCacheSettingTest, WhatTheConsoleSaysCountsWhereUrlsCannot) {
  GopCache cache = Cache(GopCacheModel::kLowerBound, "");
  cache.set_ms = 4000;
  auto setting = ChooseGopCache(cache, {.gop_cache_ms = 1800, .gop_ms = 2000});
  EXPECT_FALSE(setting.per_url);
  EXPECT_TRUE(setting.known);
  EXPECT_EQ(setting.delay, (DelayRange{4000, 6000}));
  EXPECT_EQ(Query(cache, setting), "");
  GopCache table = PublishedTable();
  table.query = "";
  table.set_value = "high";
  setting = ChooseGopCache(table, {.gop_cache_ms = 1800, .gop_ms = 2000});
  EXPECT_FALSE(setting.per_url);
  EXPECT_EQ(setting.delay, (DelayRange{7000, 9000}));
}

TEST(GopCacheSettingTest, WithoutADialectTheWishItselfStands) {
  const auto setting = ChooseGopCache(GopCache(), {.gop_cache_ms = 1234, .gop_ms = 2000});
  EXPECT_EQ(setting.ms, 1234u);
  EXPECT_FALSE(setting.known);
  EXPECT_FALSE(setting.per_url);
  EXPECT_EQ(Query(GopCache(), setting), "");
}

TEST(GopCacheSettingTest, VendorsTakeOnlyWhatTheyTake) {
  GopCache cache = Cache(GopCacheModel::kLowerBound, "m={s}");
  cache.min_ms = 2000;
  cache.max_ms = 6000;
  cache.step_ms = 2000;
  const auto ms = [&cache](uint32_t wanted) {
    return ChooseGopCache(cache, {.gop_cache_ms = wanted, .gop_ms = 2000}).ms;
  };
  EXPECT_EQ(ms(0), 2000u);
  EXPECT_EQ(ms(2999), 2000u);
  EXPECT_EQ(ms(3000), 2000u) << "of two as near, the smaller";
  EXPECT_EQ(ms(3001), 4000u);
  EXPECT_EQ(ms(60000), 6000u);
}

TEST(GopCacheSettingTest, ASettingIsNoShorterThanTheGopWhereTheVendorAsksForThat) {
  GopCache cache = Cache(GopCacheModel::kLowerBound, "m={s}");
  cache.min_ms = 2000;
  cache.max_ms = 6000;
  cache.step_ms = 2000;
  cache.gop_within_setting = true;
  auto setting = ChooseGopCache(cache, {.gop_cache_ms = 2000, .gop_ms = 4000});
  EXPECT_EQ(setting.ms, 4000u);
  EXPECT_FALSE(setting.gop_too_long);
  setting = ChooseGopCache(cache, {.gop_cache_ms = 2000, .gop_ms = 8000});
  EXPECT_EQ(setting.ms, 6000u);
  EXPECT_TRUE(setting.gop_too_long) << "and then says that its law does not hold";
  cache.query = "";
  cache.set_ms = 2000;
  EXPECT_TRUE(ChooseGopCache(cache, {.gop_cache_ms = 2000, .gop_ms = 4000}).gop_too_long);
}

TEST(GopCacheSettingTest, AVendorsOwnWayGoesBeforeTheWishes) {
  GopCache cache = Cache(GopCacheModel::kLowerBound, "m={ms}");
  cache.added_ms = 700;
  const auto setting =
      ChooseGopCache(cache, {.gop_cache_ms = 1800, .gop_ms = 2000, .network_ms = 200});
  EXPECT_EQ(setting.ms, 1300u);
  EXPECT_EQ(setting.delay.mean_ms(), 3000u);
}

TEST(GopCacheSettingTest, DropProtectionFollowsTheSetting) {
  GopCache cache = Cache(GopCacheModel::kLowerBound, "fast={minus_ms}");
  cache.drop_query = "protected_period={protected_ms}&gop_keep_duration={gop_keep_ms}";
  const auto setting = ChooseGopCache(cache, {.gop_cache_ms = 1800, .gop_ms = 2000});
  EXPECT_EQ(Query(cache, setting), "fast=-1800&protected_period=5000&gop_keep_duration=1500");
  cache.query = "";
  EXPECT_EQ(Query(cache, setting), "protected_period=5000&gop_keep_duration=1500");
  std::string query;
  AppendGopCacheQuery(cache, setting, nullptr, query);
  EXPECT_EQ(query, "");
}

TEST(GopCacheSettingTest, NoSettingOfTheVendorComesNearerToTheMean) {
  for (const GopCacheModel model : {GopCacheModel::kLowerBound, GopCacheModel::kCentered}) {
    for (const uint32_t step : {1u, 500u, 1000u, 2000u}) {
      GopCache cache = Cache(model, "m={ms}");
      cache.min_ms = 1000;
      cache.max_ms = 9000;
      cache.step_ms = step;
      for (uint32_t wanted = 0; wanted < 10'000; wanted += 370) {
        for (const uint32_t gop : {1000u, 2000u, 4000u}) {
          const auto off = [&](const DelayRange& delay) {
            return std::abs(int64_t{delay.mean_ms()} - int64_t{wanted + gop / 2});
          };
          const auto chosen = ChooseGopCache(cache, {.gop_cache_ms = wanted, .gop_ms = gop});
          for (uint32_t ms = cache.min_ms; ms <= cache.max_ms; ms += step == 1 ? 100 : step) {
            const DelayRange other = model == GopCacheModel::kCentered ? CenteredDelay(ms, gop)
                                                                       : LowerBoundDelay(ms, gop);
            EXPECT_LE(off(chosen.delay), off(other)) << wanted << " " << gop << " " << ms;
          }
        }
      }
    }
  }
}

TEST(GopCacheSettingTest, SaysWhatIsWrongInQueries) {
  EXPECT_TRUE(ValidateGopCacheQuery("a={ms}&b={s}&c={minus_ms}&d={value}").ok());
  EXPECT_EQ(ValidateGopCacheQuery("a={msec}").message(),
            "has the unknown name {msec}; known are {ms}, {s}, {minus_ms} and {value}");
  EXPECT_EQ(ValidateDropQuery("a={ms}").message(),
            "has the unknown name {ms}; known are {protected_ms} and {gop_keep_ms}");
}

}  // namespace
}  // namespace nearcast::scheduler
