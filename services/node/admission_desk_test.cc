#include "services/node/admission_desk.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/publisher/publisher.h"
#include "services/rpc/status.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using scheduler::Given;
using scheduler::StreamState;

class AdmissionDeskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Given given;
    given.Own("own")
        .Node("gz", "CN", {"192.0.2.1"})
        .Point("show", {"own"}, {"origin", "sd"})
        .Point("plain", {"own"});
    scheduler::Config& config = given.config();
    config.latency_policies.push_back({.name = "low", .target_ms = 3000});
    config.publish_points[0].latency_policy = "low";
    config.publish_points[1].gop_cache_ms = 0;
    config_ = config;
    publisher_.SetConfig(config);
  }

  void Switch(scheduler::Switch the_switch) {
    the_switch.expire_at = clock_.Now() + absl::Hours(1);
    config_.switches.push_back(std::move(the_switch));
    publisher_.SetConfig(config_);
  }

  void Create(const std::string& name, StreamState state, const std::string& point = "show") {
    StreamEntry entry;
    entry.stream.name = name;
    entry.stream.publish_point = point;
    entry.stream.state = state;
    entry.stream.push_lines.push_back({.line = "main",
                                       .cdn = "own",
                                       .node = "gz",
                                       .url = "rtmp://192.0.2.1/live/" + name + "?k=1"});
    entry.create_time = entry.update_time = clock_.Now();
    ASSERT_TRUE(streams_.Insert(entry).ok());
  }

  // The reason, or "" when it is admitted.
  std::string Publish(AdmissionDesk* desk, const std::string& app, const std::string& stream) {
    v1::AdmitPublishRequest request;
    request.set_node("gz");
    request.set_app(app);
    request.set_stream(stream);
    const auto response = desk->AdmitPublish(request);
    if (response.ok()) return "";
    EXPECT_TRUE(absl::IsPermissionDenied(response.status())) << response.status();
    return std::string(rpc::ReasonOf(response.status()));
  }

  absl::StatusOr<v1::AdmitPlayResponse> Play(const std::string& stream, uint32_t grade = 0) {
    v1::AdmitPlayRequest request;
    request.set_node("gz");
    request.set_app("live");
    request.set_stream(stream);
    request.set_network_grade(grade);
    return desk_.AdmitPlay(request);
  }

  scheduler::Config config_;
  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  Publisher publisher_{&clock_, Given().Places(), {}};
  StreamTable streams_{&store_};
  AdmissionDesk desk_{&clock_, publisher_.holder(), &streams_, UnknownStreams::kAdmit};
  AdmissionDesk strict_{&clock_, publisher_.holder(), &streams_, UnknownStreams::kRefuse};
};

TEST_F(AdmissionDeskTest, EndedAndBannedStreamsAreRefusedAndAllOthersAdmitted) {
  for (const StreamState state :
       {StreamState::kCreated, StreamState::kPublishing, StreamState::kInterrupted}) {
    const std::string name = absl::StrCat("s", static_cast<int>(state));
    Create(name, state);
    EXPECT_EQ(Publish(&strict_, "live", name), "");
  }
  Create("over", StreamState::kEnded);
  Create("bad", StreamState::kBanned);
  EXPECT_EQ(Publish(&desk_, "live", "over"), "STREAM_ENDED");
  EXPECT_EQ(Publish(&desk_, "live", "bad"), "STREAM_BANNED");
  EXPECT_EQ(desk_.counts().publishes_refused, 2u);
  EXPECT_EQ(strict_.counts().publishes_admitted, 3u);
}

TEST_F(AdmissionDeskTest, WhatNobodyCreatedIsAdmittedUnlessOnlyKnownStreamsAre) {
  Create("over", StreamState::kEnded);
  for (const auto& [app, stream] : {std::pair{"live", "new"}, std::pair{"other", "over"}}) {
    EXPECT_EQ(Publish(&desk_, app, stream), "");
    EXPECT_EQ(Publish(&strict_, app, stream), "STREAM_NOT_FOUND");
  }
}

TEST_F(AdmissionDeskTest, ViewersGetTheCacheOfTheirStreamAndNetworkGrade) {
  Create("s1", StreamState::kPublishing);
  const auto best = Play("s1", 8), worst = Play("s1", 1), unknown = Play("s1");
  ASSERT_TRUE(best.ok() && worst.ok() && unknown.ok());
  EXPECT_TRUE(best->has_gop_cache_ms());
  EXPECT_GT(worst->gop_cache_ms(), best->gop_cache_ms());
  EXPECT_EQ(unknown->gop_cache_ms(), best->gop_cache_ms());
  EXPECT_EQ(best->gop_cache_policy(), "lower");
  EXPECT_GE(worst->hls_slice_ms(), best->hls_slice_ms());
  EXPECT_GE(best->hls_slice_ms(), 1000u);
  EXPECT_LE(worst->hls_slice_ms(), 10'000u);
  EXPECT_GT(best->ttl_ms(), 0u);
  EXPECT_EQ(best->protected_period_ms(), 5000u);
  EXPECT_GT(best->gop_keep_duration_ms(), 0u);
}

TEST_F(AdmissionDeskTest, WhereNothingIsDeclaredTheNodeDecides) {
  Create("s2", StreamState::kPublishing, "plain");
  for (const char* stream : {"s2", "nobody-created-me"}) {
    const auto response = Play(stream);
    ASSERT_TRUE(response.ok());
    EXPECT_FALSE(response->has_gop_cache_ms());
    EXPECT_EQ(response->gop_cache_policy(), "");
    EXPECT_FALSE(response->has_protected_period_ms());
  }
}

TEST_F(AdmissionDeskTest, ABannedStreamIsNotPlayed) {
  Create("bad", StreamState::kBanned);
  EXPECT_TRUE(absl::IsPermissionDenied(Play("bad").status()));
  EXPECT_EQ(desk_.counts().plays_refused, 1u);
}

TEST_F(AdmissionDeskTest, ATierIsPlayedAsItsStreamIs) {
  Create("bad", StreamState::kBanned);
  Create("s1", StreamState::kPublishing);
  EXPECT_EQ(rpc::ReasonOf(Play("bad_sd").status()), "STREAM_BANNED");
  EXPECT_TRUE(Play("bad_uhd").ok()) << "no tier of it, but a stream that nobody created here";
  EXPECT_EQ(Play("s1_sd", 1)->gop_cache_ms(), Play("s1", 1)->gop_cache_ms());
  EXPECT_FALSE(Play("s1_uhd", 1)->has_gop_cache_ms());
}

TEST_F(AdmissionDeskTest, AStreamThatIsTurnedOffIsNeitherPublishedNorPlayedUntilTheSwitchExpires) {
  Create("s1", StreamState::kPublishing);
  Switch({.name = "quiet", .off = {"stream/s1", "stream/unknown"}});
  for (const char* stream : {"s1", "unknown"}) {
    EXPECT_EQ(Publish(&desk_, "live", stream), "STREAM_TURNED_OFF");
    EXPECT_EQ(rpc::ReasonOf(Play(stream).status()), "STREAM_TURNED_OFF");
  }
  EXPECT_EQ(desk_.counts().plays_refused, 2u);
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Publish(&desk_, "live", "s1"), "");
  EXPECT_TRUE(Play("s1").ok());
}

TEST_F(AdmissionDeskTest, ASwitchForSomeViewersIsNotForAllAtANode) {
  Create("s1", StreamState::kPublishing);
  Switch({.name = "half", .match = {.percent = 99.9}, .off = {"stream/s1"}});
  Switch({.name = "there", .match = {.regions = {"440000"}}, .off = {"stream/s1"}});
  EXPECT_TRUE(Play("s1").ok());
  Switch({.name = "slow", .match = {.grade_max = 3}, .off = {"stream/s1"}});
  EXPECT_TRUE(Play("s1", 8).ok());
  EXPECT_TRUE(Play("s1").ok());
  EXPECT_FALSE(Play("s1", 2).ok());
}

TEST_F(AdmissionDeskTest, TermsAreAsSwitchesLeaveThem) {
  Create("s1", StreamState::kPublishing);
  Create("s2", StreamState::kPublishing, "plain");
  Switch({.name = "cache", .match = {.streams = {"s1"}}, .set = {.gop_cache_ms = 7000}});
  EXPECT_EQ(Play("s1", 1)->gop_cache_ms(), 7000u);
  EXPECT_EQ(Play("s1", 8)->gop_cache_ms(), 7000u);
  EXPECT_FALSE(Play("s2")->has_gop_cache_ms());
  config_.switches.clear();
  config_.publish_points[0].gop_cache_ms = 1234;
  Switch({.name = "declared", .off = {"latency_policy/low"}});
  EXPECT_EQ(Play("s1", 1)->gop_cache_ms(), 1234u);
  EXPECT_EQ(Play("s1", 1)->hls_slice_ms(), 0u);
}

}  // namespace
}  // namespace nearcast
