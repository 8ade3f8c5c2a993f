#include "dataplane/media/bit_reader.h"

#include <string>

#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

TEST(BitReaderTest, ReadsAcrossBytes) {
  BitReader reader("\x12\x34\x56\x78\x9A");
  EXPECT_EQ(reader.Bits(4), 0x1u);
  EXPECT_EQ(reader.Bits(12), 0x234u);
  EXPECT_EQ(reader.Bits(0), 0u);
  EXPECT_EQ(reader.Bits(24), 0x56789Au);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.Bits(1), 0u);
  EXPECT_FALSE(reader.ok());
}

TEST(BitReaderTest, ReadsGolombCodesOfTheStandardsTable) {
  // H.264 table 9-2: 1, 010, 011, 00100, 00101 are 0 to 4; the same codes signed are 0, 1, -1, 2,
  // -2.
  const std::string codes("\xA6\x42\x80", 3);  // 1 010 011 00100 00101 0000000
  BitReader unsigned_reader(codes);
  for (uint32_t i = 0; i < 5; ++i) EXPECT_EQ(unsigned_reader.UnsignedGolomb(), i);
  BitReader signed_reader(codes);
  for (const int value : {0, 1, -1, 2, -2}) EXPECT_EQ(signed_reader.SignedGolomb(), value);
  EXPECT_TRUE(signed_reader.ok());
}

TEST(BitReaderTest, RefusesEndlessGolombCodes) {
  const std::string zeros(100, '\0');
  BitReader reader(zeros);
  EXPECT_EQ(reader.UnsignedGolomb(), 0u);
  EXPECT_FALSE(reader.ok());
  BitReader cut(absl::string_view("\x01", 1));
  cut.UnsignedGolomb();
  EXPECT_FALSE(cut.ok());
}

TEST(BitReaderTest, GivesBytesUpToTheEnd) {
  BitReader reader("abcdef");
  EXPECT_EQ(reader.Bytes(2), "ab");
  reader.Skip(8);
  EXPECT_EQ(reader.Rest(), "def");
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.Bytes(1), "");
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace nearcast::media
