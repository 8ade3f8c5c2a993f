#include "dataplane/stream/cursor.h"

#include <algorithm>
#include <array>
#include <random>
#include <string>

#include "dataplane/stream/frame_builder.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

constexpr int kFrameMs = 40;

// A ring that lives, and one viewer of it, in five words: Live, Join, Read, Lag and the cursor's
// own counters.
class CursorTest : public testing::Test {
 protected:
  void Live(int frames) {
    for (int end = next_ + frames; next_ < end; ++next_) {
      ring_.Append(next_ % 25 == 0 ? Key(next_ * kFrameMs) : Inter(next_ * kFrameMs));
      ring_.Append(Audio(next_ * kFrameMs + 1));
    }
  }

  void Join(const StartRequest& request) {
    request_ = request;
    cursor_ = Cursor::At(FindStart(ring_, request), request.wanted);
  }

  // One letter per frame: K p a, H for a header that the viewer is sent again after a jump.
  std::string Read(size_t frames_max = 1000) {
    std::string letters;
    const RecoverResult recovered = cursor_.Recover(ring_, request_, order_);
    if (recovered.headers != nullptr) letters += 'H';
    std::array<const Frame*, 1000> out;
    const size_t count = cursor_.Collect(ring_, {frames_max, 1u << 20}, absl::MakeSpan(out));
    for (size_t i = 0; i < count; ++i) letters += out[i]->payload()[0];
    return letters;
  }

  int64_t Lag() const { return ring_.newest_dts_ms() - ring_.at(cursor_.next_seq()).dts_ms(); }

  FrameRing ring_{RingBounds{.keep_ms = 2000, .frames_max = 400}};
  int next_ = 0;
  StartRequest request_;
  DropOrder order_{.may_jump = true};
  Cursor cursor_;
};

TEST_F(CursorTest, AKeepingViewerGetsEveryFrameOnce) {
  Live(30);
  Join({});
  EXPECT_EQ(Read(), "Kapapapapa");
  Live(1);
  EXPECT_EQ(Read(), "pa");
  EXPECT_EQ(Read(), "");
  EXPECT_EQ(cursor_.drops().total(), 0u);
}

TEST_F(CursorTest, AViewerThatFellOffGoesOnAtAKeyframeAndCountsWhatItMissed) {
  Live(30);
  Join({});
  const uint64_t left_at = cursor_.next_seq();
  Live(2000);
  ASSERT_LT(cursor_.next_seq(), ring_.begin_seq());
  EXPECT_EQ(Read()[0], 'K');
  EXPECT_EQ(cursor_.jumps(), 1u);
  EXPECT_EQ(cursor_.drops().jumped + (ring_.end_seq() - FindStart(ring_, {}).seq),
            ring_.end_seq() - left_at);
}

TEST_F(CursorTest, ALaggingViewerIsBroughtBackToWhereANewOneWouldStart) {
  order_ = {.level = DropLevel::kAllButKey, .lag_ms_max = 1000, .may_jump = true};
  Live(100);
  Join({});
  Read();
  Live(60);
  EXPECT_EQ(Read(1), "K");
  EXPECT_LE(Lag(), 1000);
}

TEST_F(CursorTest, TheStartBurstIsNeverCut) {
  order_ = {.level = DropLevel::kAllButKey, .lag_ms_max = 1, .may_jump = true};
  Live(200);
  Join({.gop_cache_ms = 1800});
  std::string got;
  for (std::string more = "?"; !more.empty(); got += more) more = Read(7);
  EXPECT_EQ(std::count(got.begin(), got.end(), 'p') + std::count(got.begin(), got.end(), 'K'), 50);
  EXPECT_EQ(cursor_.drops().total(), 0u);
}

TEST_F(CursorTest, AViewerThatMayNotLoseAFrameMustLeaveWhenItFallsOff) {
  order_.may_jump = false;
  Live(30);
  Join({});
  Live(2000);
  EXPECT_EQ(cursor_.Recover(ring_, request_, order_).recovery, Recovery::kMustLeave);
  EXPECT_EQ(cursor_.drops().total(), 0u);
}

TEST_F(CursorTest, TheTailOfAGopIsCutAndCountedAndSoundGoesOn) {
  Live(26);
  Join({});
  Read();
  order_ = {.level = DropLevel::kLastTwoFrames};
  Live(40);
  std::string got;
  for (std::string more = "?"; !more.empty(); got += more) more = Read();
  // Frames 26 to 65: of the GOP that ends before 50 two are cut; the next has no end yet.
  EXPECT_EQ(std::count(got.begin(), got.end(), 'a'), 40);
  EXPECT_EQ(got.find("aaaK"), 2u * 22 - 1) << got;
  EXPECT_EQ(std::count(got.begin(), got.end(), 'p') + std::count(got.begin(), got.end(), 'K'), 38);
  EXPECT_EQ(cursor_.drops().tail, 2u);
  EXPECT_EQ(cursor_.drops().total(), 2u);
}

TEST_F(CursorTest, AGopWithoutEndIsCutAsTheLastResortAndGoesOnAtAKeyframe) {
  Live(26);
  Join({});
  Read();
  Live(10);
  order_ = {.level = DropLevel::kAllButKey, .may_cut_open_gop = true};
  EXPECT_EQ(Read(), std::string(10, 'a'));
  Live(20);
  EXPECT_EQ(Read(), std::string(14, 'a'));
  EXPECT_EQ(Read().substr(0, 3), "Kap");
  EXPECT_EQ(cursor_.drops().rest, 24u);
}

TEST_F(CursorTest, LeadingPicturesGoWhenWhatTheyReferToIsGone) {
  ring_.Append(Key(0));
  ring_.Append(Leading(40));
  ring_.Append(Inter(80));
  ring_.Append(Key(120));
  ring_.Append(Leading(160));
  ring_.Append(Inter(200));
  Join({.gop_cache_ms = 200});
  EXPECT_EQ(Read(), "KpKlp");  // at a start they cannot be decoded, later they can
  EXPECT_EQ(cursor_.drops().undecodable, 1u);
}

// GOPs of 0.2 s: a keyframe, two leading pictures, two that follow it.
TEST_F(CursorTest, AGopThatLosesItsLeadingPicturesDeliversWhatItMust) {
  struct Case {
    int64_t keep_ms;
    std::string got;
  };
  const Case cases[] = {
      {0, "KllpKpKpKpKpKpp"},
      {80, "KllpKpKpKpKpKpp"},
      {120, "KllpKppKllpKppKllppKllpp"},
      {160, "KllppKllppKllppKllppKllppKllpp"},
  };
  for (const Case& c : cases) {
    ring_ = FrameRing(RingBounds{});
    order_ = {};
    const auto live = [this](int from, int to) {
      for (int i = from; i < to; ++i) {
        const int64_t dts_ms = i * kFrameMs;
        ring_.Append(i % 5 == 0 ? Key(dts_ms) : i % 5 < 3 ? Leading(dts_ms) : Inter(dts_ms));
      }
    };
    live(0, 5);
    Join({});
    EXPECT_EQ(Read(), "Kpp");
    live(5, 35);
    order_ = {.level = DropLevel::kLastFrame, .gop_keep_ms = c.keep_ms};
    std::string got;
    for (std::string more = "?"; !more.empty(); got += more) more = Read();
    EXPECT_EQ(got, c.got) << c.keep_ms;
  }
}

TEST_F(CursorTest, AJumpAcrossAHeaderChangeBringsTheHeaderAgain) {
  ring_.Append(VideoHeader(0, "old"));
  Live(30);
  Join({});
  ring_.Append(VideoHeader(next_ * kFrameMs, "new"));
  Live(2000);
  EXPECT_EQ(Read().substr(0, 2), "HK");
}

TEST_F(CursorTest, AHeaderChangeThatWasReadInOrderIsNotSentAgain) {
  ring_.Append(VideoHeader(0, "old"));
  Live(30);
  Join({});
  ring_.Append(VideoHeader(next_ * kFrameMs, "new"));
  EXPECT_EQ(Read().back(), 'n');
  Live(2000);
  EXPECT_EQ(Read()[0], 'K');
}

TEST_F(CursorTest, AudioOnlyStripsEverythingElse) {
  Live(30);
  Join({.gop_cache_ms = 400, .wanted = Wanted::kAudioOnly});
  EXPECT_EQ(Read(), std::string(11, 'a'));
}

TEST_F(CursorTest, WaitingForAKeyframeStillDeliversSound) {
  for (int i = 1; i < 5; ++i) ring_.Append(Inter(i * kFrameMs));
  Join({});
  next_ = 5;
  Live(20);
  EXPECT_EQ(Read(), std::string(20, 'a'));
  Live(1);
  EXPECT_EQ(Read(), "Ka");
}

TEST_F(CursorTest, NoRandomReaderIsEverHandedAnInterFrameFirst) {
  std::mt19937 random(11);
  Live(30);
  Join({});
  bool decodable = false;
  uint64_t jumps = 0;
  for (int step = 0; step < 3000; ++step) {
    Live(random() % 12);
    const std::string got = Read(random() % 14);
    if (cursor_.jumps() != jumps) decodable = false;
    jumps = cursor_.jumps();
    for (char letter : got) {
      if (letter == 'K') decodable = true;
      ASSERT_TRUE(letter != 'p' || decodable) << "step " << step;
    }
  }
  EXPECT_GT(jumps, 10u);
}

TEST_F(CursorTest, ABatchEndsAtItsByteBoundButNeverEmpty) {
  Live(30);
  Join({});
  std::array<const Frame*, 100> out;
  EXPECT_EQ(cursor_.Collect(ring_, {100, 1}, absl::MakeSpan(out)), 1u);
}

}  // namespace
}  // namespace nearcast::stream
