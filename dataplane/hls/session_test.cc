// What makes a virtual connection: its id, its request, its place in the table, its end.
#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "dataplane/hls/channel.h"
#include "dataplane/hls/hls_request.h"
#include "dataplane/hls/mp4_cutter.h"
#include "dataplane/hls/piece_store.h"
#include "dataplane/hls/progress.h"
#include "dataplane/hls/session_id.h"
#include "dataplane/hls/session_table.h"
#include "dataplane/hls/timer_wheel.h"
#include "gtest/gtest.h"

namespace nearcast::hls {
namespace {

TEST(SessionIdTest, WhatWasSignedIsGoodForItsScopeAlone) {
  const SessionSigner signer;
  const SessionId id = SessionSigner::NewId();
  const std::string sid = signer.Sign(id, {"live/show", "10.0.0.1"});
  EXPECT_EQ(sid.size(), 43u);
  EXPECT_EQ(signer.Verify(sid, {"live/show", "10.0.0.1"}), id);
  EXPECT_FALSE(signer.Verify(sid, {"live/other", "10.0.0.1"}));
  EXPECT_FALSE(signer.Verify(sid, {"live/show", "10.0.0.2"}));
  EXPECT_FALSE(SessionSigner().Verify(sid, {"live/show", "10.0.0.1"}));
}

TEST(SessionIdTest, NoSingleCharacterMayBeChanged) {
  const SessionSigner signer;
  const std::string sid = signer.Sign(SessionSigner::NewId(), {"live/show", ""});
  for (size_t i = 0; i < sid.size(); ++i) {
    std::string forged = sid;
    forged[i] = static_cast<char>(forged[i] == 'z' ? 'y' : forged[i] == 'Z' ? 'Y' : forged[i] + 1);
    EXPECT_FALSE(signer.Verify(forged, {"live/show", ""})) << i;
  }
  for (const char* junk : {"", "A", "=", "%%", "ÄÄ"}) {
    EXPECT_FALSE(signer.Verify(junk, {"live/show", ""}));
  }
  EXPECT_FALSE(signer.Verify(std::string(5000, 'A'), {"live/show", ""}));
}

TEST(TimerWheelTest, EverythingComesUpOnceAndNotEarly) {
  std::mt19937 random(1);
  TimerWheel<int> wheel(100);
  std::map<int, int64_t> due;
  int64_t now_s = 100;
  for (int i = 0; i < 20'000; ++i) {
    if (random() % 3 != 0) {
      due[i] = now_s + 1 + static_cast<int64_t>(random() % (TimerWheel<int>::kSlots - 2));
      wheel.Add(i, due[i]);
      continue;
    }
    now_s += static_cast<int64_t>(random() % 3);
    for (const int thing : wheel.TakeDue(now_s)) {
      ASSERT_EQ(due.count(thing), 1u);
      ASSERT_LE(due[thing], now_s);
      due.erase(thing);
    }
    for (const auto& [thing, when] : due) ASSERT_GT(when, now_s);
  }
}

TEST(TimerWheelTest, WhatIsDueBeyondTheWheelComesUpToBeLookedAt) {
  TimerWheel<int> wheel(0);
  wheel.Add(1, 1'000'000);
  EXPECT_EQ(wheel.TakeDue(TimerWheel<int>::kSlots - 2).size(), 0u);
  EXPECT_EQ(wheel.TakeDue(TimerWheel<int>::kSlots - 1).size(), 1u);
}

TEST(HlsRequestTest, PathsAndParameters) {
  const SessionDefaults defaults;
  const auto open = ParseHlsRequest(
      "/live/show.m3u8", "hls_cut=even&hls_slice_ms=1500&hls_entry=redirect&token=x", defaults);
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_EQ(open->stream, "live/show");
  EXPECT_EQ(open->name, "show");
  EXPECT_EQ(open->cut, Cut::kEven);
  EXPECT_EQ(open->slice_ms, 1500);
  EXPECT_EQ(open->entry, Entry::kRedirect);
  const auto reload = ParseHlsRequest("/live/show.m3u8", "sid=s&_HLS_msn=12&_HLS_part=3", defaults);
  ASSERT_TRUE(reload.ok());
  EXPECT_EQ(reload->msn, 12u);
  EXPECT_EQ(reload->part, 3);
  const auto slice = ParseHlsRequest("/live/a/b.ts", "sid=s&p=700-720", defaults);
  ASSERT_TRUE(slice.ok());
  EXPECT_EQ(slice->stream, "live/a/b");
  EXPECT_EQ(slice->name, "b");
  EXPECT_EQ(slice->first, 700u);
  EXPECT_EQ(slice->end, 720u);
  const auto low = ParseHlsRequest("/live/show.m3u8", "hls_format=ll&only_audio=1", defaults);
  ASSERT_TRUE(low.ok());
  EXPECT_EQ(low->cut, Cut::kSegment);
  EXPECT_EQ(low->kind.wanted, stream::Wanted::kAudioOnly);
}

TEST(HlsRequestTest, BadOnesNameTheParameter) {
  const std::pair<const char*, const char*> bad[] = {
      {"/live/show.m3u8", "hls_cut=odd"},
      {"/live/show.m3u8", "hls_slice_ms=499"},
      {"/live/show.m3u8", "network_grade=9"},
      {"/live/show.m3u8", "_HLS_msn=-1"},
      {"/live/show.m3u8", "sid=s&_HLS_part=0"},
      {"/live/show.m3u8", "hls_format=ll&hls_cut=key"},
      {"/live/show.m3u8", "hls_format=ll&hls_slice_ms=4000"},
      {"/live/show.m3u8", "hls_format=fmp4&hls_slice_ms=1000"},
      {"/live/show.ts", "p=1-2"},
      {"/live/show.ts", "sid=s&p=2-1"},
      {"/live/show.ts", "sid=s&p=1-99999999"},
      {"/show.m3u8", ""},
      {"/live/\"show\".m3u8", ""},
      {"/live/show.mp4", "sid=s&i=x"},
  };
  for (const auto& [path, query] : bad) {
    EXPECT_EQ(ParseHlsRequest(path, query, {}).status().code(), absl::StatusCode::kInvalidArgument)
        << path << "?" << query;
  }
}

TEST(HlsRequestTest, WorseNetworksGetLongerSlices) {
  int32_t last = INT32_MAX;
  for (int grade = 1; grade <= 8; ++grade) {
    const int32_t slice_ms = SliceMsOfGrade(grade, 2000);
    EXPECT_LE(slice_ms, last) << grade;
    last = slice_ms;
  }
  EXPECT_EQ(SliceMsOfGrade(1, 2000), 6000);
  EXPECT_EQ(SliceMsOfGrade(8, 2000), 1000);
}

TEST(HlsRequestTest, TermsCountForThoseWhoseUrlSaysNothing) {
  const admission::PlayTerms terms{
      .gop_cache_ms = 5000, .policy = stream::GopCachePolicy::kUpperLimit, .hls_slice_ms = 4000};
  auto silent = ParseHlsRequest("/live/show.m3u8", "network_grade=8", {});
  ASSERT_TRUE(silent.ok());
  EXPECT_EQ(silent->slice_ms, 1000);
  ApplyTerms(terms, &*silent);
  EXPECT_EQ(silent->slice_ms, 4000);
  EXPECT_EQ(silent->gop_cache_ms, 5000);
  EXPECT_EQ(silent->policy, stream::GopCachePolicy::kUpperLimit);
  auto said = ParseHlsRequest("/live/show.m3u8",
                              "hls_slice_ms=1500&gop_cache_ms=9000&gop_cache_policy=lower", {});
  ASSERT_TRUE(said.ok());
  ApplyTerms(terms, &*said);
  EXPECT_EQ(said->slice_ms, 1500);
  EXPECT_EQ(said->gop_cache_ms, 9000);
  EXPECT_EQ(said->policy, stream::GopCachePolicy::kLowerLimit);
}

TEST(HlsRequestTest, ASessionBeginsWhereTheGopCacheSaysButWithTwoSlices) {
  const SliceRule rule{.cut = Cut::kKey, .length_ms = 2000, .target_s = 2};
  const auto start = [&rule](const std::string& query) {
    const auto request = ParseHlsRequest("/live/show.m3u8", query, {});
    EXPECT_TRUE(request.ok()) << query;
    const StartLimits limits = ChooseStart(*request, rule);
    return std::pair(limits.lower_ms, limits.upper_ms);
  };
  EXPECT_EQ(start(""), std::pair(int64_t{6000}, INT64_MAX));
  EXPECT_EQ(start("gop_cache_ms=9000"), std::pair(int64_t{9000}, INT64_MAX));
  EXPECT_EQ(start("gop_cache_ms=1800"), std::pair(int64_t{4000}, INT64_MAX));
  EXPECT_EQ(start("gop_cache_ms=1800&hls_format=ll"), std::pair(int64_t{2000}, INT64_MAX));
  EXPECT_EQ(start("gop_cache_ms=9000&gop_cache_policy=upper"),
            std::pair(int64_t{9000}, int64_t{9000}));
  EXPECT_EQ(start("gop_cache_ms=9000&hls_start_ms=100"), std::pair(int64_t{100}, INT64_MAX));
  EXPECT_EQ(start("gop_cache_policy=upper"), std::pair(int64_t{6000}, int64_t{6000}));
  EXPECT_EQ(start("gop_cache_policy=lower"), std::pair(int64_t{6000}, INT64_MAX));
}

TEST(HlsRequestTest, SlicesOfPartsAreAsLongAsTheSessionWants) {
  const Mp4Cuts parts{.part_ms = 500, .segment_ms = 1950, .target_s = 3};
  const auto rule = [&parts](const std::string& query, int64_t gop_ms) {
    const auto request = ParseHlsRequest("/live/show.m3u8", query, {});
    EXPECT_TRUE(request.ok()) << query;
    const SliceRule chosen = ChooseRule(*request, &parts, gop_ms);
    return std::tuple(chosen.cut, chosen.length_ms, chosen.target_s);
  };
  EXPECT_EQ(rule("hls_format=fmp4", 2000), std::tuple(Cut::kKey, 2000, 2));
  EXPECT_EQ(rule("hls_format=fmp4&network_grade=3", 2000), std::tuple(Cut::kKey, 4000, 4));
  EXPECT_EQ(rule("hls_format=fmp4&network_grade=8", 2000), std::tuple(Cut::kKey, 2000, 2));
  EXPECT_EQ(rule("hls_format=fmp4&hls_slice_ms=4000", 1500), std::tuple(Cut::kKey, 4000, 6));
  EXPECT_EQ(rule("hls_format=fmp4&hls_slice_ms=1000&hls_cut=even", 2000),
            std::tuple(Cut::kEven, 1000, 1));
  EXPECT_EQ(rule("hls_format=ll&network_grade=1", 1500), std::tuple(Cut::kSegment, 6000, 3));
}

TEST(HlsRequestTest, OfLowLatencyABadNetworkPlaysFurtherBehind) {
  const Mp4Cuts parts{.part_ms = 500, .segment_ms = 1950, .target_s = 2};
  const auto hold_back = [&parts](int32_t slice_ms) {
    return ChooseHoldBackMs({.cut = Cut::kSegment, .length_ms = slice_ms, .target_s = 2}, parts);
  };
  EXPECT_EQ(hold_back(1000), 1500);
  EXPECT_EQ(hold_back(2000), 1500);
  EXPECT_EQ(hold_back(6000), 4500);
  EXPECT_EQ(hold_back(10'000), 6000);  // three target durations
}

TEST(ProgressTest, TheDelayIsTheAgeOfTheNextMediaThatWasNotSent) {
  PieceStore store(700, {.keep_ms = 60'000});
  const auto fill = [&store](int64_t from_ms, int64_t to_ms) {
    for (int64_t at_ms = from_ms; at_ms < to_ms; at_ms += 100) {
      Piece piece;
      piece.start_ms = at_ms;
      piece.duration_ms = 100;
      piece.bytes = std::make_shared<const std::string>(1'000, 'x');
      store.Append(std::move(piece));
    }
  };
  fill(5'000, 11'000);
  Progress progress;
  EXPECT_EQ(progress.DelayMs(store), 0);
  EXPECT_EQ(progress.delay_ms_mean(), 0);
  progress.Note(store, 700, 720, 1'000);
  EXPECT_EQ(progress.delay_ms_max(), 6'000);
  EXPECT_EQ(progress.DelayMs(store), 4'000);
  progress.Note(store, 720, 740, 1'100);
  EXPECT_EQ(progress.DelayMs(store), 2'000);
  EXPECT_EQ(progress.delay_ms_mean(), 5'000);
  fill(11'000, 13'000);
  EXPECT_EQ(progress.DelayMs(store), 4'000);
  EXPECT_EQ(progress.slices(), 2u);
  EXPECT_EQ(progress.bytes(), 40'000u);
  EXPECT_EQ(progress.BitsPerSecond(5'000), 80'000);
}

class StillLoop : public egress::Loop {
 public:
  void Post(std::function<void()>) override {}
  int64_t NowMs() const override { return 0; }
};

class SessionTableTest : public testing::Test {
 protected:
  std::shared_ptr<Session> NewSession() {
    return std::make_shared<Session>(channel_, TrackKind{}, Format::kTs,
                                     SliceWindow(PieceStore(0, {}), 0, {}));
  }

  StillLoop loop_;
  std::shared_ptr<stream::Stream> stream_ =
      std::make_shared<stream::Stream>("live/show", stream::RingBounds{}, 0);
  std::shared_ptr<Channel> channel_ = std::make_shared<Channel>(stream_, &loop_, ChannelOptions{});
};

TEST_F(SessionTableTest, ADayOfAbandonedSessionsLeavesNoneBehind) {
  SessionTable table(100'000, 0);
  const int64_t ttl_ms = NewSession()->ttl_ms();
  size_t most = 0;
  for (int64_t now_ms = 0; now_ms < 86'400'000; now_ms += 3'000) {  // 20 a minute
    ASSERT_TRUE(table.Add(SessionSigner::NewId(), NewSession(), now_ms).ok());
    table.Sweep(now_ms);
    most = std::max(most, table.size());
  }
  EXPECT_LE(most, static_cast<size_t>(ttl_ms / 3'000 + 2));
  table.Sweep(86'400'000 + ttl_ms + 2'000);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.counts().opened, table.counts().expired);
  EXPECT_EQ(stream_->viewers(), 0u);
}

TEST_F(SessionTableTest, WhoAsksStaysAndWhoDoesNotGoes) {
  SessionTable table(10, 0);
  const SessionId asks{1, 1}, silent{2, 2};
  ASSERT_TRUE(table.Add(asks, NewSession(), 0).ok());
  ASSERT_TRUE(table.Add(silent, NewSession(), 0).ok());
  EXPECT_EQ(stream_->viewers(), 2u);
  for (int64_t now_ms = 0; now_ms < 200'000; now_ms += 500) {
    if (now_ms % 10'000 == 0) {
      EXPECT_NE(table.Find(asks, now_ms), nullptr);
    }
    table.Sweep(now_ms);
  }
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table.Find(silent, 200'000), nullptr);
  EXPECT_EQ(stream_->viewers(), 1u);
}

TEST_F(SessionTableTest, SessionsAreListedByStreamUpToALimit) {
  SessionTable table(10, 0);
  const auto other = std::make_shared<Channel>(
      std::make_shared<stream::Stream>("live/other", stream::RingBounds{}, 0), &loop_,
      ChannelOptions{});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(table.Add(SessionSigner::NewId(), NewSession(), 5).ok());
  ASSERT_TRUE(table
                  .Add(SessionSigner::NewId(),
                       std::make_shared<Session>(other, TrackKind{}, Format::kLowLatency,
                                                 SliceWindow(PieceStore(0, {}), 0, {})),
                       7)
                  .ok());
  EXPECT_EQ(table.List("", 10).size(), 4u);
  EXPECT_EQ(table.List("", 2).size(), 2u);
  EXPECT_EQ(table.List("live/show", 10).size(), 3u);
  EXPECT_TRUE(table.List("live/none", 10).empty());
  ASSERT_EQ(table.List("live/other", 10).size(), 1u);
  EXPECT_EQ(table.List("live/other", 10)[0]->opened_ms, 7);
}

TEST_F(SessionTableTest, OneTooManyIsRefusedAndCounted) {
  SessionTable table(3, 0);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(table.Add(SessionSigner::NewId(), NewSession(), 0).ok());
  EXPECT_EQ(table.Add(SessionSigner::NewId(), NewSession(), 0).code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(table.counts().refused, 1u);
}

}  // namespace
}  // namespace nearcast::hls
