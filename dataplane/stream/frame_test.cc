#include "dataplane/stream/frame.h"

#include <string>
#include <vector>

#include "dataplane/stream/frame_builder.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

std::string Text(absl::string_view view) { return std::string(view.data(), view.size()); }

TEST(FrameTest, FlvFormIsTagHeaderPayloadAndPreviousTagSize) {
  const FrameRef frame = BuildFrame(FrameRole::kVideoKey, 0x01020304, "xyz");
  const std::string expected = std::string("\x09\x00\x00\x03\x02\x03\x04\x01\x00\x00\x00", 11) +
                               "xyz" + std::string("\x00\x00\x00\x0e", 4);
  EXPECT_EQ(Text(frame->flv()), expected);
  EXPECT_EQ(Text(frame->payload()), "xyz");
}

TEST(FrameTest, RtmpFormIsOneTypeZeroChunk) {
  const FrameRef frame = BuildFrame(FrameRole::kAudio, 5, "xyz");
  EXPECT_EQ(Text(frame->rtmp_header()),
            std::string("\x04\x00\x00\x05\x00\x00\x03\x08\x01\x00\x00\x00", 12));
}

TEST(FrameTest, RtmpTimestampIsExtendedFrom0xFFFFFF) {
  EXPECT_EQ(BuildFrame(FrameRole::kAudio, 0xFFFFFE, "x")->rtmp_header().size(), 12u);
  const FrameRef frame = BuildFrame(FrameRole::kAudio, 0xFFFFFF, "x");
  EXPECT_EQ(Text(frame->rtmp_header()),
            std::string("\x04\xff\xff\xff\x00\x00\x01\x08\x01\x00\x00\x00\x00\xff\xff\xff", 16));
}

TEST(FrameTest, StreamTimeBeyond32BitsWrapsOnTheWireOnly) {
  const FrameRef frame = BuildFrame(FrameRole::kAudio, (int64_t{1} << 32) + 7, "x");
  EXPECT_EQ(frame->dts_ms(), (int64_t{1} << 32) + 7);
  EXPECT_EQ(Text(frame->rtmp_header()).substr(1, 3), std::string("\x00\x00\x07", 3));
}

TEST(FrameTest, ARawFrameIsItsBytes) {
  const FrameRef frame = Frame::MakeRaw("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(Text(frame->flv()), "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(Text(frame->payload()), Text(frame->flv()));
  EXPECT_TRUE(frame->rtmp_header().empty());
}

TEST(FrameTest, ReferencesShareOneBuffer) {
  FrameRef first = Key(0);
  std::vector<FrameRef> copies(10, first);
  const char* bytes = first->flv().data();
  first = FrameRef();
  EXPECT_FALSE(first);
  for (const FrameRef& copy : copies) EXPECT_EQ(copy->flv().data(), bytes);
}

}  // namespace
}  // namespace nearcast::stream
