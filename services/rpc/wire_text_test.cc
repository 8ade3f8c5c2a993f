#include "services/rpc/wire_text.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nearcast/v1/scheduler.pb.h"

namespace nearcast::rpc {
namespace {

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(buffer.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& slice : slices) absl::StrAppend(&bytes, TextOf(slice));
  return bytes;
}

TEST(WireTextTest, OwnAndSharedTextsComeInTheOrderInWhichTheyWereWritten) {
  const grpc::Slice shared = SliceOf(std::string(30, 's'));
  WireText wire;
  wire.Share(shared);
  wire.own().append("a");
  wire.own().append("b");
  wire.Share(shared);
  wire.Share(shared);
  wire.own().append("c");
  EXPECT_EQ(BytesOf(wire.Take()),
            absl::StrCat(TextOf(shared), "ab", TextOf(shared), TextOf(shared), "c"));
  EXPECT_EQ(BytesOf(WireText().Take()), "");
}

TEST(WireTextTest, WritesWhatTheMessageItselfWrites) {
  for (const size_t size : {0, 1, 100, 127, 128, 16383, 16384, 40000}) {
    v1::PlayInfo info;
    info.set_stream_url(std::string(size, 'u'));
    info.set_default_tier("hd");
    std::string text;
    AppendText(v1::PlayInfo::kStreamUrlFieldNumber, info.stream_url(), text);
    AppendText(v1::PlayInfo::kDefaultTierFieldNumber, "hd", text);
    EXPECT_EQ(text, info.SerializeAsString());
    EXPECT_EQ(text.size(), TextSize(v1::PlayInfo::kStreamUrlFieldNumber, info.stream_url()) + 4);
  }
}

TEST(WireTextTest, ASharedTextLivesAsLongAsAnAnswerHasIt) {
  grpc::ByteBuffer buffer;
  {
    WireText wire;
    wire.Share(SliceOf(std::string(1000, 'x')));
    buffer = wire.Take();
  }
  EXPECT_EQ(BytesOf(buffer), std::string(1000, 'x'));
}

}  // namespace
}  // namespace nearcast::rpc
