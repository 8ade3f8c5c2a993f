#include "signing/sign_text.h"

#include "gtest/gtest.h"

namespace nearcast {
namespace {

const UrlParts kUrl = {.host = "a.example", .path = "/live/s1.flv", .app = "live", .stream = "s1"};

TEST(SignTextTest, ReplacesEveryName) {
  std::string text;
  AppendSignText(SplitSignText("{host}|{path}|{app}|{stream}|{time}|{key}|x"), kUrl, "17", "secret",
                 text);
  EXPECT_EQ(text, "a.example|/live/s1.flv|live|s1|17|secret|x");
}

TEST(SignTextTest, DefaultsAreValid) {
  for (const SignMethod method : {SignMethod::kHmacSha256, SignMethod::kMd5}) {
    EXPECT_TRUE(ValidateSignText(DefaultSignText(method), method).ok());
  }
}

TEST(SignTextTest, RefusesTextsThatProtectNothing) {
  const auto why = [](absl::string_view text, SignMethod method) {
    return std::string(ValidateSignText(text, method).message());
  };
  EXPECT_EQ(why("{path}{time}", SignMethod::kMd5),
            "\"{path}{time}\" has no {key}; whoever sees a URL could sign others");
  EXPECT_EQ(why("{key}{path}{time}", SignMethod::kHmacSha256),
            "\"{key}{path}{time}\" has {key}, which HMAC_SHA256 takes apart from the text");
  EXPECT_EQ(
      why("{app}{time}", SignMethod::kHmacSha256),
      "\"{app}{time}\" has neither {path} nor {stream}; one signature would open every stream");
  EXPECT_EQ(why("{path}", SignMethod::kHmacSha256),
            "\"{path}\" has no {time}; a URL would never expire");
  EXPECT_EQ(why("{paht}{time}", SignMethod::kHmacSha256),
            "has the unknown name {paht}; known are {host}, {path}, {app}, {stream}, {time} and "
            "{key}");
}

}  // namespace
}  // namespace nearcast
