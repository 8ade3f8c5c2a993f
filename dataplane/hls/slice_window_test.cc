#include "dataplane/hls/slice_window.h"

#include <cmath>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::hls {
namespace {

const BytesRef kBytes = std::make_shared<const std::string>("piece");

// Pieces as a cutter makes them of a stream with random keyframe intervals and now and then a
// discontinuity.
class RandomStream {
 public:
  explicit RandomStream(uint32_t seed) : random_(seed) {}

  Piece Next() {
    Piece piece;
    piece.bytes = kBytes;
    piece.key = std::exchange(key_next_, false);
    piece.discontinuity = std::exchange(discontinuity_next_, false);
    piece.duration_ms = 40 + static_cast<int32_t>(random_() % 100);
    left_ms_ -= piece.duration_ms;
    if (random_() % 300 == 0) {
      discontinuity_next_ = key_next_ = true;
    } else if (left_ms_ <= 0) {
      piece.key_next = key_next_ = true;
    }
    if (key_next_) left_ms_ = 200 + static_cast<int64_t>(random_() % 10'000);
    return piece;
  }

 private:
  std::mt19937 random_;
  bool key_next_ = true;
  bool discontinuity_next_ = false;
  int64_t left_ms_ = 0;
};

struct Shown {
  uint64_t first = 0;
  uint64_t end = 0;
  bool discontinuity = false;
};

// What RFC 8216 lets nobody see, over the whole life of a session.
class RuleBook {
 public:
  void Check(const SliceWindow& window, const PieceStore& store, StreamEnd end) {
    const std::vector<Slice> slices = window.Slices(store, end);
    int64_t total_ms = 0;
    for (size_t i = 0; i < slices.size(); ++i) {
      const Slice& slice = slices[i];
      total_ms += slice.duration_ms;
      ASSERT_LE(std::lround(slice.duration_ms / 1000.0), window.rule().target_s);
      ASSERT_LT(slice.first, slice.end);
      if (i > 0) {
        ASSERT_EQ(slice.first, slices[i - 1].end);
      }
      const auto [seen, is_new] = seen_.try_emplace(
          window.media_sequence() + i, Shown{slice.first, slice.end, slice.discontinuity});
      ASSERT_TRUE(is_new || (seen->second.first == slice.first && seen->second.end == slice.end &&
                             seen->second.discontinuity == slice.discontinuity))
          << "slice " << seen->first << " changed";
    }
    ASSERT_GE(window.media_sequence(), sequence_);
    sequence_ = window.media_sequence();
    uint64_t removed_discontinuities = 0;
    for (const auto& [number, shown] : seen_) {
      if (number < sequence_) removed_discontinuities += shown.discontinuity ? 1 : 0;
    }
    ASSERT_EQ(window.discontinuity_sequence(), removed_discontinuities);
    if (sequence_ > 0) {
      ASSERT_GE(total_ms, 3000 * int64_t{window.rule().target_s});
    }
    ASSERT_TRUE(seen_.empty() || !seen_.begin()->second.discontinuity);
  }

  uint64_t slices() const { return seen_.size(); }

 private:
  std::map<uint64_t, Shown> seen_;
  uint64_t sequence_ = 0;
};

TEST(SliceWindowTest, SessionsKeepTheRulesWhateverTheStreamDoes) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    RandomStream stream(seed);
    PieceStore store(1000, {.keep_ms = 300'000, .bytes_max = 1u << 30});
    for (int i = 0; i < 60; ++i) store.Append(stream.Next());
    SliceRule rule{.cut = seed % 2 == 0 ? Cut::kKey : Cut::kEven,
                   .length_ms = 500 + static_cast<int32_t>(random() % 6000)};
    rule.target_s = ChooseTargetSeconds(rule.cut, rule.length_ms, random() % 5000);
    const auto start = FindSessionStart(store, rule.cut, DefaultStart(rule));
    ASSERT_TRUE(start.has_value());
    ASSERT_TRUE(store.at(*start).key);
    SliceWindow window(store, *start, rule);
    RuleBook rules;
    for (int poll = 0; poll < 200; ++poll) {
      ASSERT_TRUE(window.Advance(store, StreamEnd::kGoesOn));
      rules.Check(window, store, StreamEnd::kGoesOn);
      if (HasFatalFailure()) return;
      for (size_t i = random() % 20; i > 0; --i) store.Append(stream.Next());
    }
    ASSERT_TRUE(window.Advance(store, StreamEnd::kHasEnded));
    rules.Check(window, store, StreamEnd::kHasEnded);
    EXPECT_EQ(window.Slices(store, StreamEnd::kHasEnded).back().end, store.end_seq());
    EXPECT_GT(rules.slices(), 10u);
  }
}

// A store of pieces of 100 ms with a key each `gop` pieces.
PieceStore Regular(int pieces, int gop) {
  PieceStore store(0, {.keep_ms = 1'000'000});
  for (int i = 0; i < pieces; ++i) {
    Piece piece{.start_ms = i * 100, .duration_ms = 100};
    piece.key = i % gop == 0;
    piece.key_next = (i + 1) % gop == 0;
    piece.segment = piece.key;
    piece.segment_end = piece.key_next;
    piece.bytes = kBytes;
    store.Append(piece);
  }
  return store;
}

TEST(SliceWindowTest, KeySlicesEndAtKeysAndEvenOnesAtTheirLength) {
  const PieceStore store = Regular(200, 16);  // a key each 1.6 s
  const SliceRule key{.cut = Cut::kKey, .length_ms = 1600, .target_s = 2};
  const SliceRule even{.cut = Cut::kEven, .length_ms = 1000, .target_s = 1};
  EXPECT_EQ(FindSliceEnd(store, 0, key, StreamEnd::kGoesOn), 16u);
  EXPECT_EQ(FindSliceEnd(store, 16, key, StreamEnd::kGoesOn), 32u);
  EXPECT_EQ(FindSliceEnd(store, 0, even, StreamEnd::kGoesOn), 10u);
  EXPECT_EQ(FindSliceEnd(store, 7, even, StreamEnd::kGoesOn), 16u);  // a key is near
  EXPECT_EQ(FindSliceEnd(store, 195, key, StreamEnd::kGoesOn), std::nullopt);
  EXPECT_EQ(FindSliceEnd(store, 195, key, StreamEnd::kHasEnded), 200u);
}

TEST(SliceWindowTest, ASliceIsKnownToEndWithItsLastPiece) {
  const SliceRule rule{.cut = Cut::kKey, .length_ms = 1600, .target_s = 2};
  EXPECT_EQ(FindSliceEnd(Regular(15, 16), 0, rule, StreamEnd::kGoesOn), std::nullopt);
  EXPECT_EQ(FindSliceEnd(Regular(16, 16), 0, rule, StreamEnd::kGoesOn), 16u);
}

TEST(SliceWindowTest, WhereKeysStayAwaySlicesAreCutAtTheirTarget) {
  const PieceStore store = Regular(300, 1000);
  const SliceRule rule{.cut = Cut::kKey, .length_ms = 2000, .target_s = 2};
  EXPECT_EQ(FindSliceEnd(store, 0, rule, StreamEnd::kGoesOn), 24u);
}

TEST(SliceWindowTest, TheTargetIsThatOfWholeGops) {
  EXPECT_EQ(ChooseTargetSeconds(Cut::kKey, 2000, 2000), 2);
  EXPECT_EQ(ChooseTargetSeconds(Cut::kKey, 2000, 1960), 2);
  EXPECT_EQ(ChooseTargetSeconds(Cut::kKey, 2000, 3000), 3);
  EXPECT_EQ(ChooseTargetSeconds(Cut::kKey, 2000, 1500), 3);
  EXPECT_EQ(ChooseTargetSeconds(Cut::kKey, 2000, 60'000), 2);
  EXPECT_EQ(ChooseTargetSeconds(Cut::kKey, 2000, 0), 2);
  EXPECT_EQ(ChooseTargetSeconds(Cut::kEven, 1500, 4000), 2);
  EXPECT_EQ(ChooseTargetSeconds(Cut::kEven, 500, 4000), 1);
}

// Pieces of 100 ms whose GOPs have these lengths, in pieces.
void AppendGops(const std::vector<int>& gops, PieceStore* store) {
  for (const int gop : gops) {
    for (int i = 0; i < gop; ++i) {
      Piece piece{.duration_ms = 100, .key = i == 0, .key_next = i + 1 == gop};
      piece.bytes = kBytes;
      store->Append(piece);
    }
  }
}

TEST(SliceWindowTest, GopsOfOneToTenSecondsLeaveTheTargetAsItWas) {
  std::mt19937 random(16);
  for (const Cut cut : {Cut::kKey, Cut::kEven}) {
    PieceStore store(0, {.keep_ms = 120'000});
    AppendGops({20, 20, 20, 20}, &store);
    const SliceRule rule{
        .cut = cut, .length_ms = 2'000, .target_s = ChooseTargetSeconds(cut, 2'000, 2'000)};
    SliceWindow window(store, *FindSessionStart(store, cut, DefaultStart(rule)), rule);
    RuleBook rules;  // each EXTINF, rounded, is at most the target
    for (int poll = 0; poll < 300; ++poll) {
      AppendGops({10 + static_cast<int>(random() % 91)}, &store);
      ASSERT_TRUE(window.Advance(store, StreamEnd::kGoesOn));
      rules.Check(window, store, StreamEnd::kGoesOn);
      if (HasFatalFailure()) return;
      EXPECT_EQ(window.rule().target_s, 2);
    }
    EXPECT_GT(rules.slices(), 500u);
  }
}

TEST(SliceWindowTest, ADiscontinuityIsShownOnceAndCountedWhenItHasScrolledOut) {
  PieceStore store(0, {.keep_ms = 120'000});
  AppendGops({20, 20, 20}, &store);
  const SliceRule rule{.cut = Cut::kKey, .length_ms = 2'000, .target_s = 2};
  SliceWindow window(store, 0, rule);
  ASSERT_TRUE(window.Advance(store, StreamEnd::kGoesOn));
  Piece other{.duration_ms = 100, .key = true, .discontinuity = true};
  other.bytes = kBytes;
  store.Append(other);
  uint64_t shown = 0;
  for (int poll = 0; poll < 20; ++poll) {
    AppendGops({20}, &store);
    ASSERT_TRUE(window.Advance(store, StreamEnd::kGoesOn));
    uint64_t marks = 0;
    for (const Slice& slice : window.Slices(store, StreamEnd::kGoesOn)) {
      marks += slice.discontinuity ? 1 : 0;
      EXPECT_TRUE(!slice.discontinuity || store.at(slice.first).key) << "resumes at a key";
    }
    EXPECT_EQ(marks + window.discontinuity_sequence(), 1u) << poll;
    shown += marks;
  }
  EXPECT_GT(shown, 0u);
  EXPECT_EQ(window.discontinuity_sequence(), 1u);
}

TEST(SliceWindowTest, ASessionBeginsAtTheKeyThatItsLimitsName) {
  const PieceStore store = Regular(100, 20);  // keys at ages 10, 8, 6, 4, 2 s
  EXPECT_EQ(FindSessionStart(store, Cut::kKey, {.lower_ms = 3000}), 60u);
  EXPECT_EQ(FindSessionStart(store, Cut::kKey, {.lower_ms = 99'000}), 0u);
  EXPECT_EQ(FindSessionStart(store, Cut::kKey, {.lower_ms = 0}), 80u);
  EXPECT_EQ(FindSessionStart(store, Cut::kEven, {.lower_ms = 5000, .upper_ms = 4999}), 60u);
  EXPECT_EQ(FindSessionStart(store, Cut::kEven, {.lower_ms = 1000, .upper_ms = 999}), 80u);
  EXPECT_EQ(FindSessionStart(PieceStore(0, {}), Cut::kKey, {}), std::nullopt);
}

// What docs/hls.md says of a session's first slice, and of hls_start_ms above four targets.
TEST(SliceWindowTest, TheFirstPlaylistBeginsAtAKeyAndGoesAsFarBackAsItWasAskedTo) {
  std::mt19937 random(5);
  for (uint32_t seed = 0; seed < 200; ++seed) {
    RandomStream stream(seed);
    PieceStore store(0, {.keep_ms = 300'000, .bytes_max = 1u << 30});
    for (int i = 0; i < 600; ++i) store.Append(stream.Next());
    SliceRule rule{.cut = seed % 3 == 0 ? Cut::kKey : Cut::kEven,
                   .length_ms = 500 + static_cast<int32_t>(random() % 3000)};
    rule.target_s = ChooseTargetSeconds(rule.cut, rule.length_ms, 0);
    const StartLimits limits{.lower_ms = 8'000 + static_cast<int64_t>(random() % 20'000)};
    const auto start = FindSessionStart(store, rule.cut, limits);
    SliceWindow window(store, *start, rule);
    for (size_t late = random() % 40; late > 0; --late) store.Append(stream.Next());
    RuleBook rules;
    ASSERT_TRUE(window.Advance(store, StreamEnd::kGoesOn));
    EXPECT_TRUE(store.at(window.Slices(store, StreamEnd::kGoesOn).front().first).key) << seed;
    for (int poll = 0; poll < 50; ++poll) {
      rules.Check(window, store, StreamEnd::kGoesOn);
      if (HasFatalFailure()) return;
      const std::vector<Slice> slices = window.Slices(store, StreamEnd::kGoesOn);
      int64_t span_ms = window.OpenSlice(store, slices).duration_ms;
      for (const Slice& slice : slices) span_ms += slice.duration_ms;
      EXPECT_GE(span_ms, limits.lower_ms) << seed;
      for (size_t i = random() % 20; i > 0; --i) store.Append(stream.Next());
      ASSERT_TRUE(window.Advance(store, StreamEnd::kGoesOn));
    }
    EXPECT_GT(window.media_sequence(), 0u) << seed;
  }
}

TEST(SliceWindowTest, WhoComesMuchLaterForTheFirstPlaylistBeginsAtALaterKey) {
  PieceStore store = Regular(80, 16);
  const SliceRule rule{.cut = Cut::kEven, .length_ms = 1000, .target_s = 1};
  SliceWindow window(store, 48, rule);
  AppendGops({16, 16, 16, 16, 16, 16, 16}, &store);
  ASSERT_TRUE(window.Advance(store, StreamEnd::kGoesOn));
  const std::vector<Slice> slices = window.Slices(store, StreamEnd::kGoesOn);
  EXPECT_EQ(slices.front().first, 144u);  // 4.8 s before the end
  EXPECT_EQ(window.media_sequence(), 0u);
  EXPECT_FALSE(slices.front().discontinuity);
}

TEST(SliceWindowTest, AWindowWhosePiecesAreGoneSaysSo) {
  PieceStore store(0, {.keep_ms = 1000});
  SliceWindow window(store, 0, {});
  RandomStream stream(1);
  store.Append(stream.Next());
  EXPECT_TRUE(window.Advance(store, StreamEnd::kGoesOn));
  for (int i = 0; i < 100; ++i) store.Append(stream.Next());
  EXPECT_FALSE(window.Advance(store, StreamEnd::kGoesOn));
}

TEST(PieceStoreTest, BoundsHoldAndPiecesStayThatAreStillSent) {
  PieceStore store(7, {.keep_ms = 1'000'000, .bytes_max = 100});
  Piece piece{.duration_ms = 10};
  piece.bytes = std::make_shared<const std::string>(40, 'x');
  store.Append(piece);
  const BytesRef sending = store.at(7).bytes;
  for (int i = 0; i < 50; ++i) store.Append(piece);
  EXPECT_LE(store.bytes(), 100u);
  EXPECT_EQ(store.bytes_ever(), 51u * 40);
  EXPECT_EQ(store.end_seq(), 58u);
  EXPECT_EQ(sending->size(), 40u);
}

}  // namespace
}  // namespace nearcast::hls
