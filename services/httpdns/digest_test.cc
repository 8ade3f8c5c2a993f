#include "services/httpdns/digest.h"

#include <gtest/gtest.h>

namespace nearcast::httpdns {
namespace {

// The vectors that vendors publish, each recomputed.
TEST(DigestTest, SignsAsTheVendorsDocumentsDo) {
  // Alibaba, /ss: nonce, secret, time.
  EXPECT_EQ(Md5Hex({"abcdef2345", "-", "123456", "-", "1632912372"}),
            "de7be63a9f19cf11e9d455d7d4f23cb4");
  // Baidu: names, secret, time.
  EXPECT_EQ(Md5Hex({"www.baidu.com-1234567890-1513602734"}), "9d4eac35c33b8fa1610476ff1532643d");
  // Volcengine: the values in order, those that are absent empty.
  EXPECT_EQ(Md5Hex({"__1023_1566808387000_QlgAuFMwNUwN_www.a.com,www.b.com"}),
            "4b00a808d49a334991b7e50d324a9287");
}

TEST(DigestTest, AgreesWithRfc4231) {
  EXPECT_EQ(HmacSha256Hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(DigestTest, ReadsAndWritesHex) {
  EXPECT_EQ(EncodeHex("\x01\xab"), "01ab");
  EXPECT_EQ(DecodeHex("01aB"), "\x01\xab");
  EXPECT_EQ(DecodeHex(""), "");
  EXPECT_EQ(DecodeHex("1"), std::nullopt);
  EXPECT_EQ(DecodeHex("0g"), std::nullopt);
}

TEST(DigestTest, ComparesSecrets) {
  EXPECT_TRUE(SameSecret("abc", "abc"));
  EXPECT_TRUE(SameSecret("", ""));
  EXPECT_FALSE(SameSecret("abc", "abd"));
  EXPECT_FALSE(SameSecret("abc", "ab"));
}

}  // namespace
}  // namespace nearcast::httpdns
