#include "schedulerlib/convert/rule_convert.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

template <typename T>
T Parse(const char* text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(RuleConvert, MatchIsTakenFieldByField) {
  const RuleMatch match = MatchOf(Parse<v1::Match>(R"(
      apps: "a" app_version_min: "1" app_version_max: "2" oses: "ios" devices: "d*"
      networks: "4g" countries: "CN" regions: "440000" isps: "t" publish_points: "p"
      streams: "s" viewer_classes: "vip" grade_min: 2 grade_max: 5 percent: 12.5
      percent_salt: "x")"));
  EXPECT_THAT(match.apps, ElementsAre("a"));
  EXPECT_EQ(match.app_version_min, "1");
  EXPECT_EQ(match.app_version_max, "2");
  EXPECT_THAT(match.oses, ElementsAre("ios"));
  EXPECT_THAT(match.devices, ElementsAre("d*"));
  EXPECT_THAT(match.networks, ElementsAre("4g"));
  EXPECT_THAT(match.countries, ElementsAre("CN"));
  EXPECT_THAT(match.regions, ElementsAre("440000"));
  EXPECT_THAT(match.isps, ElementsAre("t"));
  EXPECT_THAT(match.publish_points, ElementsAre("p"));
  EXPECT_THAT(match.streams, ElementsAre("s"));
  EXPECT_THAT(match.viewer_classes, ElementsAre("vip"));
  EXPECT_EQ(match.grade_min, 2u);
  EXPECT_EQ(match.grade_max, 5u);
  EXPECT_EQ(match.percent, 12.5);
  EXPECT_EQ(match.percent_salt, "x");
}

TEST(RuleConvert, SwitchIsTakenFieldByField) {
  const Switch item = SwitchOf("x", Parse<v1::Switch>(R"(
      match { regions: "440000" } off: "tier/uhd" off: "cdn/a"
      override { default_tier: "hd" main_cdn: "b" backup_cdn: "c" gop_cache_ms: 500
                 start_buffer_ms: 100 sdk_params { key: "K" value: "1" } }
      expire_time { seconds: 1800000000 nanos: 5 } priority: 3 disabled: true)"));
  EXPECT_EQ(item.name, "x");
  EXPECT_THAT(item.match.regions, ElementsAre("440000"));
  EXPECT_THAT(item.off, ElementsAre("tier/uhd", "cdn/a"));
  EXPECT_EQ(item.set.default_tier, "hd");
  EXPECT_EQ(item.set.main_cdn, "b");
  EXPECT_EQ(item.set.backup_cdn, "c");
  EXPECT_EQ(item.set.gop_cache_ms, 500u);
  EXPECT_EQ(item.set.start_buffer_ms, 100u);
  EXPECT_THAT(item.set.sdk_params, ElementsAre(Pair("K", "1")));
  EXPECT_EQ(item.expire_at, absl::FromUnixSeconds(1800000000) + absl::Nanoseconds(5));
  EXPECT_EQ(item.priority, 3u);
  EXPECT_TRUE(item.disabled);
}

TEST(RuleConvert, SwitchWithoutAnExpiryStays) {
  EXPECT_EQ(SwitchOf("x", v1::Switch()).expire_at, absl::InfiniteFuture());
}

}  // namespace
}  // namespace nearcast::scheduler
