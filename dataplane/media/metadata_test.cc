#include "dataplane/media/metadata.h"

#include "dataplane/media/amf0.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

TEST(MetadataTest, ReadsWhatItWrote) {
  Metadata metadata;
  metadata.width_px = 1280;
  metadata.height_px = 720;
  metadata.framerate = 29.97;
  metadata.video_kbps = 2500;
  metadata.video_codec_id = 7;
  metadata.audio_kbps = 128;
  metadata.audio_sample_hz = 44100;
  metadata.audio_channels = 2;
  metadata.audio_codec_id = 10;
  metadata.encoder = "test";
  const std::string payload = EncodeMetadata(metadata);
  EXPECT_TRUE(IsOnMetaData(payload));
  const auto read = ParseMetadata(payload);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->width_px, 1280);
  EXPECT_EQ(read->framerate, 29.97);
  EXPECT_EQ(read->audio_codec_id, 10);
  EXPECT_EQ(read->encoder, "test");
  EXPECT_EQ(EncodeMetadata(*read), payload);
}

TEST(MetadataTest, TakesTheSetDataFrameWrapperOff) {
  const std::string payload = EncodeMetadata({});
  std::string wrapped;
  AppendAmf0("@setDataFrame", &wrapped);
  wrapped += payload;
  EXPECT_EQ(StripSetDataFrame(wrapped), payload);
  EXPECT_EQ(StripSetDataFrame(payload), payload);
  EXPECT_TRUE(IsOnMetaData(wrapped));
  EXPECT_TRUE(ParseMetadata(wrapped).ok());
}

TEST(MetadataTest, IgnoresFieldsOfAnotherType) {
  std::string payload;
  AppendAmf0("onMetaData", &payload);
  AppendAmf0(Amf0Object{{{"width", "wide"}, {"height", 480}, {"encoder", 1}}}, &payload);
  const auto read = ParseMetadata(payload);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->width_px, std::nullopt);
  EXPECT_EQ(read->height_px, 480);
  EXPECT_EQ(read->encoder, "");
}

TEST(MetadataTest, RefusesOtherScripts) {
  std::string payload;
  AppendAmf0("onTextData", &payload);
  EXPECT_FALSE(ParseMetadata(payload).ok());
  EXPECT_FALSE(IsOnMetaData(""));
  EXPECT_FALSE(ParseMetadata("").ok());
}

}  // namespace
}  // namespace nearcast::media
