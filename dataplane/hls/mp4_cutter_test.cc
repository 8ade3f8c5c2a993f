#include "dataplane/hls/mp4_cutter.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::hls {
namespace {

using media::CodedFrame;
using media::FrameKind;

constexpr int64_t kSoundMs = 23;

media::MediaConfig Tracks(bool video, bool audio) {
  media::MediaConfig config;
  if (video) config.video.emplace().record = "avcC";
  if (audio) config.audio.emplace().samples_per_frame = 1024;
  return config;
}

CodedFrame Picture(int64_t dts_ms, bool key) {
  return {.kind = FrameKind::kVideo, .key = key, .dts_ms = dts_ms, .bytes = "picture"};
}

CodedFrame Sound(int64_t dts_ms) {
  return {.kind = FrameKind::kAudio, .dts_ms = dts_ms, .bytes = "sound"};
}

// What a stream may do: keyframes at random, pictures at random distances, pauses, sound that runs
// ahead or does not exist.
struct Habits {
  bool sound = true;
  int64_t interval_ms = 40;
  bool variable_rate = false;
  int64_t gop_ms_max = 10'000;
  int64_t lead_ms = 0;   // of sound before pictures
  int64_t pause_ms = 0;  // of pictures, at most
};

class RandomFrames {
 public:
  RandomFrames(uint32_t seed, const Habits& habits) : random_(seed), habits_(habits) {}

  CodedFrame Next() {
    // A section begins with a picture.
    if (picture_ms_ > 0 && habits_.sound && sound_ms_ - habits_.lead_ms <= picture_ms_) {
      const int64_t dts_ms = sound_ms_;
      sound_ms_ += kSoundMs;
      return Sound(dts_ms);
    }
    const int64_t dts_ms = picture_ms_;
    const bool key = dts_ms >= key_ms_;
    if (key) key_ms_ = dts_ms + 200 + Draw(habits_.gop_ms_max);
    picture_ms_ += habits_.interval_ms * (habits_.variable_rate ? 1 + Draw(4) : 1);
    if (habits_.pause_ms > 0 && Draw(60) == 0) picture_ms_ += Draw(habits_.pause_ms);
    return Picture(dts_ms, key);
  }

 private:
  int64_t Draw(int64_t below) { return static_cast<int64_t>(random_()) % below; }

  std::mt19937 random_;
  const Habits habits_;
  int64_t picture_ms_ = 0;
  int64_t sound_ms_ = 0;
  int64_t key_ms_ = 0;
};

// What RFC 8216bis 4.4.4.9 and RFC 8216 4.3.3.1 demand of the pieces of one section, all of them.
void CheckPieces(const PieceStore& store, const Mp4Cuts& cuts) {
  int64_t segment_ms = 0, end_ms = -1;
  for (uint64_t seq = store.begin_seq(); seq < store.end_seq(); ++seq) {
    const Piece& piece = store.at(seq);
    ASSERT_LE(piece.duration_ms, cuts.part_ms) << "part at " << piece.start_ms;
    ASSERT_TRUE(piece.segment_end || piece.duration_ms * 100 >= cuts.part_ms * 85)
        << "part of " << piece.duration_ms << " at " << piece.start_ms;
    ASSERT_TRUE(end_ms < 0 || piece.start_ms == end_ms) << "a hole at " << end_ms;
    end_ms = piece.start_ms + piece.duration_ms;
    if (piece.segment && !piece.key) {
      ASSERT_GT(segment_ms + cuts.part_ms, cuts.target_s * 1000 + 490) << "cut without need";
    }
    segment_ms = (piece.segment ? 0 : segment_ms) + piece.duration_ms;
    ASSERT_LE(std::lround(static_cast<double>(segment_ms) / 1000.0), cuts.target_s);
    ASSERT_TRUE(seq + 1 == store.end_seq() || piece.segment_end == store.at(seq + 1).segment);
  }
}

void CheckStream(uint32_t seed, const Habits& habits, const Mp4Cuts& cuts) {
  PieceStore store(0, {.keep_ms = 10'000'000, .bytes_max = 1u << 30});
  Mp4Cutter cutter(&store, cuts);
  cutter.BeginSection(Tracks(true, habits.sound));
  RandomFrames frames(seed, habits);
  // Without sound a pause shows only when it is over.
  const int64_t silent_ms = habits.sound ? kSoundMs : habits.interval_ms * 4 + habits.pause_ms;
  int64_t newest_ms = 0, cut_ms = 0;
  while (newest_ms < 120'000) {
    const CodedFrame frame = frames.Next();
    newest_ms = std::max(newest_ms, frame.dts_ms);
    cutter.Add(frame);
    if (store.end_seq() == 0) continue;
    const Piece& last = store.at(store.end_seq() - 1);
    cut_ms = last.start_ms + last.duration_ms;
    ASSERT_LE(newest_ms - cut_ms, cuts.part_ms + PieceCutter::kPatienceMs + silent_ms)
        << "the part from " << cut_ms << " is late";
  }
  cutter.Finish();
  EXPECT_GT(store.end_seq(), 100u);
  CheckPieces(store, cuts);
}

TEST(Mp4CutterTest, PartsAndSegmentsKeepTheirTargetsWhateverTheStreamDoes) {
  for (uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    Habits habits;
    habits.sound = seed % 3 != 0;
    habits.interval_ms = 16 + static_cast<int64_t>(random() % 50);
    habits.variable_rate = seed % 2 == 0;
    habits.gop_ms_max = seed % 5 == 0 ? 1 : 10'000;
    habits.lead_ms = habits.sound ? static_cast<int64_t>(random() % 350) : 0;
    Mp4Cuts cuts;
    cuts.part_ms = PartTargetMs(200 + static_cast<int64_t>(random() % 800), habits.interval_ms);
    cuts.target_s = 2 + static_cast<int64_t>(random() % 3);
    cuts.segment_ms = 500 + static_cast<int64_t>(random() % 1500);
    // Longer silence is the feed's: another section.
    if (seed % 4 != 0)
      habits.pause_ms = habits.sound ? 3'000 : cuts.part_ms - 4 * habits.interval_ms;
    CheckStream(seed, habits, cuts);
    if (HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

// Pictures every 40 ms, then none from `from_ms` for `pause_ms`; sound goes on, or there is none.
std::vector<int32_t> PartsAcrossPause(int64_t from_ms, int64_t pause_ms, bool sound) {
  PieceStore store(0, {});
  Mp4Cutter cutter(&store, {});
  cutter.BeginSection(Tracks(true, sound));
  int64_t sound_ms = 0;
  for (int64_t dts_ms = 0; dts_ms < from_ms + pause_ms + 600; dts_ms += 40) {
    if (dts_ms < from_ms || dts_ms >= from_ms + pause_ms) cutter.Add(Picture(dts_ms, dts_ms == 0));
    for (; sound && sound_ms <= dts_ms; sound_ms += kSoundMs) cutter.Add(Sound(sound_ms));
  }
  std::vector<int32_t> parts;
  for (uint64_t seq = 0; seq < store.end_seq(); ++seq) parts.push_back(store.at(seq).duration_ms);
  return parts;
}

TEST(Mp4CutterTest, APauseOfThePicturesEndsItsPartAtTheTarget) {
  for (const bool sound : {true, false}) {
    for (int64_t from_ms = 40; from_ms < 2'000; from_ms += 40) {
      const std::vector<int32_t> parts = PartsAcrossPause(from_ms, sound ? 1'500 : 460, sound);
      EXPECT_GE(parts.size(), 2u);
      for (const int32_t part_ms : parts) {
        EXPECT_LE(part_ms, 500) << from_ms << (sound ? " with sound" : "");
        EXPECT_GE(part_ms, 425) << from_ms << (sound ? " with sound" : "");
      }
    }
  }
}

TEST(Mp4CutterTest, SoundThatRunsAheadDoesNotCutWhilePicturesCome) {
  PieceStore store(0, {});
  Mp4Cutter cutter(&store, {});
  cutter.BeginSection(Tracks(true, true));
  int64_t sound_ms = 0;
  for (int64_t dts_ms = 0; dts_ms < 10'000; dts_ms += 40) {
    for (; sound_ms <= dts_ms + 300; sound_ms += kSoundMs) cutter.Add(Sound(sound_ms));
    cutter.Add(Picture(dts_ms, dts_ms % 2'000 == 0));
  }
  for (uint64_t seq = 1; seq < store.end_seq(); ++seq) {
    EXPECT_EQ(store.at(seq).start_ms % 40, 0) << "cut by sound";
  }
}

TEST(Mp4CutterTest, SoundAloneInLargeBatchesKeepsTheTarget) {
  PieceStore store(0, {});
  const Mp4Cuts cuts;
  Mp4Cutter cutter(&store, cuts);
  cutter.BeginSection(Tracks(false, true));
  for (int64_t i = 0; i < 400; ++i) cutter.Add(Sound(i / 16 * 371));
  cutter.Finish();
  CheckPieces(store, cuts);
}

}  // namespace
}  // namespace nearcast::hls
