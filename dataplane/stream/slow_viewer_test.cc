// One slow viewer over minutes of simulated time: whatever its path does, what it gets decodes, its
// delay comes back down, and it loses less, and less at once, than if whole GOPs were dropped.
#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "dataplane/stream/cursor.h"
#include "dataplane/stream/frame_builder.h"
#include "dataplane/stream/queue_bound.h"
#include "dataplane/stream/queue_gauge.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

constexpr int64_t kFrameMs = 40;
constexpr int64_t kGopMs = 2000;
constexpr int64_t kTrailing = 3;  // the first picture behind the leading ones, in an open GOP

struct Seen {
  int64_t longest_gap_ms = 0;  // between two pictures that follow each other
  uint64_t pictures = 0;
  uint64_t sounds = 0;
  int64_t lag_ms_max = 0;
  int64_t lag_drop_ms_max = 0;            // the largest step down between two measurements
  std::vector<int64_t> lags_ms;           // every 120 ms
  std::vector<int64_t> gop_delivered_ms;  // of GOPs that lost frames
  DropCounts drops;
  uint32_t jumps = 0;
  bool left = false;
};

// What the path carries at a moment, in bytes per second.
using Path = std::function<double(int64_t now_ms)>;

class World {
 public:
  // With `open_gops` the two pictures behind a keyframe are leading ones.
  World(const DropWish& wish, Path path, bool b_frames, bool open_gops = false)
      : wish_(wish), path_(std::move(path)), b_frames_(b_frames), open_gops_(open_gops) {}

  Seen Run(int64_t ms) {
    ring_.Append(VideoHeader(0));
    ring_.Append(AudioHeader(0));
    for (; now_ms_ < 6000; now_ms_ += kFrameMs) Publish();
    began_ms_ = now_ms_;
    cursor_ = Cursor::At(FindStart(ring_, request_), Wanted::kEverything);
    for (const int64_t end = now_ms_ + ms; now_ms_ < end && !seen_.left; now_ms_ += kFrameMs) {
      Publish();
      if ((now_ms_ / kFrameMs) % 3 == 0) Measure();
      credit_ = std::min(credit_ + path_(now_ms_ - began_ms_) * kFrameMs / 1000, 60'000.0);
      Send();
    }
    seen_.drops = cursor_.drops();
    seen_.jumps = cursor_.jumps();
    return seen_;
  }

 private:
  // 25 pictures and sounds a second, about 100 kB/s: a key of 24 kB each 2 s, others of 3.5 kB.
  void Publish() {
    const int64_t in_gop = now_ms_ % kGopMs / kFrameMs;
    if (in_gop == 0) {
      ring_.Append(Key(now_ms_, 24'000));
    } else if (open_gops_ && in_gop < kTrailing) {
      ring_.Append(Leading(now_ms_));
    } else if (b_frames_ && in_gop % 3 != 1) {
      ring_.Append(Disposable(now_ms_, 2'000));
    } else {
      ring_.Append(Inter(now_ms_, b_frames_ ? 6'000 : 3'500));
    }
    ring_.Append(Audio(now_ms_ + 1, 330));
  }

  void Measure() {
    const int64_t lag_ms = cursor_.LagMs(ring_);
    gauge_.Add(now_ms_, lag_ms);
    const int64_t bound_ms = ChooseQueueBound(wish_.queue, gauge_.jitter_ms(), {}, 0);
    order_ = DecideDrop({now_ms_ - began_ms_, lag_ms, gauge_.trend(), bound_ms}, wish_, {});
    if (!seen_.lags_ms.empty()) {
      seen_.lag_drop_ms_max = std::max(seen_.lag_drop_ms_max, seen_.lags_ms.back() - lag_ms);
    }
    seen_.lags_ms.push_back(lag_ms);
    seen_.lag_ms_max = std::max(seen_.lag_ms_max, lag_ms);
  }

  void Send() {
    while (credit_ > 0) {
      const RecoverResult result = cursor_.Recover(ring_, request_, order_);
      if (result.recovery == Recovery::kMustLeave) {
        seen_.left = true;
        return;
      }
      if (result.recovery != Recovery::kInPlace) broken_ = true;
      std::array<const Frame*, 4> out;
      const size_t count = cursor_.Collect(ring_, {4, 20'000}, absl::MakeSpan(out));
      if (count == 0) return;
      for (size_t i = 0; i < count; ++i) Receive(*out[i]);
    }
  }

  void Receive(const Frame& frame) {
    credit_ -= static_cast<double>(frame.flv().size());
    if (frame.track() == Track::kAudio) ++seen_.sounds;
    if (frame.track() != Track::kVideo || frame.role() == FrameRole::kVideoHeader) return;
    if (frame.role() == FrameRole::kVideoKey) {
      EndGop();
    }
    CheckDecodes(frame);
    if (last_dts_ms_ >= 0) {
      seen_.longest_gap_ms = std::max(seen_.longest_gap_ms, frame.dts_ms() - last_dts_ms_);
    }
    last_dts_ms_ = frame.dts_ms();
    ++seen_.pictures;
    ++gop_pictures_;
  }

  // Pictures come each kFrameMs: a referred one may only follow if all referred ones before it in
  // its GOP have been delivered.
  void CheckDecodes(const Frame& frame) {
    if (frame.role() == FrameRole::kVideoKey) {
      whole_before_ = next_referred_ms_ == frame.dts_ms();
      next_referred_ms_ = frame.dts_ms() + kFrameMs;
    } else if (frame.role() == FrameRole::kVideoLeading) {
      if (!whole_before_) broken_ = true;
    } else {
      if (open_gops_ && next_referred_ms_ % kGopMs < kTrailing * kFrameMs) {
        next_referred_ms_ += (kTrailing - 1) * kFrameMs;
      }
      for (; b_frames_ && next_referred_ms_ < frame.dts_ms(); next_referred_ms_ += kFrameMs) {
        if (next_referred_ms_ % kGopMs / kFrameMs % 3 == 1) broken_ = true;
      }
      if (!b_frames_ && frame.dts_ms() != next_referred_ms_) broken_ = true;
      next_referred_ms_ = frame.dts_ms() + kFrameMs;
    }
    ASSERT_FALSE(broken_) << "a picture at " << frame.dts_ms() << " ms without what it refers to";
  }

  void EndGop() {
    const uint64_t whole = kGopMs / kFrameMs;
    if (gop_pictures_ > 0 && gop_pictures_ < whole) {
      seen_.gop_delivered_ms.push_back(static_cast<int64_t>(gop_pictures_) * kFrameMs);
    }
    gop_pictures_ = 0;
    broken_ = false;
  }

  const DropWish wish_;
  const Path path_;
  const bool b_frames_;
  const bool open_gops_;
  const StartRequest request_{.gop_cache_ms = 1800};
  FrameRing ring_{RingBounds{}};
  Cursor cursor_;
  QueueGauge gauge_;
  DropOrder order_;
  Seen seen_;
  int64_t now_ms_ = 0;
  int64_t began_ms_ = 0;
  double credit_ = 0;
  int64_t last_dts_ms_ = -1;
  int64_t next_referred_ms_ = 0;
  uint64_t gop_pictures_ = 0;
  bool broken_ = false;
  bool whole_before_ = false;  // nothing that another picture refers to is missing of the last GOP
};

constexpr double kStreamBytesPerS = 106'000;  // 12 kB/s keys + 25 × (3515 + 345)

DropWish WishOf(DropMode mode, QueueClass queue_class) {
  return {.mode = mode, .queue = {.queue_class = queue_class}, .protected_period_ms = 1000};
}

struct Scene {
  const char* name;
  Path path;
};

std::vector<Scene> Scenes() {
  return {
      {"97 % of the rate", [](int64_t) { return 0.97 * kStreamBytesPerS; }},
      {"80 % of the rate", [](int64_t) { return 0.80 * kStreamBytesPerS; }},
      {"50 % of the rate", [](int64_t) { return 0.50 * kStreamBytesPerS; }},
      {"a stall of 6 s a minute, then 120 %",
       [](int64_t t) {
         return t % 60'000 >= 20'000 && t % 60'000 < 26'000 ? 0.0 : 1.2 * kStreamBytesPerS;
       }},
      {"70 % for 10 s, 130 % for 20 s",
       [](int64_t t) { return (t % 30'000 < 10'000 ? 0.7 : 1.3) * kStreamBytesPerS; }},
  };
}

TEST(SlowViewerTest, LosesLessAndLessAtOnceThanByWholeGops) {
  for (QueueClass queue_class : {QueueClass::kLatency, QueueClass::kSmooth}) {
    for (const Scene& scene : Scenes()) {
      const Seen ours =
          World(WishOf(DropMode::kProgressive, queue_class), scene.path, false).Run(180'000);
      const Seen theirs =
          World(WishOf(DropMode::kWholeGop, queue_class), scene.path, false).Run(180'000);
      std::printf(
          "%-8s %-38s longest gap %5lld ms (whole GOPs: %5lld), pictures lost %4llu (%4llu), "
          "longest delay %5lld ms (%5lld), jumps %u (%u)\n",
          queue_class == QueueClass::kLatency ? "latency" : "smooth", scene.name,
          static_cast<long long>(ours.longest_gap_ms),
          static_cast<long long>(theirs.longest_gap_ms),
          static_cast<unsigned long long>(ours.drops.slow()),
          static_cast<unsigned long long>(theirs.drops.slow()),
          static_cast<long long>(ours.lag_ms_max), static_cast<long long>(theirs.lag_ms_max),
          ours.jumps, theirs.jumps);
      EXPECT_LT(ours.longest_gap_ms, theirs.longest_gap_ms) << scene.name;
      // Whole GOPs take the large keyframes along, so on a path that is always too narrow they need
      // somewhat fewer pictures.
      EXPECT_LE(ours.drops.slow(), theirs.drops.slow() * 6 / 5) << scene.name;
      EXPECT_EQ(ours.jumps, 0u) << scene.name;
      EXPECT_GE(ours.sounds, 25u * 174) << scene.name;  // sound never stops
    }
  }
}

TEST(SlowViewerTest, WhatIsDeliveredDecodesWithUnreferredPicturesToo) {
  for (const Scene& scene : Scenes()) {
    const Seen seen =
        World(WishOf(DropMode::kProgressive, QueueClass::kLatency), scene.path, true).Run(120'000);
    EXPECT_GT(seen.drops.slow(), 0u) << scene.name;
  }
}

TEST(SlowViewerTest, TenMinutesAtHalfTheRateStayBounded) {
  const Seen seen = World(
                        WishOf(DropMode::kProgressive, QueueClass::kSmooth),
                        [](int64_t) { return 0.5 * kStreamBytesPerS; }, false)
                        .Run(600'000);
  EXPECT_LT(seen.lag_ms_max, 10'000);
  EXPECT_EQ(seen.jumps, 0u);
  EXPECT_GT(seen.pictures, 600u * 25 / 4);
}

TEST(SlowViewerTest, TheDelayComesBackDownSmoothly) {
  // 8 s at 30 %, then 125 %: the path alone would need 22 s to catch up.
  const Path path = [](int64_t t) {
    return (t > 20'000 && t < 28'000 ? 0.3 : 1.25) * kStreamBytesPerS;
  };
  const Seen seen =
      World(WishOf(DropMode::kProgressive, QueueClass::kLatency), path, false).Run(60'000);
  const auto later = seen.lags_ms.begin() + (28'000 + 6'000) / 120;
  EXPECT_LT(*std::max_element(later, seen.lags_ms.end()), 2000);
  // Down by less than the longest gap at once: no leap to the live edge.
  EXPECT_LE(seen.lag_drop_ms_max, kGopMs / 2 + 3 * kFrameMs);
}

TEST(SlowViewerTest, GopKeepDurationHoldsForEveryGopThatLosesFrames) {
  for (const int64_t keep_ms : {400, 1000, 1600, 1960}) {
    for (const bool b_frames : {false, true}) {
      DropWish wish = WishOf(DropMode::kProgressive, QueueClass::kLatency);
      wish.gop_keep_ms = keep_ms;
      // Enough for what must be kept, and too little for all.
      const double share = 0.2 + 0.8 * static_cast<double>(keep_ms) / kGopMs;
      const Seen seen = World(
                            wish, [=](int64_t) { return share * kStreamBytesPerS; }, b_frames)
                            .Run(120'000);
      for (int64_t delivered_ms : seen.gop_delivered_ms) EXPECT_GE(delivered_ms, keep_ms);
      EXPECT_GT(seen.drops.slow(), 0u) << keep_ms;
      EXPECT_EQ(seen.jumps, 0u);
    }
  }
}

TEST(SlowViewerTest, GopKeepDurationHoldsForOpenGopsToo) {
  for (const int64_t keep_ms : {400, 1000, 1600, 1880}) {
    DropWish wish = WishOf(DropMode::kProgressive, QueueClass::kLatency);
    wish.gop_keep_ms = keep_ms;
    const double share = 0.2 + 0.8 * static_cast<double>(keep_ms) / kGopMs;
    const Seen seen = World(
                          wish, [=](int64_t) { return share * kStreamBytesPerS; }, false, true)
                          .Run(120'000);
    for (int64_t delivered_ms : seen.gop_delivered_ms) EXPECT_GE(delivered_ms, keep_ms);
    EXPECT_GT(seen.drops.slow(), 0u) << keep_ms;
    EXPECT_GT(seen.drops.undecodable, 2u) << keep_ms;
    EXPECT_EQ(seen.jumps, 0u);
  }
}

TEST(SlowViewerTest, AGopKeepDurationOfTheWholeGopMeansNoDropAtAll) {
  DropWish wish = WishOf(DropMode::kProgressive, QueueClass::kLatency);
  wish.gop_keep_ms = kGopMs;
  const Seen seen = World(
                        wish, [](int64_t) { return 0.9 * kStreamBytesPerS; }, false)
                        .Run(40'000);
  EXPECT_EQ(seen.drops.total(), 0u);
  EXPECT_FALSE(seen.left);
}

TEST(SlowViewerTest, NothingIsLostInTheProtectedPeriod) {
  DropWish wish = WishOf(DropMode::kProgressive, QueueClass::kLatency);
  const Path path = [](int64_t) { return 0.5 * kStreamBytesPerS; };
  wish.protected_period_ms = 10'000;
  EXPECT_EQ(World(wish, path, false).Run(10'000).drops.total(), 0u);
  EXPECT_GT(World(wish, path, false).Run(20'000).drops.total(), 0u);
}

TEST(SlowViewerTest, AProtectedPeriodOfZeroEndsTheSessionRatherThanDrop) {
  DropWish wish = WishOf(DropMode::kProgressive, QueueClass::kLatency);
  wish.protected_period_ms = 0;
  wish.binding = true;
  const Seen seen = World(
                        wish, [](int64_t) { return 0.5 * kStreamBytesPerS; }, false)
                        .Run(120'000);
  EXPECT_TRUE(seen.left);
  EXPECT_EQ(seen.drops.total(), 0u);
}

TEST(SlowViewerTest, ARandomPathNeverBreaksWhatIsDelivered) {
  for (uint32_t seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    std::vector<double> rates(200);
    for (double& rate : rates) rate = (random() % 200) / 100.0 * kStreamBytesPerS;
    const Path path = [&](int64_t t) { return rates[static_cast<size_t>(t / 700) % rates.size()]; };
    DropWish wish =
        WishOf(DropMode::kProgressive, seed % 2 == 0 ? QueueClass::kLatency : QueueClass::kSmooth);
    if (seed % 3 == 0) wish.gop_keep_ms = random() % 1500;
    const Seen seen = World(wish, path, seed % 4 < 2).Run(140'000);
    for (int64_t delivered_ms : seen.gop_delivered_ms) EXPECT_GE(delivered_ms, wish.gop_keep_ms);
  }
}

}  // namespace
}  // namespace nearcast::stream
