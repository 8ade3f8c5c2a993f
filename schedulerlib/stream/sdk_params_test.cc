#include "schedulerlib/stream/sdk_params.h"

#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "schedulerlib/stream/json_writer.h"

namespace nearcast::scheduler {
namespace {

TranscodeTemplate Hd() {
  TranscodeTemplate tier;
  tier.tier = Tier::kHd;
  tier.width = 1280;
  tier.height = 720;
  tier.bitrate_bps = 2'000'000;
  tier.fps = 30;
  return tier;
}

LatencyPlan Plan(uint32_t target_ms, uint32_t difference_ms) {
  LatencyPolicy policy;
  policy.target_ms = target_ms;
  policy.difference_ms = difference_ms;
  policy.demote_after_stalls = 4;
  return SolveLatency(policy).value();
}

std::string Write(const ViewerLatency& latency, const SdkOverrides& overrides = {}) {
  return WriteSdkParams(Hd(), {.suffix = "hd",
                               .gop_cache_ms = latency.gop_cache_ms,
                               .latency = latency,
                               .overrides = overrides});
}

TEST(SdkParamsTest, WithoutAPolicyThePlayerKeepsItsOwnSpeed) {
  EXPECT_EQ(Write({.plan = nullptr, .gop_cache_ms = 1800, .start_buffer_ms = 400, .gop_ms = 2000}),
            R"({"VCodec":"h264","vbitrate":2000000,"resolution":"1280x720","gop":2,"fps":30,)"
            R"("drType":"sdr","stream_suffix":"hd","SuggestFormat":"","SuggestProtocol":"tcp",)"
            R"("FastOpenDuration":-1800,"BufferDataMs":400,"EnableLowLatencyFLV":1})");
}

TEST(SdkParamsTest, APolicyTellsHowToKeepTogether) {
  const LatencyPlan plan = Plan(4000, 1000);
  const std::string text =
      Write({.plan = &plan, .gop_cache_ms = 3000, .start_buffer_ms = 50, .gop_ms = plan.gop_ms});
  const std::string expected =
      R"("FastOpenDuration":-3000,"BufferDataMs":50,"EnableLowLatencyFLV":0,)"
      R"("NetworkAdapt":{"Enabled":1,"HurryType":0,"HurryStartMs":4000,"HurryTime":4000,)"
      R"("HurryMillisecond":4000,"HurrySpeed":1.2,"HurryStopType":1,"SlowTime":3000,)"
      R"("SlowMillisecond":3000,"SlowSpeed":0.9},"Auto":{"Enable":1,"Demotion":{"StallCount":4}}})";
  EXPECT_EQ(text.substr(text.find("\"FastOpen")), expected);
}

TEST(SdkParamsTest, WhoGetsMoreCacheIsChasedLater) {
  const LatencyPlan plan = Plan(6000, 2000);
  rapidjson::Document params;
  params.Parse(Write({.plan = &plan, .gop_cache_ms = 7000, .start_buffer_ms = 0, .gop_ms = 2000}));
  EXPECT_EQ(params["NetworkAdapt"]["HurryStartMs"].GetInt(), 8000);
  EXPECT_EQ(params["NetworkAdapt"]["HurrySpeed"].GetDouble(), 1.4);
  EXPECT_EQ(params["NetworkAdapt"]["SlowSpeed"].GetDouble(), 1);
}

TEST(SdkParamsTest, ALineWhoseCdnGivesMoreIsChasedLaterThanThePolicyWouldSay) {
  const LatencyPlan plan = Plan(6000, 2000);
  const ViewerLatency latency{.plan = &plan, .gop_cache_ms = 5000, .gop_ms = 2000};
  const SdkOverrides none;
  rapidjson::Document params;
  params.Parse(
      WriteSdkParams({}, {.gop_cache_ms = 7000, .latency = latency, .overrides = none}).c_str());
  EXPECT_EQ(params["FastOpenDuration"].GetInt(), -7000);
  EXPECT_EQ(params["NetworkAdapt"]["HurryStartMs"].GetInt(), 8000);
}

TEST(SdkParamsTest, ManyTiersGiveWhatEachGivesAlone) {
  const LatencyPlan plan = Plan(4000, 1000);
  const SdkOverrides none;
  const SdkOverrides some = {{"fps", "1"}};
  const LineSwitch line_switch = PlanLineSwitch(4000, "backup", 2, true);
  EXPECT_EQ(line_switch.silence_ms, 2000u);
  for (const LatencyPlan* used : {static_cast<const LatencyPlan*>(nullptr), &plan}) {
    const ViewerLatency latency = {.plan = used, .gop_cache_ms = 3000, .start_buffer_ms = 50};
    for (const SdkOverrides* overrides : {&none, &some}) {
      const LineSwitch* other = overrides == &none ? &line_switch : nullptr;
      const SdkParamsWriter writer(latency, 2900, *overrides, other);
      for (const Tier tier : {Tier::kOrigin, Tier::kHd, Tier::kAo}) {
        TranscodeTemplate made = Hd();
        made.tier = tier;
        made.codec = tier == Tier::kHd ? Codec::kH265 : Codec::kH264;
        std::string expected;
        AppendJsonEscaped(WriteSdkParams(made, {.suffix = "x",
                                                .gop_cache_ms = 2900,
                                                .latency = latency,
                                                .overrides = *overrides,
                                                .line_switch = other}),
                          expected);
        std::string written;
        writer.AppendEscaped(made, "x", written);
        EXPECT_EQ(written, expected);
      }
    }
  }
}

TEST(SdkParamsTest, OverridesStandInTheirMembersPlaceOrAtTheEnd) {
  const std::string text = Write({.gop_cache_ms = 1800, .start_buffer_ms = 400},
                                 {{"SuggestProtocol", "\"quic\""}, {"AvLines", "[1]"}});
  EXPECT_NE(text.find(R"("SuggestProtocol":"quic","FastOpenDuration")"), std::string::npos);
  EXPECT_EQ(text.find("tcp"), std::string::npos);
  const LineSwitch line_switch = PlanLineSwitch(20'000, "backup", 1, false);
  EXPECT_EQ(line_switch.silence_ms, kSilenceMostMs);
  const SdkOverrides mine = {{"LineSwitch", "{\"Enable\":0}"}};
  const std::string set = WriteSdkParams(Hd(), {.suffix = "hd",
                                                .gop_cache_ms = 1800,
                                                .latency = {},
                                                .overrides = mine,
                                                .line_switch = &line_switch});
  EXPECT_NE(set.find(R"("LineSwitch":{"Enable":0}})"), std::string::npos) << set;
  EXPECT_EQ(text.substr(text.size() - 17), R"(:1,"AvLines":[1]})");
}

}  // namespace
}  // namespace nearcast::scheduler
