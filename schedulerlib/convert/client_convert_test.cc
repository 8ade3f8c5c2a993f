#include "schedulerlib/convert/client_convert.h"

#include "google/protobuf/text_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(ClientConvertTest, SettingsComeBackAsTheyWent) {
  v1::ClientPolicy policy;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(
      match { oses: "android 1*" } priority: 7
      encoder {
        video { codec: H265 acceleration: HARDWARE } profile: "main" width: 720 height: 1280 fps: 25
        bitrate_bps: 1200000 bitrate_min_bps: 400000 bitrate_max_bps: 2000000 gop_ms: 2000
        audio_bitrate_bps: 64000 audio_first: true parameters { key: "beauty" value: "off" }
      }
      decoder {
        video { codec: H265 acceleration: HARDWARE } video { codec: H264 acceleration: SOFTWARE }
        start_buffer_ms: 400 tier_max: "hd" parameters { key: "sharpen" value: "0" }
      })",
                                                            &policy));
  const ClientPolicy model = ClientPolicyOf("phones", policy);
  EXPECT_EQ(model.name, "phones");
  EXPECT_EQ(model.match.oses, std::vector<std::string>{"android 1*"});
  EXPECT_EQ(model.priority, 7u);
  EXPECT_EQ(model.decoder.video[1], (ClientCodec{ClientCodecName::kH264, Acceleration::kSoftware}));
  using google::protobuf::util::MessageDifferencer;
  EXPECT_TRUE(MessageDifferencer::Equals(ToProto(model.encoder), policy.encoder()));
  EXPECT_TRUE(MessageDifferencer::Equals(ToProto(model.decoder), policy.decoder()));
}

TEST(ClientConvertTest, WhatIsNotSetIsNotSent) {
  EXPECT_EQ(ToProto(EncoderSettings()).ByteSizeLong(), 0u);
  EXPECT_EQ(ToProto(DecoderSettings()).ByteSizeLong(), 0u);
}

}  // namespace
}  // namespace nearcast::scheduler
