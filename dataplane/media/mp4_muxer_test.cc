#include "dataplane/media/mp4_muxer.h"

#include <map>
#include <string>
#include <vector>

#include "dataplane/media/big_endian.h"
#include "dataplane/media/mp4_init.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

// Boxes by path, "moof/traf/trun", with what each holds.
using Boxes = std::multimap<std::string, std::string>;

void ReadBoxes(absl::string_view bytes, const std::string& path, Boxes* boxes) {
  while (bytes.size() >= 8) {
    const size_t size = LoadBigEndian(bytes, 0, 4);
    ASSERT_GE(size, 8u);
    ASSERT_LE(size, bytes.size()) << path;
    const std::string name = path + std::string(bytes.substr(4, 4));
    const absl::string_view body = bytes.substr(8, size - 8);
    boxes->emplace(name, std::string(body));
    for (const char* parent : {"moof", "traf", "moov", "trak", "mdia", "minf", "stbl", "mvex"}) {
      if (bytes.substr(4, 4) == parent) ReadBoxes(body, name + "/", boxes);
    }
    bytes.remove_prefix(size);
  }
  ASSERT_TRUE(bytes.empty());
}

MediaConfig AvcAndAac() {
  MediaConfig config;
  config.video.emplace();
  config.video->record = "avcC";
  config.video->width_px = 640;
  config.video->height_px = 360;
  config.audio.emplace();
  config.audio->record = "\x12\x10";
  config.audio->sample_hz = 44100;
  config.audio->samples_per_frame = 1024;
  return config;
}

TEST(Mp4MuxerTest, AFragmentHasOneMoofWithARunForEachTrack) {
  Mp4Muxer muxer;
  muxer.BeginSection(AvcAndAac());
  for (int i = 0; i < 3; ++i) {
    muxer.Add({FrameKind::kVideo, i == 0, i * 40, 40, "picture"});
    muxer.Add({FrameKind::kAudio, false, i * 40, 0, "sound"});
  }
  std::string bytes;
  muxer.EndPiece(120, &bytes);
  Boxes boxes;
  ReadBoxes(bytes, "", &boxes);
  EXPECT_EQ(boxes.count("moof"), 1u);
  EXPECT_EQ(boxes.count("mdat"), 1u);
  ASSERT_EQ(boxes.count("moof/traf/trun"), 2u);
  const std::string& video = boxes.find("moof/traf/trun")->second;
  EXPECT_EQ(LoadBigEndian(video, 4, 4), 3u);
  const size_t data_at = LoadBigEndian(video, 8, 4);
  EXPECT_EQ(bytes.substr(data_at, 21), "picturepicturepicture");
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(LoadBigEndian(video, 12 + 16 * i, 4), 40u * 90);       // duration
    EXPECT_EQ(LoadBigEndian(video, 12 + 16 * i + 12, 4), 40u * 90);  // composition
  }
  const std::string& audio = std::next(boxes.find("moof/traf/trun"))->second;
  EXPECT_EQ(bytes.substr(LoadBigEndian(audio, 8, 4)), "soundsoundsound");
}

TEST(Mp4MuxerTest, FragmentsJoinWithoutAGap) {
  Mp4Muxer muxer;
  muxer.BeginSection(AvcAndAac());
  uint64_t expected_video = 0, expected_audio = 0;
  int64_t samples = 0;
  for (int part = 0; part < 50; ++part) {
    for (int i = 0; i < 10; ++i) {
      muxer.Add({FrameKind::kVideo, false, (part * 10 + i) * 33, 0, "p"});
    }
    for (; samples * 1000 / 44100 < (part + 1) * 330; samples += 1024) {
      muxer.Add({FrameKind::kAudio, false, samples * 1000 / 44100, 0, "s"});
    }
    std::string bytes;
    muxer.EndPiece((part + 1) * 330, &bytes);
    Boxes boxes;
    ReadBoxes(bytes, "", &boxes);
    auto time = boxes.find("moof/traf/tfdt");
    auto run = boxes.find("moof/traf/trun");
    for (uint64_t* expected : {&expected_video, &expected_audio}) {
      ASSERT_EQ(LoadBigEndian(time->second, 4, 8), *expected) << part;
      const size_t count = LoadBigEndian(run->second, 4, 4);
      for (size_t i = 0; i < count; ++i) *expected += LoadBigEndian(run->second, 12 + 16 * i, 4);
      ++time;
      ++run;
    }
  }
}

TEST(Mp4MuxerTest, NothingAddedIsNoFragment) {
  Mp4Muxer muxer;
  muxer.BeginSection(AvcAndAac());
  muxer.Add({FrameKind::kVideo, true, 0, 0, ""});
  std::string bytes;
  muxer.EndPiece(-1, &bytes);
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(muxer.left_out(), 1u);
}

TEST(Mp4InitTest, BoxesAreWellFormedForEachSetOfTracks) {
  for (const bool video : {false, true}) {
    for (const Codec sound : {Codec::kAac, Codec::kMp3, Codec::kOpus}) {
      MediaConfig config = AvcAndAac();
      if (!video) config.video.reset();
      config.audio->codec = sound;
      Boxes boxes;
      ReadBoxes(BuildMp4Init(config), "", &boxes);
      EXPECT_EQ(boxes.count("moov/trak"), video ? 2u : 1u);
      EXPECT_EQ(boxes.count("moov/mvex/trex"), video ? 2u : 1u);
      EXPECT_EQ(boxes.count("moov/trak/mdia/minf/stbl/stsd"), video ? 2u : 1u);
    }
  }
}

}  // namespace
}  // namespace nearcast::media
