// Streams as no standard wants them and publishers send them, from the publisher's bytes to what a
// viewer is handed. Where such streams were met: docs/relay.md, "Strange streams".
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "dataplane/ingest/media_intake.h"
#include "dataplane/stream/cursor.h"
#include "dataplane/stream/gop_start.h"
#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::ingest {
namespace {

using media::FrameKind;
using stream::FrameRole;

constexpr int64_t kHourMs = 3'600'000;

// H.264 tag bodies: frame type and codec, packet type, composition time, one NAL unit.
std::string Avc(char type_and_codec, char nal_header, int composition_ms = 0,
                size_t slice_bytes = 40) {
  std::string body = {type_and_codec, 1, static_cast<char>(composition_ms >> 16),
                      static_cast<char>(composition_ms >> 8), static_cast<char>(composition_ms)};
  const size_t nal_bytes = slice_bytes + 1;
  body += {0, 0, static_cast<char>(nal_bytes >> 8), static_cast<char>(nal_bytes), nal_header};
  return body + std::string(slice_bytes, '\x88');
}
std::string Idr() { return Avc(0x17, 0x65); }
std::string FlaggedOnly() { return Avc(0x17, 0x41); }
std::string Inter() { return Avc(0x27, 0x41); }
std::string AvcHeader(char marker) {
  return std::string("\x17\0\0\0\0\x01\x64\0\x1f\xff\xe1\0\x01", 13) + marker +
         std::string("\x01\0\x01h", 4);
}
const std::string kAacHeader("\xAF\x00\x12\x10", 4);
const std::string kAac("\xAF\x01\x21\x10\x04", 5);

class StrangeStreamsTest : public testing::Test {
 protected:
  StrangeStreamsTest() { Publish(); }

  void Publish() {
    intake_ = std::make_unique<MediaIntake>(hub_.Publish("live/a", {}, now_ms_).value());
    replica_ = std::make_unique<stream::FrameRing>(ring_bounds_);
  }

  void Video(int64_t dts_ms, const std::string& body) {
    ASSERT_TRUE(intake_->Take(FrameKind::kVideo, static_cast<uint32_t>(dts_ms), body, dts_ms).ok());
  }
  void Audio(int64_t dts_ms, const std::string& body) {
    ASSERT_TRUE(intake_->Take(FrameKind::kAudio, static_cast<uint32_t>(dts_ms), body, dts_ms).ok());
  }

  const stream::FrameRing& Ring() {
    intake_->publication().stream()->SyncReplica(replica_.get());
    return *replica_;
  }

  // What a viewer that joins now is handed at once.
  std::vector<const stream::Frame*> Joining(const stream::StartRequest& request = {}) {
    const stream::FrameRing& ring = Ring();
    stream::Cursor cursor = stream::Cursor::At(stream::FindStart(ring, request), request.wanted);
    std::vector<const stream::Frame*> frames(20'000);
    frames.resize(cursor.Collect(ring, {frames.size(), SIZE_MAX}, absl::MakeSpan(frames)));
    return frames;
  }

  std::vector<int64_t> Times(stream::Track track) {
    std::vector<int64_t> times;
    const stream::FrameRing& ring = Ring();
    for (uint64_t seq = ring.begin_seq(); seq < ring.end_seq(); ++seq) {
      if (ring.at(seq).track() == track) times.push_back(ring.at(seq).dts_ms());
    }
    return times;
  }

  const stream::RingBounds ring_bounds_{.frames_max = 2000, .bytes_max = 1u << 20};
  int64_t now_ms_ = 0;
  stream::Hub hub_{stream::HubOptions{.ring = ring_bounds_}};
  std::unique_ptr<MediaIntake> intake_;
  std::unique_ptr<stream::FrameRing> replica_;
};

const stream::Frame* FirstPicture(const std::vector<const stream::Frame*>& frames) {
  for (const stream::Frame* frame : frames) {
    if (frame->track() == stream::Track::kVideo && !stream::IsHeader(frame->role())) return frame;
  }
  return nullptr;
}

TEST_F(StrangeStreamsTest, OneKeyframeAndThenNoneForAnHour) {
  Video(0, AvcHeader('A'));
  Video(0, Idr());
  for (int64_t t = 40; t < kHourMs; t += 40) {
    Video(t, Inter());
    if (t % 60'000 != 0) continue;
    const stream::StreamStatus status = intake_->publication().stream()->Status(t);
    ASSERT_LE(status.cached_bytes, ring_bounds_.bytes_max);
    ASSERT_LE(Ring().end_seq() - Ring().begin_seq(), ring_bounds_.frames_max);
    const stream::Frame* first = FirstPicture(Joining());
    ASSERT_TRUE(first == nullptr || first->role() == FrameRole::kVideoKey);
  }
}

TEST_F(StrangeStreamsTest, NoKeyframeAtAll) {
  Video(0, AvcHeader('A'));
  for (int64_t t = 0; t < 120'000; t += 40) {
    Video(t, Inter());
    Audio(t, kAac);
  }
  EXPECT_EQ(FirstPicture(Joining()), nullptr);
  EXPECT_TRUE(stream::FindStart(Ring(), {}).waits_for_key);
}

TEST_F(StrangeStreamsTest, AGopLongerThanTheCacheGivesNoHeadWithAHole) {
  Video(0, AvcHeader('A'));
  Video(0, Idr());
  for (int64_t t = 40; t < 3000 * 40; t += 40) Video(t, Inter());
  EXPECT_EQ(FirstPicture(Joining({.gop_cache_ms = 60'000})), nullptr);
  Video(3000 * 40, Idr());
  Video(3001 * 40, Inter());
  const auto frames = Joining({.gop_cache_ms = 60'000});
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0]->role(), FrameRole::kVideoKey);
}

TEST_F(StrangeStreamsTest, SoundAloneForHoursStaysFlatAndStartsWithinTheLimit) {
  Audio(0, kAacHeader);
  size_t bytes_max = 0;
  for (int64_t t = 0; t < 3 * kHourMs; t += 23) {
    Audio(t, kAac);
    bytes_max = std::max(bytes_max, intake_->publication().stream()->Status(t).cached_bytes);
  }
  EXPECT_LT(bytes_max, 32u << 10);
  const auto frames = Joining({.gop_cache_ms = 1000});
  ASSERT_FALSE(frames.empty());
  EXPECT_LE(Ring().newest_dts_ms() - frames[0]->dts_ms(), 1000);
  ASSERT_TRUE(stream::FindStart(Ring(), {}).headers->audio);
  EXPECT_EQ(stream::FindStart(Ring(), {}).headers->audio->payload(), kAacHeader);
}

TEST_F(StrangeStreamsTest, APauseOfThePictureIsNotTheEndOfIt) {
  Video(0, AvcHeader('A'));
  Audio(0, kAacHeader);
  for (int64_t t = 0; t < 4000; t += 40) Video(t, t % 2000 == 0 ? Idr() : Inter());
  for (int64_t t = 0; t < 24'000; t += 23) Audio(t, kAac);
  EXPECT_EQ(intake_->publication().stream()->Status(0).cached_keyframes, 2u);
  const stream::Frame* first = FirstPicture(Joining());
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->role(), FrameRole::kVideoKey);
}

TEST_F(StrangeStreamsTest, KeyframesWithoutIdrServeWhereNothingBetterComes) {
  Video(0, AvcHeader('A'));
  Video(0, Idr());
  for (int64_t t = 40; t < 30'000; t += 40) Video(t, t % 2000 == 0 ? FlaggedOnly() : Inter());
  const stream::Frame* first = FirstPicture(Joining({.gop_cache_ms = 1800}));
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->dts_ms() % 2000, 0);
  EXPECT_GE(first->dts_ms(), 10'000);
}

TEST_F(StrangeStreamsTest, ParameterSetsInThePicturesAreLeftWhereTheyAre) {
  std::string body("\x17\x01\0\0\0", 5);
  body += std::string("\0\0\0\x02\x67\x42", 6) + std::string("\0\0\0\x02\x68\xCE", 6) +
          std::string("\0\0\0\x02\x65\x88", 6);
  Video(0, AvcHeader('A'));
  Video(0, body);
  ASSERT_EQ(FirstPicture(Joining())->payload(), body);
  EXPECT_EQ(FirstPicture(Joining())->role(), FrameRole::kVideoKey);
}

TEST_F(StrangeStreamsTest, WhoJoinsBetweenANewHeaderAndItsKeyframeGetsTheOldOneFirst) {
  Video(0, AvcHeader('A'));
  Video(0, Idr());
  Video(40, Inter());
  Video(80, AvcHeader('B'));
  EXPECT_EQ(stream::FindStart(Ring(), {}).headers->video->payload(), AvcHeader('A'));
  Video(120, Idr());
  const auto frames = Joining({.gop_cache_ms = 500});
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[2]->payload(), AvcHeader('B'));
  EXPECT_EQ(frames[3]->role(), FrameRole::kVideoKey);
  EXPECT_EQ(stream::FindStart(Ring(), {}).headers->video->payload(), AvcHeader('B'));
}

TEST_F(StrangeStreamsTest, TheSameHeaderAtEachKeyframeChangesNothing) {
  for (int64_t t = 0; t < 20'000; t += 40) {
    if (t % 1000 == 0) {
      Video(t, AvcHeader('A'));
      Audio(t, kAacHeader);
    }
    Video(t, t % 2000 == 0 ? Idr() : Inter());
    Audio(t, kAac);
  }
  EXPECT_EQ(Ring().headers()->generation, 2u);
  EXPECT_EQ(Ring().end_seq(), 2u + 2 * 500);
}

TEST_F(StrangeStreamsTest, AnOffsetOfSoundAndPictureStaysForAnHour) {
  Video(0, AvcHeader('A'));
  for (int64_t t = 0; t < kHourMs; t += 40) {
    Video(t, t % 2000 == 0 ? Idr() : Inter());
    Audio(t + 800, kAac);
  }
  EXPECT_EQ(Times(stream::Track::kAudio).back() - Times(stream::Track::kVideo).back(), 800);
  EXPECT_EQ(Times(stream::Track::kVideo).back(), kHourMs - 40);
}

TEST_F(StrangeStreamsTest, SoundSixteenFramesAtATimeKeepsItsTimesAndThoseOfThePicture) {
  Video(0, AvcHeader('a'));
  Audio(0, kAacHeader);
  for (int64_t ms = 0, sounds = 0; ms < 60'000; ms += 40) {
    Video(ms, ms % 2'000 == 0 ? Idr() : Inter());
    // A gateway from MPEG-TS: sixteen sounds of 21.3 ms when the last of them is over.
    for (; (sounds / 16 + 1) * 16 * 64 / 3 <= ms; ++sounds) Audio(sounds * 64 / 3, kAac);
  }
  std::vector<int64_t> sounds;
  std::vector<int64_t> pictures;
  for (const stream::Frame* frame : Joining({.gop_cache_ms = 8'000})) {
    if (frame->role() == FrameRole::kAudio) sounds.push_back(frame->dts_ms());
    if (frame->track() == stream::Track::kVideo) pictures.push_back(frame->dts_ms());
  }
  ASSERT_GT(sounds.size(), 300u);
  for (size_t i = 1; i < sounds.size(); ++i) {
    EXPECT_NEAR(sounds[i] - sounds[i - 1], 21, 1);
  }
  for (size_t i = 1; i < pictures.size(); ++i) EXPECT_EQ(pictures[i] - pictures[i - 1], 40);
  EXPECT_EQ(intake_->publication().stream()->Status(60'000).clock_jumps, 0u);
}

TEST_F(StrangeStreamsTest, TimesThatStandJumpOrRunBackStayMonotonic) {
  Video(0, AvcHeader('A'));
  std::vector<int64_t> given;
  for (int i = 0; i < 100; ++i) given.push_back(0);                    // a burst of zeroes
  for (int i = 0; i < 100; ++i) given.push_back(i * 40);               // then it runs
  for (int i = 0; i < 100; ++i) given.push_back(90'000'000 + i * 40);  // forward by a day
  for (int i = 0; i < 100; ++i) given.push_back(500 + i * 40);         // back to the start
  for (int i = 0; i < 100; ++i) given.push_back(4500 - i * 7);         // slowly backwards
  for (size_t i = 0; i < given.size(); ++i) {
    Video(given[i], i % 50 == 0 ? Idr() : Inter());
    Audio(given[i], kAac);
  }
  for (const stream::Track track : {stream::Track::kVideo, stream::Track::kAudio}) {
    const std::vector<int64_t> times = Times(track);
    EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
    EXPECT_LT(times.back(), 60'000) << "the jumps are closed up";
  }
}

TEST_F(StrangeStreamsTest, StreamTimeGoesOnPast31And32Bits) {
  Video(0, AvcHeader('A'));
  constexpr int64_t kDaysMs = 60LL * 24 * kHourMs;  // both are passed: 24.8 and 49.7 days
  int64_t last_ms = -1;
  for (int64_t t = 0; t < kDaysMs; t += 4000) {
    Video(t, Idr());
    const int64_t dts_ms = intake_->publication().stream()->Status(t).frames == 0 ? 0 : t;
    ASSERT_GT(dts_ms, last_ms);
    last_ms = dts_ms;
  }
  const auto frames = Joining();
  EXPECT_EQ(frames.back()->dts_ms(), kDaysMs - 4000);
  const auto low = static_cast<uint32_t>(frames.back()->dts_ms());
  EXPECT_EQ(static_cast<uint8_t>(frames.back()->flv()[7]), low >> 24);
}

TEST_F(StrangeStreamsTest, NegativeCompositionTimesGoOutAsTheyCame) {
  Video(0, AvcHeader('A'));
  Video(0, Idr());
  const std::string body = Avc(0x27, 0x41, -40);
  Video(40, body);
  EXPECT_EQ(Joining().back()->payload(), body);
}

TEST_F(StrangeStreamsTest, SoundBeforeItsConfigurationAndMetadataThatNeverComes) {
  Audio(0, kAac);
  Audio(23, kAacHeader);
  Video(40, AvcHeader('A'));
  Video(40, Idr());
  Audio(46, kAac);
  const stream::StartPoint start = stream::FindStart(Ring(), {});
  EXPECT_TRUE(start.headers->audio);
  EXPECT_FALSE(start.headers->metadata);
  EXPECT_EQ(Joining().size(), 2u);
}

TEST_F(StrangeStreamsTest, OpusMp3AndHevcByFourCcKeepTheirHeadersAndNames) {
  const auto hex = [](std::initializer_list<int> bytes) {
    return std::string(bytes.begin(), bytes.end());
  };
  Audio(0, hex({0x90, 'O', 'p', 'u', 's', 'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, 2}));
  Audio(20, hex({0x91, 'O', 'p', 'u', 's', 0xFC, 0}));
  Video(0, hex({0x90, 'h', 'v', 'c', '1', 1, 1}));
  Video(20, hex({0x91, 'h', 'v', 'c', '1', 0, 0, 0, 0, 0, 0, 3, 0x26, 1, 0x88}));
  stream::StreamStatus status = intake_->publication().stream()->Status(0);
  EXPECT_EQ(status.media.audio_codec, "opus");
  EXPECT_EQ(status.media.video_codec, "h265");
  EXPECT_EQ(FirstPicture(Joining())->role(), FrameRole::kVideoKey);
  EXPECT_TRUE(Ring().headers()->audio);
  EXPECT_TRUE(Ring().headers()->video);
  Audio(40, hex({0x2F, 0xFF, 0xFB, 0x90, 0x64}));  // MP3 has no header of its own
  EXPECT_EQ(Ring().at(Ring().end_seq() - 1).role(), FrameRole::kAudio);
}

}  // namespace
}  // namespace nearcast::ingest
