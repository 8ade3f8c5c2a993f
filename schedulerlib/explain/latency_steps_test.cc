#include "schedulerlib/explain/latency_steps.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Steps(const Given& given, uint32_t grade) {
  const auto snapshot = given.Snapshot();
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.key = "v";
  viewer.network_grade = grade;
  viewer.recent_stalls = 2;
  return LatencySteps(*snapshot, DecidePlay(*snapshot, stream, viewer).value());
}

Given World() {
  Given given =
      Given().Vendor("a").Vendor("b").Point("show", {"a"}).Ratio("r", {{"a", 1}}, {{"b", 1}});
  given.config().cdns[0].gop_cache.query = "m={ms}";
  GopCache& levels = given.config().cdns[1].gop_cache;
  levels.model = GopCacheModel::kTable;
  levels.set_value = "low";
  levels.levels = {{"low", 2000, 4000, 5000}};
  return given;
}

TEST(LatencyStepsTest, TellsTheWishAndWhatEachCdnMakesOfIt) {
  Given given = World();
  EXPECT_THAT(Steps(given, 0), IsEmpty());
  LatencyPolicy policy;
  policy.name = "flv";
  policy.target_ms = 3000;
  policy.network_ms = 200;
  given.config().latency_policies = {policy};
  given.config().publish_points[0].latency_policy = "flv";
  EXPECT_THAT(
      Steps(given, 8),
      ElementsAre("latency policy flv: network grade 8 wishes for M 1800 ms with GOPs of 2000 ms, "
                  "a mean delay of 3.0 s; start buffer 0 ms after 2 stalls and 0 retries",
                  "main line: CDN a (lower bound) is set to 1800 ms by its URLs: 2.0 to 4.0 s, 3.0 "
                  "in the mean; as wished",
                  "backup line: CDN b (levels) is set to low at its console: 4.0 to 5.0 s, 4.5 in "
                  "the mean; 1.5 s more than wished"));
  EXPECT_THAT(Steps(given, 1)[0],
              "latency policy flv: network grade 1 wishes for M 5800 ms with GOPs of 2000 ms, a "
              "mean delay of 7.0 s; start buffer 800 ms after 2 stalls and 0 retries");
}

TEST(LatencyStepsTest, TellsWhatIsNotKnownAndWhenAChangeWouldCount) {
  Given given = World();
  given.config().latency_policies = {{.name = "flv", .target_ms = 3000}};
  given.config().publish_points[0].latency_policy = "flv";
  given.config().cdns[0].gop_cache.query = "";
  given.config().cdns[1].gop_cache.effect_after_s = 600;
  EXPECT_EQ(Steps(given, 8)[1],
            "main line: CDN a: what its GOP cache is set to is not known, nor the delay that "
            "follows; say it in the Cdn's gop_cache (query, set_ms or set_value)");
  EXPECT_THAT(Steps(given, 8)[2],
              HasSubstr("set to low at its console (a change there counts after 600 s): 4.0"));
  given.config().cdns[1].gop_cache.effect = GopCacheEffect::kAfterPush;
  EXPECT_THAT(Steps(given, 8)[2], HasSubstr("(a change there counts from the next push on)"));
  given.config().cdns[0].pull_templates["flv"] += "?gop_cache_ms={gop_cache_ms}";
  EXPECT_THAT(Steps(given, 8)[1], HasSubstr("by its URLs"));
}

}  // namespace
}  // namespace nearcast::scheduler
