// The vectors that vendors publish, where they do; the documents' addresses stand in the methods'
// headers. Where they do not, digests that openssl(1) gave.
#include "signing/url_signer.h"

#include "gtest/gtest.h"
#include "signing/time_text.h"

namespace nearcast {
namespace {

Signing Method(SignMethod method, const std::string& key) {
  Signing signing;
  signing.method = method;
  signing.key = key;
  return signing;
}

struct Target {
  std::string url;
  std::string app;
  std::string stream;
};

std::string Sign(const Signing& signing, const Target& target, int64_t expiry_s) {
  std::string url = target.url;
  const size_t path_at = url.find('/', url.find("://") + 3);
  UrlSigner(signing).Sign(path_at, target.app, target.stream, expiry_s, url);
  return url;
}

TEST(UrlSignerTest, TencentSignsAsPublished) {
  EXPECT_EQ(Sign(Method(SignMethod::kTencent, "e12c46f2612d5106e2034781ab261ca3"),
                 {"rtmp://livepush.tcloud.com/live/test", "live", "test"}, 0x5C271099),
            "rtmp://livepush.tcloud.com/live/test?txSecret=f85a2ab363fe4deaffef9754d79da6fe&"
            "txTime=5C271099");
}

TEST(UrlSignerTest, AlibabaASignsAsPublished) {
  EXPECT_EQ(Sign(Method(SignMethod::kAlibabaA, "aliyuncdnexp1234"),
                 {"http://cdn.example.com/video/standard/1K.html", "video", ""}, 1444435200),
            "http://cdn.example.com/video/standard/1K.html?auth_key=1444435200-0-0-"
            "80cd3862d699b7118eed99103f2a3a4f");
}

TEST(UrlSignerTest, AlibabaBSignsAsPublished) {
  // 2015-08-15 08:00 in UTC+8.
  EXPECT_EQ(Sign(Method(SignMethod::kAlibabaB, "aliyuncdnexp1234"),
                 {"http://cdn.example.com/4/44/44c0909bcfc20a01afaf256ca99a8b8b.mp3", "4", ""},
                 1439596800),
            "http://cdn.example.com/201508150800/9044548ef1527deadafa49a890a377f0/4/44/"
            "44c0909bcfc20a01afaf256ca99a8b8b.mp3");
}

TEST(UrlSignerTest, AlibabaBNeverEndsBeforeTheExpiry) {
  const Signing signing = Method(SignMethod::kAlibabaB, "aliyuncdnexp1234");
  const Target target = {"http://cdn.example.com/a.flv?x=1", "", ""};
  EXPECT_EQ(Sign(signing, target, 1439596801).substr(0, 36),
            "http://cdn.example.com/201508150801/");
  EXPECT_EQ(Sign(signing, target, 1439596741).substr(0, 36),
            "http://cdn.example.com/201508150800/");
}

TEST(UrlSignerTest, AlibabaCSignsAsPublished) {
  EXPECT_EQ(Sign(Method(SignMethod::kAlibabaC, "aliyuncdnexp1234"),
                 {"http://cdn.example.com/test.flv", "", "test"}, 0x55CE8100),
            "http://cdn.example.com/test.flv?KEY1=a37fa50a5fb8f71214b1e7c95ec7a1bd&KEY2=55CE8100");
}

TEST(UrlSignerTest, VolcengineSignsAsPublished) {
  EXPECT_EQ(Sign(Method(SignMethod::kVolcengine, "A1B2C3d4e5f6"),
                 {"rtmp://push.example.com/live/livestream", "live", "livestream"}, 1653632422),
            "rtmp://push.example.com/live/livestream?volcTime=1653632422&"
            "volcSecret=e5bb77201cbaa2f9ccdd316fcda4c212");
}

TEST(UrlSignerTest, HuaweiSignsStreamAndTime) {
  EXPECT_EQ(Sign(Method(SignMethod::kHuawei, "0123456789abcdef0123456789abcdef"),
                 {"https://pull.example/live/s1_hd.flv", "live", "s1_hd"}, 1790000000),
            "https://pull.example/live/s1_hd.flv?hwSecret="
            "ae6a0482d43519d54ffcb7b013bcd9d26317b0554ba1d01d2c1648e81009820c&hwTime=6ab13b80");
}

TEST(UrlSignerTest, HmacSignsPathAndTimeUnlessToldOtherwise) {
  Signing signing = Method(SignMethod::kHmacSha256, "secret-of-relays");
  const Target target = {"http://192.0.2.1:8088/live/s1_hd.flv?gop_cache_ms=1800", "live", "s1_hd"};
  EXPECT_EQ(Sign(signing, target, 1790000000),
            "http://192.0.2.1:8088/live/s1_hd.flv?gop_cache_ms=1800&sign="
            "ef09703393add9c73c2deb6f7f174e464bceda3e4f6e7d5fd1cc61b7a47ee7b8&expire=1790000000");
  signing.key = "0123456789abcdef0123456789abcdef";
  signing.text = "{stream}{time}";
  signing.hex_time = true;
  signing.secret_parameter = "s";
  signing.time_parameter = "t";
  EXPECT_EQ(Sign(signing, target, 1790000000),
            "http://192.0.2.1:8088/live/s1_hd.flv?gop_cache_ms=1800&s="
            "ae6a0482d43519d54ffcb7b013bcd9d26317b0554ba1d01d2c1648e81009820c&t=6ab13b80");
}

TEST(UrlSignerTest, Md5SignsKeyPathAndTimeUnlessToldOtherwise) {
  Signing signing = Method(SignMethod::kMd5, "K");
  const Target target = {"http://a.example/live/s1_hd.flv", "live", "s1_hd"};
  EXPECT_EQ(Sign(signing, target, 1790000000),
            "http://a.example/live/s1_hd.flv?sign=f73374586af1cf571bec3e2bd06fa12d&"
            "expire=1790000000");
  signing.text = "{path}-{time}-0-0-{key}";
  signing.key = "aliyuncdnexp1234";
  EXPECT_EQ(Sign(signing, {"http://a.example/video/standard/1K.html", "", ""}, 1444435200),
            "http://a.example/video/standard/1K.html?sign=80cd3862d699b7118eed99103f2a3a4f&"
            "expire=1444435200");
}

TEST(UrlSignerTest, TheBackupKeySignsWhenItIsInUse) {
  Signing signing = Method(SignMethod::kTencent, "old");
  signing.backup_key = "new";
  const Target target = {"rtmp://a/live/s", "live", "s"};
  const std::string by_old = Sign(signing, target, 1);
  signing.use_backup_key = true;
  EXPECT_EQ(Sign(signing, target, 1), Sign(Method(SignMethod::kTencent, "new"), target, 1));
  EXPECT_NE(Sign(signing, target, 1), by_old);
}

TEST(UrlSignerTest, ParametersCanBeNamedAsAtTheVendor) {
  Signing signing = Method(SignMethod::kVolcengine, "A1B2C3d4e5f6");
  signing.secret_parameter = "sign";
  signing.time_parameter = "expire";
  EXPECT_EQ(Sign(signing, {"rtmp://a/live/livestream", "live", "livestream"}, 1653632422),
            "rtmp://a/live/livestream?expire=1653632422&sign=e5bb77201cbaa2f9ccdd316fcda4c212");
}

TEST(UrlSignerTest, WithoutAMethodTheUrlStaysAsItIs) {
  EXPECT_FALSE(UrlSigner().signs());
  EXPECT_EQ(Sign(Signing(), {"http://a/live/s.flv", "live", "s"}, 1), "http://a/live/s.flv");
}

TEST(TimeTextTest, WritesEachForm) {
  EXPECT_EQ(DecimalTime(0).text(), "0");
  EXPECT_EQ(DecimalTime(1653632422).text(), "1653632422");
  EXPECT_EQ(HexTime(1790000000, Letters::kLower).text(), "6ab13b80");
  EXPECT_EQ(HexTime(1790000000, Letters::kUpper).text(), "6AB13B80");
  EXPECT_EQ(BeijingMinute(1439596800).text(), "201508150800");
  EXPECT_EQ(BeijingMinute(1767196799).text(), "202512312359");
  EXPECT_EQ(BeijingMinute(1767196800).text(), "202601010000");
}

}  // namespace
}  // namespace nearcast
