#include "dataplane/stream/gop_cut.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "dataplane/stream/frame_builder.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

using enum DropLevel;

// A ring from letters, one frame each 40 ms per picture: K p b (unreferred) a (sound, between
// pictures, takes no time) H (video header).
FrameRing RingOf(const std::string& letters) {
  FrameRing ring(RingBounds{});
  int64_t dts_ms = -40;
  for (char letter : letters) {
    if (letter != 'a' && letter != 'H') dts_ms += 40;
    const int64_t at_ms = std::max<int64_t>(0, dts_ms);
    switch (letter) {
      case 'K':
        ring.Append(Key(at_ms));
        break;
      case 'p':
        ring.Append(Inter(at_ms));
        break;
      case 'b':
        ring.Append(Disposable(at_ms));
        break;
      case 'a':
        ring.Append(Audio(at_ms));
        break;
      default:
        ring.Append(VideoHeader(at_ms, std::to_string(at_ms)));
    }
  }
  return ring;
}

bool IsDropped(const FrameRing& ring, const GopCut& cut, uint64_t seq) {
  const Frame& frame = ring.at(seq);
  if (frame.track() != Track::kVideo || frame.role() == FrameRole::kVideoHeader) return false;
  if (seq >= cut.end_seq) return false;
  return seq >= cut.tail_seq ||
         (seq >= cut.thin_seq && frame.role() == FrameRole::kVideoDisposable);
}

// The letters with a '.' for each that is cut.
std::string Apply(std::string letters, const FrameRing& ring, const GopCut& cut) {
  for (uint64_t seq = 0; seq < letters.size(); ++seq) {
    if (IsDropped(ring, cut, seq)) letters[seq] = '.';
  }
  return letters;
}

TEST(GopCutTest, CutsTheTailAndNothingElse) {
  struct Case {
    const char* name;
    std::string letters;
    GopPlace place;
    DropOrder order;
    std::string left;
  };
  const Case cases[] = {
      {"no order", "KpppK", {1, 0, 500}, {kNone, 100}, "KpppK"},
      {"queue is short again", "KpppK", {1, 0, 100}, {kLastFrame, 100}, "KpppK"},
      {"the last frame", "KpappaK", {1, 0, 500}, {kLastFrame, 100}, "Kpap.aK"},
      {"the last two", "KpappaK", {1, 0, 500}, {kLastTwoFrames, 100}, "Kpa..aK"},
      {"sound and headers stay", "KpaHpaHK", {1, 0, 500}, {kLastTwoFrames, 100}, "K.aH.aHK"},
      {"the keyframe stays", "KpK", {0, 0, 500}, {kLastTwoFrames, 100}, "K.K"},
      {"what has been sent stays", "KpppK", {4, 0, 500}, {kLastTwoFrames, 100}, "KpppK"},
      {"of the last two one is sent", "KpppK", {3, 0, 500}, {kLastTwoFrames, 100}, "Kpp.K"},
      {"unreferred ones too", "KbpbpbppK", {1, 0, 500}, {kUnreferred, 100}, "K.p.p...K"},
      {"but not those that were sent", "KbpbpbppK", {3, 0, 500}, {kUnreferred, 100}, "Kbp.p...K"},
      {"the tail as far as it is too long", "KppppppppK", {1, 0, 200}, {kHalf, 100}, "Kpppppp..K"},
      {"unreferred ones before the tail", "KbpbpbpppK", {1, 0, 240}, {kHalf, 100}, "K.p.p.pppK"},
      {"at most a quarter of it", "KpppppppK", {1, 0, 9000}, {kQuarter, 100}, "Kppppp..K"},
      {"at most half of it", "KpppppppppK", {1, 0, 9000}, {kHalf, 100}, "Kpppp.....K"},
      {"but for the key all of it", "KpppK", {0, 0, 9000}, {kAllButKey, 100}, "K...K"},
      {"no end in sight", "Kpppppp", {2, 0, 9000}, {kAllButKey, 100}, "Kpppppp"},
      {"before the first keyframe", "pppKppK", {1, 0, 500}, {kLastFrame, 100}, "pppKppK"},
      {"only its own GOP", "KppKppK", {4, 0, 500}, {kLastFrame, 100}, "KppKp.K"},
      {"gop_keep_duration of the whole GOP",
       "KpppK",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "KpppK"},
      {"gop_keep_duration leaves one", "KpppK", {1, 0, 9000}, {kAllButKey, 100, 120}, "Kpp.K"},
      {"gop_keep_duration counts what is lost already",
       "KpppK",
       {1, 40, 9000},
       {kAllButKey, 100, 120},
       "KpppK"},
      {"a whole GOP, from its key", "KppKppK", {3, 0, 500}, {kWholeGop, 100}, "Kpp...K"},
      {"a whole GOP, not in its middle", "KppKppK", {4, 0, 500}, {kWholeGop, 100}, "KppKppK"},
      {"a whole GOP delivers nothing", "KppKppK", {3, 0, 500}, {kWholeGop, 100, 1}, "KppKppK"},
  };
  for (const Case& c : cases) {
    const FrameRing ring = RingOf(c.letters);
    EXPECT_EQ(Apply(c.letters, ring, ChooseCut(ring, c.place, c.order)), c.left) << c.name;
  }
}

TEST(GopCutTest, AGopWithoutAnEndIsCutOnlyAsTheLastResortAndAfterWhatItMustDeliver) {
  const FrameRing ring = RingOf("Kpppppp");
  const auto order = [](int64_t gop_keep_ms) {
    return DropOrder{
        .level = kAllButKey, .bound_ms = 100, .gop_keep_ms = gop_keep_ms, .may_cut_open_gop = true};
  };
  EXPECT_TRUE(MayCutOpenGop(ring, {3, 0, 9000}, order(0)));
  EXPECT_FALSE(MayCutOpenGop(ring, {0, 0, 9000}, order(0))) << "the key goes first";
  EXPECT_FALSE(MayCutOpenGop(ring, {3, 0, 9000}, {kAllButKey, 100}));
  EXPECT_TRUE(MayCutOpenGop(ring, {3, 0, 9000}, order(120)));
  EXPECT_FALSE(MayCutOpenGop(ring, {3, 0, 9000}, order(121)));
  EXPECT_FALSE(MayCutOpenGop(ring, {3, 40, 9000}, order(120)));
  EXPECT_FALSE(MayCutOpenGop(RingOf("KppppppK"), {3, 0, 9000}, order(0)));
}

// Every set of pictures that may be dropped from a GOP, by brute force: what is delivered decodes
// (each picture but the unreferred ones is needed by all that follow it), what was sent is sent,
// and the GOP delivers what it must.
class Oracle {
 public:
  Oracle(const std::string& letters, const GopPlace& place, const DropOrder& order)
      : letters_(letters), place_(place), order_(order) {}

  bool IsLegal(uint32_t dropped) const {
    const int64_t gop_ms = 40 * static_cast<int64_t>(letters_.size() - 1);
    bool broken = false;
    for (size_t i = 0; i + 1 < letters_.size(); ++i) {
      const bool gone = (dropped >> i & 1) != 0;
      if (gone && (letters_[i] == 'K' || i < place_.next_seq)) return false;
      if (!gone && broken) return false;
      if (gone && letters_[i] != 'b') broken = true;
    }
    return dropped == 0 || gop_ms - place_.lost_ms - ShedMs(dropped) >= order_.gop_keep_ms;
  }

  static int64_t ShedMs(uint32_t dropped) { return 40 * __builtin_popcount(dropped); }

  // The most that any legal choice sheds.
  int64_t MostMs() const {
    int64_t most_ms = 0;
    for (uint32_t dropped = 0; dropped < 1u << (letters_.size() - 1); ++dropped) {
      if (IsLegal(dropped)) most_ms = std::max(most_ms, ShedMs(dropped));
    }
    return most_ms;
  }

 private:
  const std::string& letters_;
  const GopPlace place_;
  const DropOrder order_;
};

TEST(GopCutTest, AgreesWithBruteForceOnWhatIsLegalAndOnHowMuchCanGo) {
  std::mt19937 random(23);
  int cuts = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string letters = "K";
    const int pictures = 1 + random() % 9;
    for (int i = 0; i < pictures; ++i) letters += random() % 3 == 0 ? 'b' : 'p';
    letters += 'K';
    const FrameRing ring = RingOf(letters);
    const GopPlace place{random() % (letters.size() - 1), 0, static_cast<int64_t>(random() % 900)};
    const DropOrder order{static_cast<DropLevel>(random() % 7), 100,
                          random() % 2 == 0 ? 0 : static_cast<int64_t>(random() % 400)};
    const GopCut cut = ChooseCut(ring, place, order);
    uint32_t dropped = 0;
    for (uint64_t seq = 0; seq + 1 < letters.size(); ++seq) {
      dropped |= IsDropped(ring, cut, seq) ? 1u << seq : 0u;
    }
    const Oracle oracle(letters, place, order);
    ASSERT_TRUE(oracle.IsLegal(dropped))
        << letters << " from " << place.next_seq << " level " << static_cast<int>(order.level)
        << " keep " << order.gop_keep_ms << " dropped " << dropped;
    cuts += dropped != 0;
    const int64_t shed_ms = Oracle::ShedMs(dropped);
    if (order.level == kLastFrame) {
      ASSERT_LE(shed_ms, 40);
    }
    if (order.level == kLastTwoFrames) {
      ASSERT_LE(shed_ms, 80);
    }
    if (order.level != kAllButKey || place.lag_ms <= order.bound_ms) continue;
    // The last resort reaches its goal whenever any legal choice does, and does not overshoot it
    // by a whole picture.
    const int64_t goal_ms = std::max<int64_t>(0, place.lag_ms - 2 * order.bound_ms + 80);
    ASSERT_GE(shed_ms, std::min(goal_ms, oracle.MostMs())) << letters << " " << place.next_seq;
    ASSERT_LT(shed_ms, goal_ms + 40);
  }
  EXPECT_GT(cuts, 800);
}

}  // namespace
}  // namespace nearcast::stream
