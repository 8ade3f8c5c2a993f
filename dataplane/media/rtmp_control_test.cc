#include "dataplane/media/rtmp_control.h"

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

TEST(RtmpControlTest, WritesTheBytesOfTheSpecification) {
  const auto hex = [](const RtmpMessage& message) {
    EXPECT_EQ(message.header.chunk_stream_id, 2u);
    EXPECT_EQ(message.header.message_stream_id, 0u);
    return absl::BytesToHexString(message.payload);
  };
  EXPECT_EQ(hex(BuildControl(RtmpType::kSetChunkSize, 60000)), "0000ea60");
  EXPECT_EQ(hex(BuildSetPeerBandwidth(2500000, BandwidthLimit::kDynamic)), "002625a002");
  EXPECT_EQ(hex(BuildUserControl({.event = UserControlEvent::kStreamBegin, .value = 1})),
            "000000000001");
  EXPECT_EQ(
      hex(BuildUserControl(
          {.event = UserControlEvent::kSetBufferLength, .value = 1, .buffer_length_ms = 1000})),
      "000300000001000003e8");
}

TEST(RtmpControlTest, ReadsWhatItWrote) {
  const UserControl control{
      .event = UserControlEvent::kSetBufferLength, .value = 7, .buffer_length_ms = 3000};
  const auto read = ParseUserControl(BuildUserControl(control).payload);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->event, control.event);
  EXPECT_EQ(read->value, 7u);
  EXPECT_EQ(read->buffer_length_ms, 3000u);
  EXPECT_EQ(*ParseControl(BuildControl(RtmpType::kAbort, 0xFFFFFFFF).payload), 0xFFFFFFFF);
}

TEST(RtmpControlTest, RefusesShortPayloads) {
  EXPECT_FALSE(ParseControl("abc").ok());
  for (const char* hex : {"", "00", "0000000000", "000300000001000003"}) {
    EXPECT_FALSE(ParseUserControl(absl::HexStringToBytes(hex)).ok()) << hex;
  }
}

}  // namespace
}  // namespace nearcast::media
