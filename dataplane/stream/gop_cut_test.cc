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

// A ring from letters, one frame each 40 ms per picture: K p b (unreferred) l (leading) a (sound,
// between pictures, takes no time) A (sound that is 800 ms ahead) H (video header).
FrameRing RingOf(const std::string& letters) {
  FrameRing ring(RingBounds{});
  int64_t dts_ms = -40;
  for (char letter : letters) {
    if (letter != 'a' && letter != 'A' && letter != 'H') dts_ms += 40;
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
      case 'l':
        ring.Append(Leading(at_ms));
        break;
      case 'A':
        ring.Append(Audio(at_ms + 800));
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

struct Case {
  const char* name;
  std::string letters;
  GopPlace place;
  DropOrder order;
  std::string left;
};

void ExpectCuts(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const FrameRing ring = RingOf(c.letters);
    EXPECT_EQ(Apply(c.letters, ring, ChooseCut(ring, c.place, c.order)), c.left) << c.name;
  }
}

TEST(GopCutTest, CutsTheTailAndNothingElse) {
  ExpectCuts({
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
       "KpppKp",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "KpppKp"},
      {"gop_keep_duration leaves one", "KpppKp", {1, 0, 9000}, {kAllButKey, 100, 120}, "Kpp.Kp"},
      {"gop_keep_duration counts what is lost already",
       "KpppKp",
       {1, 40, 9000},
       {kAllButKey, 100, 120},
       "KpppKp"},
      {"a whole GOP, from its key", "KppKppK", {3, 0, 500}, {kWholeGop, 100}, "Kpp...K"},
      {"a whole GOP, not in its middle", "KppKppK", {4, 0, 500}, {kWholeGop, 100}, "KppKppK"},
      {"a whole GOP delivers nothing", "KppKppK", {3, 0, 500}, {kWholeGop, 100, 1}, "KppKppK"},
  });
}

TEST(GopCutTest, WhatAnOpenGopLosesWithTheTailBeforeItCounts) {
  ExpectCuts({
      {"leading pictures that go anyway are not cut",
       "KllppK",
       {0, 0, 9000, true},
       {kAllButKey, 100},
       "Kll..K"},
      {"gop_keep_duration counts leading pictures that go anyway",
       "KllpppKpK",
       {0, 0, 9000, true},
       {kAllButKey, 100, 120},
       "Kllpp.KpK"},
      {"and those that have gone",
       "KllpppKpK",
       {3, 0, 9000, true},
       {kAllButKey, 100, 120},
       "Kllpp.KpK"},
      {"the next GOP can spare its leading pictures",
       "KpppKllpppK",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "KpppKllpppK"},
      {"the next GOP can spare them, and this one a picture",
       "KppppKllpppK",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "Kppp.KllpppK"},
      {"the next GOP cannot spare them",
       "KppppKllppK",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "KppppKllppK"},
      {"but no leading picture needs an unreferred one",
       "KpppbKllppK",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "Kppp.KllppK"},
      {"nobody knows yet what the next GOP can spare",
       "KppppKllppp",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "KppppKllppp"},
      {"it has enough already",
       "KppppKllpppp",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "Kppp.Kllpppp"},
      {"nor whether it has leading pictures",
       "KppppK",
       {1, 0, 9000},
       {kAllButKey, 100, 160},
       "KppppK"},
      {"it has none", "KppppKp", {1, 0, 9000}, {kAllButKey, 100, 160}, "Kppp.Kp"},
  });
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

TEST(GopCutTest, WhatAGopWithoutAnEndHasDeliveredIsCountedInPictures) {
  const auto order = [](int64_t gop_keep_ms) {
    return DropOrder{
        .level = kAllButKey, .bound_ms = 100, .gop_keep_ms = gop_keep_ms, .may_cut_open_gop = true};
  };
  // The next frame is sound that is 800 ms ahead: three pictures have been delivered.
  const FrameRing ahead = RingOf("KppApp");
  EXPECT_TRUE(MayCutOpenGop(ahead, {3, 0, 9000}, order(120)));
  EXPECT_FALSE(MayCutOpenGop(ahead, {3, 0, 9000}, order(121)));
  // Nobody knows yet how long the newest picture is shown.
  const FrameRing newest = RingOf("KppA");
  EXPECT_TRUE(MayCutOpenGop(newest, {3, 0, 9000}, order(80)));
  EXPECT_FALSE(MayCutOpenGop(newest, {3, 0, 9000}, order(81)));
}

TEST(GopCutTest, OpenGopsAreCutWithoutAnEndInSightOnlyWhereNothingMustBeDelivered) {
  const FrameRing ring = RingOf("KppKllpppppp");
  DropOrder order{.level = kAllButKey, .bound_ms = 100, .may_cut_open_gop = true};
  EXPECT_TRUE(MayCutOpenGop(ring, {8, 0, 9000}, order));
  order.gop_keep_ms = 40;
  EXPECT_FALSE(MayCutOpenGop(ring, {8, 0, 9000}, order));
}

// What a GOP delivers in the worst case when the ring ends behind `letters`: the next keyframe may
// come at once. `dropped` has a bit for each letter.
int64_t DeliveredMs(const std::string& letters, size_t key, uint32_t dropped) {
  int64_t ms = 0;
  for (size_t i = key; i + 1 < letters.size() && (i == key || letters[i] != 'K'); ++i) {
    if ((dropped >> i & 1) == 0) ms += 40;
  }
  return ms;
}

// Every set of pictures that may be dropped from the first of two GOPs, by brute force: what is
// delivered decodes (each picture but the unreferred ones is needed by all that follow it, and by
// the leading pictures of the next GOP, which go where one of them goes), what was sent is sent,
// and each GOP that loses something delivers what it must.
class Oracle {
 public:
  Oracle(const std::string& letters, const GopPlace& place, const DropOrder& order)
      : letters_(letters), place_(place), order_(order), next_key_(letters.find('K', 1)) {}

  bool IsLegal(uint32_t dropped) const {
    bool broken = false;
    for (size_t i = 0; i < next_key_; ++i) {
      const bool gone = (dropped >> i & 1) != 0;
      if (gone && (letters_[i] == 'K' || i < place_.next_seq || GoesAnyway(i))) return false;
      if (!gone && broken) return false;
      if (gone && letters_[i] != 'b') broken = true;
    }
    if (dropped == 0) return true;
    uint32_t lost = dropped;
    for (size_t i = 0; i < next_key_; ++i) lost |= GoesAnyway(i) ? 1u << i : 0u;
    if (DeliveredMs(letters_, 0, lost) < order_.gop_keep_ms) return false;
    return !broken || NextGopIsWhole() ||
           DeliveredMs(letters_, next_key_, LeadingOfNext()) >= order_.gop_keep_ms;
  }

  static int64_t ShedMs(uint32_t dropped) { return 40 * __builtin_popcount(dropped); }

  // The most that any legal choice sheds.
  int64_t MostMs() const {
    int64_t most_ms = 0;
    for (uint32_t dropped = 0; dropped < 1u << next_key_; ++dropped) {
      if (IsLegal(dropped)) most_ms = std::max(most_ms, ShedMs(dropped));
    }
    return most_ms;
  }

 private:
  bool GoesAnyway(size_t i) const { return place_.without_leading && letters_[i] == 'l'; }

  // It has no leading pictures, and will have none.
  bool NextGopIsWhole() const {
    return order_.gop_keep_ms == 0 ||
           (next_key_ + 1 < letters_.size() && letters_[next_key_ + 1] != 'l');
  }

  uint32_t LeadingOfNext() const {
    uint32_t leading = 0;
    for (size_t i = next_key_ + 1; i < letters_.size() && letters_[i] == 'l'; ++i) {
      leading |= 1u << i;
    }
    return leading;
  }

  const std::string& letters_;
  const GopPlace place_;
  const DropOrder order_;
  const size_t next_key_;
};

// Two GOPs, of which the second may have only begun.
std::string RandomGops(std::mt19937* random) {
  std::string letters = "K" + std::string((*random)() % 3, 'l');
  for (int left = 1 + (*random)() % 8; left > 0; --left) letters += (*random)() % 3 ? 'p' : 'b';
  letters += "K" + std::string((*random)() % 3, 'l');
  for (int left = (*random)() % 6; left > 0; --left) letters += 'p';
  if ((*random)() % 2 == 0) letters += 'K';
  return letters;
}

TEST(GopCutTest, AgreesWithBruteForceOnWhatIsLegalAndOnHowMuchCanGo) {
  std::mt19937 random(23);
  int cuts = 0;
  int spared = 0;
  for (int round = 0; round < 6000; ++round) {
    const std::string letters = RandomGops(&random);
    const size_t next_key = letters.find('K', 1);
    const FrameRing ring = RingOf(letters);
    const GopPlace place{random() % next_key, 0, static_cast<int64_t>(random() % 900),
                         random() % 2 == 0};
    const DropOrder order{static_cast<DropLevel>(random() % 7), 100,
                          random() % 2 == 0 ? 0 : static_cast<int64_t>(random() % 400)};
    const GopCut cut = ChooseCut(ring, place, order);
    uint32_t dropped = 0;
    for (uint64_t seq = 0; seq < next_key; ++seq) {
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
    const int64_t most_ms = oracle.MostMs();
    ASSERT_GE(shed_ms, std::min(goal_ms, most_ms)) << letters << " " << place.next_seq;
    ASSERT_LT(shed_ms, goal_ms + 40);
    spared += order.gop_keep_ms > 0 && most_ms < Oracle(letters, place, {}).MostMs();
  }
  EXPECT_GT(cuts, 1000);
  EXPECT_GT(spared, 100);
}

}  // namespace
}  // namespace nearcast::stream
