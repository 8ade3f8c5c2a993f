#include "dataplane/stream/frame_ring.h"

#include <algorithm>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "dataplane/stream/frame_builder.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

// The rules of frame_ring.h on a plain list, recomputed from scratch at each step.
class NaiveRing {
 public:
  explicit NaiveRing(const RingBounds& bounds) : bounds_(bounds) {}

  void Append(const FrameRef& frame) {
    kept_.push_back({next_++, frame, frame->role() == FrameRole::kVideoKey});
    newest_ms_ = std::max(newest_ms_, frame->dts_ms());
    saw_video_ |= frame->track() == Track::kVideo;
    while (Keys().size() > 2 && Age(Keys()[1]) >= bounds_.keep_ms) CutBefore(Keys()[1]);
    const bool rotates = !Keys().empty() || !saw_video_;
    while (rotates && kept_.size() > 1 && !kept_[0].starts && AgeOf(kept_[0]) > bounds_.keep_ms) {
      CutFirst();
    }
    while (Over() && Keys().size() >= 2) CutBefore(Keys()[1]);
    while (Over()) CutFirst();
  }

  std::vector<uint64_t> Keys() const {
    std::vector<uint64_t> keys;
    for (const Item& item : kept_) {
      if (item.starts) keys.push_back(item.seq);
    }
    return keys;
  }
  uint64_t begin() const { return kept_.front().seq; }
  uint64_t end() const { return next_; }

 private:
  struct Item {
    uint64_t seq;
    FrameRef frame;
    bool starts;
  };

  int64_t AgeOf(const Item& item) const { return newest_ms_ - item.frame->dts_ms(); }
  int64_t Age(uint64_t seq) const { return AgeOf(kept_[seq - kept_.front().seq]); }
  void CutFirst() { kept_.pop_front(); }
  void CutBefore(uint64_t seq) {
    while (kept_.front().seq < seq) CutFirst();
  }
  bool Over() const {
    size_t bytes = 0;
    for (const Item& item : kept_) bytes += item.frame->flv().size();
    return kept_.size() > 1 && (kept_.size() > bounds_.frames_max || bytes > bounds_.bytes_max ||
                                AgeOf(kept_.front()) > bounds_.span_ms_max);
  }

  RingBounds bounds_;
  std::deque<Item> kept_;
  uint64_t next_ = 0;
  int64_t newest_ms_ = 0;
  bool saw_video_ = false;
};

void ExpectSame(const FrameRing& ring, const NaiveRing& naive, int step) {
  ASSERT_EQ(ring.begin_seq(), naive.begin()) << "step " << step;
  ASSERT_EQ(ring.end_seq(), naive.end()) << "step " << step;
  std::vector<uint64_t> keys;
  for (const Gop& gop : ring.gops()) keys.push_back(gop.seq);
  ASSERT_EQ(keys, naive.Keys()) << "step " << step;
}

TEST(FrameRingTest, AgreesWithAPlainListOnRandomStreams) {
  for (uint32_t seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    const RingBounds bounds{.keep_ms = static_cast<int64_t>(random() % 3000),
                            .span_ms_max = static_cast<int64_t>(1000 + random() % 8000),
                            .frames_max = 8 + random() % 300,
                            .bytes_max = 2000 + random() % 40000};
    FrameRing ring(bounds);
    NaiveRing naive(bounds);
    const uint32_t gop_frames = 1 + random() % 120;
    int64_t dts_ms = 0;
    for (int step = 0; step < 1500; ++step) {
      dts_ms += random() % 40;
      FrameRef frame = random() % 3 == 0            ? Audio(dts_ms, random() % 50)
                       : random() % gop_frames == 0 ? Key(dts_ms, random() % 400)
                                                    : Inter(dts_ms, random() % 100);
      naive.Append(frame);
      ring.Append(frame);
      ExpectSame(ring, naive, step);
    }
  }
}

// 25 frames/s, `gop_frames` to a GOP.
void Feed(FrameRing* ring, int frames, int gop_frames, int first = 0) {
  for (int i = first; i < first + frames; ++i) {
    ring->Append(i % gop_frames == 0 ? Key(i * 40) : Inter(i * 40));
  }
}

TEST(FrameRingTest, KeepsTwoKeyframesWhateverTheGopLength) {
  for (int gop_frames : {25, 125, 500}) {
    FrameRing ring(RingBounds{.keep_ms = 1000});
    Feed(&ring, 4 * gop_frames + 3, gop_frames);
    EXPECT_GE(ring.gops().size(), 2u) << gop_frames;
    EXPECT_EQ(ring.gop_ms(), gop_frames * 40);
  }
}

TEST(FrameRingTest, AlwaysHoldsAKeyframeOlderThanKeep) {
  FrameRing ring(RingBounds{.keep_ms = 3000});
  Feed(&ring, 400, 50);
  for (int i = 400; i < 800; ++i) {
    Feed(&ring, 1, 50, i);
    EXPECT_GE(ring.newest_dts_ms() - ring.gops().front().dts_ms, 3000);
    EXPECT_LT(ring.newest_dts_ms() - ring.gops()[1].dts_ms, 3000 + 1);
  }
}

TEST(FrameRingTest, AGopOverTheBoundsLeavesTheIndexAndNothingStartsInIt) {
  FrameRing ring(RingBounds{.frames_max = 100});
  Feed(&ring, 1000, 5000);
  EXPECT_TRUE(ring.gops().empty());
  EXPECT_EQ(ring.end_seq() - ring.begin_seq(), 100u);
  ring.Append(Key(40'000));
  ASSERT_EQ(ring.gops().size(), 1u);
  EXPECT_EQ(ring.gops().front().seq, 1000u);
}

TEST(FrameRingTest, AudioAloneRotatesByKeep) {
  FrameRing ring(RingBounds{.keep_ms = 2000});
  for (int i = 0; i < 10'000; ++i) ring.Append(Audio(i * 23));
  EXPECT_LE(ring.span_ms(), 2000);
  EXPECT_GE(ring.span_ms(), 1950);
}

TEST(FrameRingTest, AVideoPauseIsNotTakenForAudioAlone) {
  FrameRing ring(RingBounds{.keep_ms = 1000});
  Feed(&ring, 100, 50);
  for (int i = 0; i < 300; ++i) ring.Append(Audio(4000 + i * 23));
  EXPECT_EQ(ring.gops().size(), 2u);
}

TEST(FrameRingTest, ARepeatedHeaderIsIgnored) {
  FrameRing ring(RingBounds{});
  EXPECT_EQ(ring.Append(VideoHeader(0, "A")), AppendResult::kStored);
  EXPECT_EQ(ring.Append(VideoHeader(40, "A")), AppendResult::kRepeatedHeader);
  EXPECT_EQ(ring.end_seq(), 1u);
  EXPECT_EQ(ring.headers()->generation, 1u);
}

TEST(FrameRingTest, ATrackThatComesLateBringsItsHeaderAgain) {
  FrameRing ring(RingBounds{});
  FrameRing replica(RingBounds{});
  ring.Append(AudioHeader(0));
  ring.Append(VideoHeader(0));
  for (int64_t t = 0; t < 5000; t += 40) ring.Append(t % 1000 == 0 ? Key(t) : Inter(t));
  EXPECT_FALSE(ring.has_audio());
  const uint64_t before = ring.end_seq();
  ring.Append(Audio(5000));
  EXPECT_TRUE(ring.has_audio());
  EXPECT_EQ(ring.end_seq(), before + 2);
  EXPECT_EQ(ring.at(before).role(), FrameRole::kAudioHeader);
  ring.Append(Audio(5023));
  EXPECT_EQ(ring.end_seq(), before + 3);
  for (uint64_t seq = 0; seq < ring.end_seq(); ++seq) replica.Append(ring.ref(seq));
  EXPECT_EQ(replica.end_seq(), ring.end_seq());
  EXPECT_EQ(replica.headers()->generation, ring.headers()->generation);
}

TEST(FrameRingTest, ATrackThatComesInTimeDoesNot) {
  FrameRing ring(RingBounds{});
  ring.Append(AudioHeader(0));
  ring.Append(Key(0));
  ring.Append(Audio(600));
  EXPECT_EQ(ring.end_seq(), 3u);
}

TEST(FrameRingTest, EachGopKeepsTheHeadersThatDecodeIt) {
  FrameRing ring(RingBounds{});
  ring.Append(VideoHeader(0, "A"));
  ring.Append(AudioHeader(0, "s"));
  ring.Append(Key(0));
  ring.Append(VideoHeader(1000, "B"));
  ring.Append(Key(2000));
  ASSERT_EQ(ring.gops().size(), 2u);
  EXPECT_EQ(ring.gops()[0].headers->video->payload(), "A");
  EXPECT_EQ(ring.gops()[1].headers->video->payload(), "B");
  EXPECT_EQ(ring.gops()[1].headers->audio->payload(), "s");
}

TEST(FrameRingTest, ACopyThatIsFedTheSameFramesStaysEqual) {
  FrameRing ring(RingBounds{.keep_ms = 500, .frames_max = 64});
  Feed(&ring, 100, 20);
  FrameRing replica = ring;
  for (int i = 100; i < 500; ++i) {
    FrameRef frame = i % 20 == 0 ? Key(i * 40) : Inter(i * 40);
    ring.Append(frame);
    replica.Append(frame);
    ASSERT_EQ(ring.begin_seq(), replica.begin_seq());
    ASSERT_EQ(ring.gops().size(), replica.gops().size());
  }
}

TEST(FrameRingTest, AShrunkRingKeepsItsNewestGopsAndGrowsAgain) {
  FrameRing ring{RingBounds{}};
  for (int64_t at_ms = 0; at_ms < 8'000; at_ms += 40) {
    ring.Append(at_ms % 1'000 == 0 ? Key(at_ms, 985) : Inter(at_ms, 985));
  }
  FrameRing replica = ring;
  ASSERT_EQ(ring.bytes(), 200'000u);
  ring.Shrink(60'000);
  EXPECT_EQ(ring.bytes(), 50'000u);
  ASSERT_EQ(ring.gops().size(), 2u);
  EXPECT_EQ(ring.begin_seq(), ring.gops().front().seq);
  replica.DropBefore(ring.begin_seq());
  EXPECT_EQ(replica.bytes(), ring.bytes());
  EXPECT_EQ(replica.gops().size(), 2u);
  for (int64_t at_ms = 8'000; at_ms < 12'000; at_ms += 40) ring.Append(Inter(at_ms, 985));
  EXPECT_EQ(ring.bytes(), 150'000u) << "its own bounds are as they were";
  ring.Shrink(10'000);
  EXPECT_EQ(ring.bytes(), 10'000u);
  EXPECT_TRUE(ring.gops().empty()) << "nobody is started on an inter frame";
  ring.Shrink(0);
  EXPECT_EQ(ring.end_seq() - ring.begin_seq(), 1u) << "the newest frame stays";
}

}  // namespace
}  // namespace nearcast::stream
