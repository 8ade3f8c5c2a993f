#include "dataplane/srt/message_order.h"

#include "gtest/gtest.h"

namespace nearcast::srt {
namespace {

TEST(MessageOrderTest, WhatIsWrittenIsReadInOrder) {
  MessageWriter writer;
  MessageReader reader;
  for (const std::string& piece : {std::string("a"), std::string(kPieceBytesMax, 'b')}) {
    const std::string message = writer.Write(piece);
    EXPECT_LE(message.size(), kMessageBytesMax);
    EXPECT_EQ(reader.Read(message).value(), piece);
  }
}

TEST(MessageOrderTest, AMessageThatIsMissingIsNoticed) {
  MessageWriter writer;
  MessageReader reader;
  EXPECT_TRUE(reader.Read(writer.Write("a")).ok());
  writer.Write("lost");
  EXPECT_EQ(reader.Read(writer.Write("c")).status().code(), absl::StatusCode::kDataLoss);
}

TEST(MessageOrderTest, WhatIsNoMessageIsRefused) {
  MessageReader reader;
  EXPECT_EQ(reader.Read("").status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(reader.Read(absl::string_view("\0\0\0\0", 4)).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace nearcast::srt
