#include "dataplane/admission/url_keys.h"

#include "gtest/gtest.h"

namespace nearcast::admission {
namespace {

TEST(UrlKeys, AFileSaysForPushAndPullWhatACdnWould) {
  const auto keys = ParseUrlKeys(
      "push: {method: TENCENT, key: one}\n"
      "pull:\n  method: hmac_sha256\n  key: two\n  backup_key: three\n  text: \"{path}|{time}\"\n",
      "keys.yaml");
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->push.method, SignMethod::kTencent);
  EXPECT_EQ(keys->push.key, "one");
  EXPECT_EQ(keys->pull.method, SignMethod::kHmacSha256);
  EXPECT_EQ(keys->pull.backup_key, "three");
  EXPECT_EQ(keys->pull.text, "{path}|{time}");
}

TEST(UrlKeys, AnEmptyFileChecksNothing) {
  const auto keys = ParseUrlKeys("", "keys.yaml");
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->push.method, SignMethod::kNone);
}

TEST(UrlKeys, EveryMistakeIsToldAtOnceWithItsPlace) {
  const auto keys = ParseUrlKeys(
      "push: {method: TENCENT}\n"
      "pull: {method: MD5, key: two, text: \"{path}{time}\"}\n",
      "keys.yaml");
  ASSERT_FALSE(keys.ok());
  const std::string said(keys.status().message().data(), keys.status().message().size());
  EXPECT_NE(said.find("keys.yaml:1:1: keys.push.key is empty"), std::string::npos) << said;
  EXPECT_NE(said.find("keys.yaml:2:"), std::string::npos) << said;
  EXPECT_NE(said.find("{key}"), std::string::npos) << said;
}

TEST(UrlKeys, AnUnknownFieldAndAFileThatIsNotThereAreErrors) {
  EXPECT_FALSE(ParseUrlKeys("pul: {method: MD5}", "keys.yaml").ok());
  EXPECT_FALSE(ReadUrlKeys("no/such/file").ok());
}

}  // namespace
}  // namespace nearcast::admission
