// What is shared against what is made for each alone.
#include "services/scheduler/play_rendering.h"

#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/testing/given.h"
#include "services/rpc/wire_text.h"

namespace nearcast {
namespace {

using scheduler::Given;

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);
constexpr int kPlaces = 4;
constexpr int kViewers = 3000;

// Each for the devices of one number.
void AddSwitches(Given& given) {
  for (const char* off : {"feature/auto", "feature/mine", "feature/backup", "format/hls",
                          "format/flv", "tier/hd", "cdn/b"}) {
    const size_t number = given.config().switches.size();
    scheduler::Switch item;
    item.name = absl::StrCat("switch-", number);
    item.off = {off};
    item.match.devices = {absl::StrCat("device-", number)};
    given.config().switches.push_back(std::move(item));
  }
}

std::shared_ptr<const scheduler::Snapshot> World() {
  Given given;
  given.Vendor("a").Vendor("b").Own("own");
  for (int i = 0; i < kPlaces; ++i) {
    const std::string place = absl::StrCat("CN/", 110000 + 10000 * i, "//chinatelecom");
    given.Network(absl::StrCat("10.", i, ".0.0/16"), place);
  }
  for (scheduler::Cdn& cdn : given.config().cdns) {
    cdn.pull_signing.method = SignMethod::kAlibabaA;
    cdn.pull_signing.key = "0123456789abcdef";
    cdn.gop_cache.query = "gop_cache_ms={ms}";
  }
  given.Node("n0", "CN/110000//chinatelecom", {"192.0.2.1"});
  given.Node("n1", "CN/130000//chinatelecom", {"192.0.2.2"});
  for (const char* point : {"show", "quiz"})
    given.Point(point, {"a"}, {"origin", "hd", "sd", "ao"});
  given.Policy("hd", {{4, scheduler::Tier::kSd}});
  given.Ratio("all", {{"own", 2}, {"a", 1}, {"b", 1}});
  scheduler::RatioScope scope;
  scope.publish_point = "quiz";
  given.Ratio("quiz", {{"a", 1}, {"own", 1}}, {}, scope);
  scheduler::LatencyPolicy policy;
  policy.name = "flv";
  policy.target_ms = 3000;
  given.config().latency_policies = {policy};
  given.config().publish_points[0].latency_policy = "flv";
  AddSwitches(given);
  return given.Snapshot();
}

struct Asked {
  scheduler::Stream stream;
  scheduler::Viewer viewer;
  absl::Time now;
};

Asked Draw(std::mt19937& chance) {
  Asked asked;
  asked.stream.name = absl::StrCat("s", chance() % 3);
  asked.stream.publish_point = chance() % 2 == 0 ? "show" : "quiz";
  asked.stream.state = scheduler::StreamState::kPublishing;
  asked.viewer.key = absl::StrCat("viewer-", chance() % 500);
  asked.viewer.address = scheduler::Ip(absl::StrCat("10.", chance() % kPlaces, ".0.7"));
  asked.viewer.device = absl::StrCat("device-", chance() % 20);
  asked.viewer.network_grade = chance() % 9;
  asked.now = kNow + absl::Minutes(chance() % 3 * 60);
  return asked;
}

v1::PlayInfo OnTheWire(const PlayAnswer& answer) {
  rpc::WireText wire;
  AppendWire(answer, wire);
  grpc::ByteBuffer bytes = wire.Take();
  EXPECT_EQ(bytes.Length(), WireSize(answer));
  grpc::Slice whole;
  EXPECT_TRUE(bytes.DumpToSingleSlice(&whole).ok());
  v1::PlayInfo info;
  EXPECT_TRUE(info.ParseFromArray(whole.begin(), static_cast<int>(whole.size())));
  return info;
}

TEST(PlayRenderingTest, AViewerGetsWhatWouldBeMadeForNobodyElse) {
  const auto snapshot = World();
  PlayCaches caches{
      .parts = PartCache(64 << 20), .frames = FrameCache(64 << 20), .terms = TermsCache(1 << 20)};
  std::mt19937 chance(7);
  int answered = 0;
  for (int i = 0; i < kViewers; ++i) {
    const Asked asked = Draw(chance);
    const auto decision = DecidePlay(*snapshot, asked.stream, asked.viewer, asked.now);
    if (!decision.ok()) continue;
    ++answered;
    const auto answer = RenderPlay(*snapshot, *decision, {}, asked.now, caches);
    ASSERT_TRUE(answer.ok());
    PlayCaches own{.parts = PartCache(1), .frames = FrameCache(1), .terms = TermsCache(1)};
    const auto alone = RenderPlay(*snapshot, *decision, {}, asked.now, own);
    const v1::PlayInfo info = OnTheWire(*answer);
    ASSERT_EQ(info.stream_data(), WriteStreamData(*snapshot, *decision, asked.now));
    ASSERT_EQ(info.stream_url(), WriteStreamUrl(*snapshot, *decision, asked.now));
    ASSERT_EQ(info.SerializeAsString(), OnTheWire(*alone).SerializeAsString());
    ASSERT_EQ(info.SerializeAsString(), ToProto(*answer).SerializeAsString());
  }
  EXPECT_GT(answered, kViewers * 9 / 10);
  EXPECT_GT(caches.frames.counters().hits, caches.frames.counters().misses);
  EXPECT_GT(caches.frames.counters().misses, 100u) << "answers of many kinds";
  EXPECT_GT(caches.terms.counters().misses, 20u);
}

}  // namespace
}  // namespace nearcast
