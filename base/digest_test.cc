// The vectors of RFC 1321 (appendix A.5) and RFC 4231 (section 4).
#include "base/digest.h"

#include "gtest/gtest.h"

namespace nearcast {
namespace {

std::string Md5(std::initializer_list<absl::string_view> parts) {
  std::string out;
  AppendMd5Hex(parts, out);
  return out;
}

std::string Hmac(absl::string_view key, std::initializer_list<absl::string_view> parts) {
  std::string out = "x";
  HmacSha256(key).AppendHex(parts, out);
  return out.substr(1);
}

TEST(DigestTest, Md5GivesThePublishedDigests) {
  EXPECT_EQ(Md5({}), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5({"abc"}), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(Md5({"message", " ", "", "digest"}), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(
      Md5({"1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"}),
      "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(DigestTest, HmacGivesThePublishedCodes) {
  EXPECT_EQ(Hmac(std::string(20, '\x0b'), {"Hi There"}),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(Hmac("Jefe", {"what do ya want ", "for nothing?"}),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hmac(std::string(20, '\xaa'), {std::string(50, '\xdd')}),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
}

TEST(DigestTest, HmacDigestsAKeyThatIsLongerThanABlock) {
  EXPECT_EQ(
      Hmac(std::string(131, '\xaa'), {"Test Using Larger Than Block-Size Key - Hash Key First"}),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(DigestTest, OneKeySignsManyTexts) {
  const HmacSha256 hmac("Jefe");
  std::string first;
  std::string second;
  hmac.AppendHex({"a"}, first);
  hmac.AppendHex({"what do ya want for nothing?"}, second);
  EXPECT_EQ(second, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace nearcast
