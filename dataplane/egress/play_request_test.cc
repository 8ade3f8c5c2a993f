#include "dataplane/egress/play_request.h"

#include <string>

#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

constexpr char kName[] = "live/show";

TEST(PlayRequestTest, ReadsItsParametersAndLeavesOthersAlone) {
  const PlayRequest request =
      ParsePlayRequest(kName,
                       "token=a%20b&gop_cache_ms=1800&gop_cache_policy=upper&only_audio=1"
                       "&merge_write_ms=355&expire",
                       {})
          .value();
  EXPECT_EQ(request.stream, kName);
  EXPECT_EQ(request.wish.start.gop_cache_ms, 1800);
  EXPECT_EQ(request.wish.start.policy, stream::GopCachePolicy::kUpperLimit);
  EXPECT_EQ(request.wish.start.wanted, stream::Wanted::kAudioOnly);
  EXPECT_EQ(request.wish.merge_write_ms, 350);
}

TEST(PlayRequestTest, SaysHowLongItsQueueMayBeAndWhatItMayLose) {
  const PlayRequest request =
      ParsePlayRequest(kName,
                       "queue=latency&queue_ms=700&protected_period=0&gop_keep_duration=2000"
                       "&drop=whole_gop",
                       {})
          .value();
  EXPECT_EQ(request.wish.drop.queue.queue_class, stream::QueueClass::kLatency);
  EXPECT_EQ(request.wish.drop.queue.queue_ms, 700);
  EXPECT_EQ(request.wish.drop.protected_period_ms, 0);
  EXPECT_EQ(request.wish.drop.gop_keep_ms, 2000);
  EXPECT_EQ(request.wish.drop.mode, stream::DropMode::kWholeGop);
  EXPECT_TRUE(request.wish.drop.binding);
  EXPECT_FALSE(ParsePlayRequest(kName, "queue=latency", {}).value().wish.drop.binding);
}

TEST(PlayRequestTest, DefaultsHoldWhereTheUrlSaysNothing) {
  const PlayRequest request =
      ParsePlayRequest(kName, "", {.start = {.gop_cache_ms = 3000}, .merge_write_ms = 20}).value();
  EXPECT_EQ(request.wish.start.gop_cache_ms, 3000);
  EXPECT_EQ(request.wish.merge_write_ms, 20);
  EXPECT_EQ(request.wish.start.policy, stream::GopCachePolicy::kLowerLimit);
}

TEST(PlayRequestTest, WhatTheNodeSaysBindsNobodyAndWhatTheViewerSaysDoes) {
  const PlayDefaults defaults =
      ParsePlayWish("protected_period=3000&gop_keep_duration=400&gop_cache_ms=1000", {}).value();
  const PlayWish silent = ParsePlayWish("queue=latency", defaults).value();
  EXPECT_EQ(silent.drop.protected_period_ms, 3000);
  EXPECT_EQ(silent.drop.gop_keep_ms, 400);
  EXPECT_FALSE(silent.drop.binding);
  EXPECT_FALSE(silent.says_gop_cache_ms);
  EXPECT_TRUE(ParsePlayWish("gop_keep_duration=400", defaults).value().drop.binding);
}

TEST(PlayRequestTest, ABadValueIsAnErrorThatNamesTheParameter) {
  for (const char* query :
       {"gop_cache_ms=", "gop_cache_ms=-1", "gop_cache_ms=1s", "gop_cache_ms=99999999",
        "gop_cache_policy=both", "only_audio=yes", "merge_write_ms=5000", "queue=long",
        "queue_ms=50", "drop=all", "protected_period=-1", "gop_keep_duration=2s"}) {
    const auto request = ParsePlayRequest(kName, query, {});
    ASSERT_FALSE(request.ok()) << query;
    const std::string key(query, std::string(query).find('='));
    EXPECT_NE(request.status().message().find(key), absl::string_view::npos) << query;
  }
}

TEST(PlayRequestTest, NamesAreAppAndStream) {
  EXPECT_TRUE(ValidateStreamName("live/a").ok());
  EXPECT_TRUE(ValidateStreamName("live/a/b").ok());
  EXPECT_TRUE(ValidateStreamName("live/!{\"a\\b\"}~").ok());
  for (const std::string& bad :
       {std::string("live"), std::string("/a"), std::string("live/"), std::string("live/a b"),
        std::string("live/\n"), std::string("live/x\xffy"), std::string("live/\xC3\xA9"),
        std::string("li\x80ve/x"), std::string("live/\x7F"), std::string("live/\0x", 7),
        std::string("live/\x1B[2J"), "live/" + std::string(kStreamNameBytesMax, 'x')}) {
    EXPECT_FALSE(ValidateStreamName(bad).ok()) << bad;
  }
}

TEST(PlayRequestTest, FlvPathsEndInFlv) {
  EXPECT_EQ(ParseFlvPath("/live/show.flv").value(), "live/show");
  EXPECT_FALSE(ParseFlvPath("/live/show").ok());
  EXPECT_FALSE(ParseFlvPath("live/show.flv").ok());
}

}  // namespace
}  // namespace nearcast::egress
