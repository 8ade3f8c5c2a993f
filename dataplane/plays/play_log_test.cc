#include "dataplane/plays/play_log.h"

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::plays {
namespace {

class PlayLogTest : public ::testing::Test {
 protected:
  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  PlayLog log_{&clock_, 4};
};

TEST_F(PlayLogTest, BeginningAndEndOfAViewerAreTold) {
  const auto ticket = log_.Open("live/show", "http-flv", "192.0.2.1:5000");
  ticket->Begin();
  clock_.Advance(absl::Milliseconds(2500));
  ticket->End(PlayEnd::kLeft, {.bytes = 1234,
                               .drops = {.tail = 3, .undecodable = 1},
                               .jumps = 2,
                               .delay_ms_mean = 40,
                               .delay_ms_max = 900});
  ticket->End(PlayEnd::kStreamEnded, {.bytes = 9999});
  const auto events = log_.Take(10);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_FALSE(events[0].ended);
  EXPECT_EQ(events[0].stream, "live/show");
  EXPECT_EQ(events[0].format, "http-flv");
  EXPECT_EQ(events[0].address, "192.0.2.1");
  EXPECT_EQ(events[0].time_ms, 1'790'000'000'000);
  EXPECT_TRUE(events[1].ended);
  EXPECT_EQ(events[1].session, events[0].session);
  EXPECT_EQ(events[1].played.bytes, 1234u);
  EXPECT_EQ(events[1].played.drops.tail, 3u);
  EXPECT_EQ(events[1].played.drops.total(), 4u);
  EXPECT_EQ(events[1].played.jumps, 2u);
  EXPECT_EQ(events[1].played.delay_ms_mean, 40);
  EXPECT_EQ(events[1].played.delay_ms_max, 900);
  EXPECT_EQ(events[1].duration_ms, 2500);
  EXPECT_EQ(PlayEndName(events[1].end), "left");
}

TEST_F(PlayLogTest, WhoNeverGetsAFrameIsNotTold) {
  log_.Open("live/show", "rtmp", "192.0.2.1")->End(PlayEnd::kLeft, {});
  EXPECT_TRUE(log_.Take(10).empty());
  EXPECT_EQ(log_.counts().ended, 0u);
}

TEST_F(PlayLogTest, SessionsDiffer) {
  const auto a = log_.Open("live/show", "rtmp", "[2001:db8::1]:5");
  const auto b = log_.Open("live/show", "rtmp", "2001:db8::1");
  a->Begin();
  b->Begin();
  const auto events = log_.Take(10);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NE(events[0].session, events[1].session);
  EXPECT_EQ(events[0].address, "2001:db8::1");
  EXPECT_EQ(events[1].address, "2001:db8::1");
}

TEST_F(PlayLogTest, ACrowdIsLeftOutBeyondTheBoundAndCounted) {
  std::vector<std::unique_ptr<PlayTicket>> crowd;
  for (int i = 0; i < 10; ++i) crowd.push_back(log_.Open("live/show", "rtmp", "192.0.2.1"));
  for (const auto& viewer : crowd) viewer->Begin();
  EXPECT_EQ(log_.counts().begun, 10u);
  EXPECT_EQ(log_.counts().left_out, 6u);
  EXPECT_EQ(log_.Take(3).size(), 3u);
  EXPECT_EQ(log_.Take(3).size(), 1u);
}

TEST_F(PlayLogTest, WhoIsThereWhenTheNodeStopsEndsBecauseOfThat) {
  const auto ticket = log_.Open("live/show", "rtmp", "192.0.2.1");
  ticket->Begin();
  log_.Stop();
  ticket->End(PlayEnd::kLeft, {.bytes = 5});
  EXPECT_EQ(PlayEndName(log_.Take(2).back().end), "node-stopped");
}

}  // namespace
}  // namespace nearcast::plays
