#include "schedulerlib/convert/vendor_convert.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

template <typename T>
T Read(const std::string& text) {
  T message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

Cdn Convert(const std::string& text) {
  Cdn cdn;
  ConvertVendor(Read<v1::Cdn>(text), cdn);
  return cdn;
}

TEST(VendorConvertTest, CdnArrivesWhole) {
  const Cdn cdn = Convert(R"pb(
    pull_domains { key: "hls" value: "hls.example" }
    push_domains { key: "srt" value: "srt.example" }
    push_signing { method: TENCENT key: "k" backup_key: "b" use_backup_key: true validity_s: 9 }
    pull_signing {
      method: HMAC_SHA256
      key: "k"
      text: "{path}"
      secret_parameter: "s"
      time_parameter: "t"
      hex_time: true
    }
    gop_cache {
      model: TABLE
      query: "level={value}"
      set_ms: 1
      set_value: "low"
      min_ms: 2
      max_ms: 3
      step_ms: 4
      levels { value: "low" gop_ms: 2000 delay_min_ms: 4000 delay_max_ms: 5000 }
      gop_within_setting: true
      added_ms: 5
      drop_query: "d={protected_ms}"
      effect: AFTER_PUSH
      effect_after_s: 600
    }
    suffixes { key: "h265" value: "{tier}_hevc" }
    cap_mbps: 1000
    cap_low_share: 0.5
    cap_high_share: 0.6
    commit_mbps: 100
    price_per_mbps: 1.5
    health: POOR)pb");
  EXPECT_THAT(cdn.pull_domains, ElementsAre(Pair("hls", "hls.example")));
  EXPECT_THAT(cdn.push_domains, ElementsAre(Pair("srt", "srt.example")));
  EXPECT_EQ(cdn.push_signing.method, SignMethod::kTencent);
  EXPECT_EQ(cdn.push_signing.active_key(), "b");
  EXPECT_EQ(cdn.push_signing.validity_s, 9u);
  EXPECT_EQ(cdn.pull_signing.method, SignMethod::kHmacSha256);
  EXPECT_EQ(cdn.pull_signing.active_key(), "k");
  EXPECT_EQ(cdn.pull_signing.text, "{path}");
  EXPECT_EQ(cdn.pull_signing.secret_parameter, "s");
  EXPECT_EQ(cdn.pull_signing.time_parameter, "t");
  EXPECT_TRUE(cdn.pull_signing.hex_time);
  const GopCache& cache = cdn.gop_cache;
  EXPECT_EQ(cache.model, GopCacheModel::kTable);
  EXPECT_EQ(cache.query, "level={value}");
  EXPECT_EQ(cache.set_ms, 1u);
  EXPECT_EQ(cache.set_value, "low");
  EXPECT_EQ(cache.min_ms, 2u);
  EXPECT_EQ(cache.max_ms, 3u);
  EXPECT_EQ(cache.step_ms, 4u);
  ASSERT_EQ(cache.levels.size(), 1u);
  EXPECT_EQ(cache.levels[0].delay_max_ms, 5000u);
  EXPECT_TRUE(cache.gop_within_setting);
  EXPECT_EQ(cache.added_ms, 5u);
  EXPECT_EQ(cache.drop_query, "d={protected_ms}");
  EXPECT_EQ(cache.effect, GopCacheEffect::kAfterPush);
  EXPECT_EQ(cache.effect_after_s, 600u);
  EXPECT_THAT(cdn.suffixes, ElementsAre(Pair("h265", "{tier}_hevc")));
  EXPECT_EQ(cdn.cap_mbps, 1000);
  EXPECT_EQ(cdn.cap_low_share, 0.5);
  EXPECT_EQ(cdn.cap_high_share, 0.6);
  EXPECT_EQ(cdn.commit_mbps, 100);
  EXPECT_EQ(cdn.price_per_mbps, 1.5);
  EXPECT_EQ(cdn.health, CdnHealth::kPoor);
}

TEST(VendorConvertTest, EmptyCdnHasTheDocumentedDefaults) {
  const Cdn cdn = Convert("");
  EXPECT_EQ(cdn.pull_signing.method, SignMethod::kNone);
  EXPECT_EQ(cdn.pull_signing.validity_s, 3600u);
  EXPECT_EQ(cdn.push_signing.validity_s, 86400u);
  EXPECT_EQ(cdn.gop_cache.model, GopCacheModel::kLowerBound);
  EXPECT_EQ(cdn.gop_cache.max_ms, 60000u);
  EXPECT_EQ(cdn.gop_cache.step_ms, 1u);
  EXPECT_EQ(cdn.cap_low_share, 0.8);
  EXPECT_EQ(cdn.cap_high_share, 0.95);
  EXPECT_EQ(cdn.health, CdnHealth::kUp);
  EXPECT_EQ(cdn.transcoding, Transcoding::kBoth);
}

TEST(VendorConvertTest, CdnSaysWhatItTranscodes) {
  const auto of = [](const std::string& text) { return Convert(text).transcoding; };
  EXPECT_EQ(of("transcoding: BOTH"), Transcoding::kBoth);
  EXPECT_EQ(of("transcoding: PUSH_ONLY"), Transcoding::kPushOnly);
  EXPECT_EQ(of("transcoding: PULL_ONLY"), Transcoding::kPullOnly);
  EXPECT_EQ(of("transcoding: NO_TRANSCODING"), Transcoding::kNone);
}

TEST(VendorConvertTest, EveryMethodHasItsOwn) {
  for (int number = 0; number <= 8; ++number) {
    v1::Cdn from;
    from.mutable_pull_signing()->set_method(static_cast<v1::Signing::Method>(number));
    Cdn to;
    ConvertVendor(from, to);
    EXPECT_EQ(static_cast<int>(to.pull_signing.method), number);
  }
}

TEST(VendorConvertTest, LatencyPolicyArrivesWhole) {
  const LatencyPolicy policy =
      LatencyPolicyOf("p", Read<v1::LatencyPolicy>(R"pb(
                        target_ms: 4000
                        difference_ms: 1000
                        network_ms: 200
                        worst_target_ms: 6000
                        gop_ms: 2000
                        gop_cache_ms: 3000
                        gop_max_ms: 4000
                        start_buffer_max_ms: 500
                        chase { start_ms: 1 stop_ms: 2 speed_percent: 140 disabled: true }
                        slow { below_ms: 3 speed_percent: 90 disabled: true }
                        drop_protection { protected_period_ms: 5000 gop_keep_duration_ms: 1500 }
                        demote_after_stalls: 4)pb"));
  EXPECT_EQ(policy.name, "p");
  EXPECT_EQ(policy.target_ms, 4000u);
  EXPECT_EQ(policy.difference_ms, 1000u);
  EXPECT_EQ(policy.network_ms, 200u);
  EXPECT_EQ(policy.worst_target_ms, 6000u);
  EXPECT_EQ(policy.gop_ms, 2000u);
  EXPECT_EQ(policy.gop_cache_ms, 3000u);
  EXPECT_EQ(policy.gop_max_ms, 4000u);
  EXPECT_EQ(policy.start_buffer_max_ms, 500u);
  EXPECT_EQ(policy.chase.start_ms, 1u);
  EXPECT_EQ(policy.chase.stop_ms, 2u);
  EXPECT_EQ(policy.chase.speed_percent, 140u);
  EXPECT_TRUE(policy.chase.disabled);
  EXPECT_EQ(policy.slow.below_ms, 3u);
  EXPECT_EQ(policy.slow.speed_percent, 90u);
  EXPECT_TRUE(policy.slow.disabled);
  EXPECT_EQ(policy.drop_protection, (DropProtection{5000, 1500}));
  EXPECT_EQ(policy.demote_after_stalls, 4u);
}

TEST(VendorConvertTest, LatencyPolicyHasTheDocumentedDefaults) {
  const LatencyPolicy policy = LatencyPolicyOf("p", v1::LatencyPolicy());
  EXPECT_EQ(policy.gop_max_ms, 2000u);
  EXPECT_EQ(policy.start_buffer_max_ms, 850u);
  EXPECT_EQ(policy.drop_protection, std::nullopt);
}

}  // namespace
}  // namespace nearcast::scheduler
