#include "dataplane/ingest/media_intake.h"

#include <string>

#include "dataplane/media/metadata.h"
#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::ingest {
namespace {

using media::FrameKind;
using stream::FrameRole;

// H.264 tag bodies: frame type and codec, AVC packet type, composition time, one NAL unit with a
// 4-byte length.
std::string Avc(char type_and_codec, char nal_header) {
  return std::string({type_and_codec, 1, 0, 0, 0, 0, 0, 0, 2, nal_header, '\x88'});
}
std::string ShownLater(std::string body, uint8_t composition_ms) {
  body[4] = static_cast<char>(composition_ms);
  return body;
}
const std::string kIdr = Avc(0x17, 0x65);
const std::string kFlaggedOnly = Avc(0x17, 0x41);
const std::string kInter = Avc(0x27, 0x41);
const std::string kUnreferred = Avc(0x27, 0x01);

class MediaIntakeTest : public testing::Test {
 protected:
  MediaIntakeTest() : intake_(hub_.Publish("live/a", {}, 0).value()) {}

  void Take(FrameKind kind, uint32_t dts_ms, const std::string& payload) {
    ASSERT_TRUE(intake_.Take(kind, dts_ms, payload, 0).ok());
  }

  std::vector<FrameRole> Roles() {
    stream::FrameRing ring(intake_.publication().stream()->bounds());
    intake_.publication().stream()->SyncReplica(&ring);
    std::vector<FrameRole> roles;
    for (uint64_t seq = ring.begin_seq(); seq < ring.end_seq(); ++seq) {
      roles.push_back(ring.at(seq).role());
    }
    return roles;
  }

  stream::Hub hub_{stream::HubOptions{}};
  MediaIntake intake_;
};

TEST_F(MediaIntakeTest, SortsFramesByTheirRole) {
  Take(FrameKind::kVideo, 0, kIdr);
  Take(FrameKind::kVideo, 40, kInter);
  Take(FrameKind::kVideo, 80, kUnreferred);
  Take(FrameKind::kAudio, 80, std::string("\xAF\x00\x12\x10", 4));
  Take(FrameKind::kAudio, 80, std::string("\xAF\x01\x21", 3));
  EXPECT_EQ(Roles(), (std::vector<FrameRole>{FrameRole::kVideoKey, FrameRole::kVideoInter,
                                             FrameRole::kVideoDisposable, FrameRole::kAudioHeader,
                                             FrameRole::kAudio}));
}

TEST_F(MediaIntakeTest, AFlaggedPictureCountsOnlyWhereNoIdrComes) {
  Take(FrameKind::kVideo, 0, kIdr);
  Take(FrameKind::kVideo, 2000, kFlaggedOnly);
  Take(FrameKind::kVideo, 12'000, kFlaggedOnly);
  EXPECT_EQ(Roles(), (std::vector<FrameRole>{FrameRole::kVideoKey, FrameRole::kVideoInter,
                                             FrameRole::kVideoKey}));
}

TEST_F(MediaIntakeTest, PicturesShownBeforeAnOpenGopsStartLeadIt) {
  Take(FrameKind::kVideo, 0, ShownLater(kIdr, 80));
  Take(FrameKind::kVideo, 40, kInter);  // after an IDR nothing leads
  Take(FrameKind::kVideo, 12'000, ShownLater(kFlaggedOnly, 120));
  Take(FrameKind::kVideo, 12'040, ShownLater(kUnreferred, 0));
  Take(FrameKind::kVideo, 12'080, ShownLater(kInter, 0));
  Take(FrameKind::kVideo, 12'120, ShownLater(kInter, 120));
  Take(FrameKind::kVideo, 12'160, kUnreferred);
  EXPECT_EQ(Roles(), (std::vector<FrameRole>{FrameRole::kVideoKey, FrameRole::kVideoInter,
                                             FrameRole::kVideoKey, FrameRole::kVideoLeading,
                                             FrameRole::kVideoLeading, FrameRole::kVideoInter,
                                             FrameRole::kVideoDisposable}));
}

TEST_F(MediaIntakeTest, KeepsMetadataAndDescribesTheStream) {
  media::Metadata metadata;
  metadata.width_px = 854;
  metadata.height_px = 480;
  Take(FrameKind::kScript, 0, media::EncodeMetadata(metadata));
  Take(FrameKind::kAudio, 0, std::string("\xAF\x00\x12\x10", 4));
  const stream::StreamStatus status = intake_.publication().stream()->Status(0);
  EXPECT_EQ(status.media.width, 854u);
  EXPECT_EQ(status.media.audio_codec, "aac");
  EXPECT_EQ(Roles()[0], FrameRole::kScript);
}

TEST_F(MediaIntakeTest, MalformedFramesAreCountedAndLeftOut) {
  Take(FrameKind::kVideo, 0, "");
  Take(FrameKind::kVideo, 0, "\x17");
  EXPECT_EQ(intake_.malformed(), 2u);
  EXPECT_TRUE(Roles().empty());
}

}  // namespace
}  // namespace nearcast::ingest
