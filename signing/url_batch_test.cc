#include "signing/url_batch.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast {
namespace {

constexpr int64_t kExpiry = 1'790'003'600;

// The URLs of an answer, each signed when it is appended: by `sign`.
template <typename Sign>
std::string WriteAll(Sign sign) {
  std::string text = "{\"flv\":\"";
  for (int i = 0; i < 29; ++i) {
    absl::StrAppend(&text, "\",\"", i, "\":\"https://pull.example:8088");
    const size_t path_at = text.size();
    const std::string stream = absl::StrCat("s", i % 3 == 0 ? std::string(i * 12, 'x') : "1_hd");
    absl::StrAppend(&text, "/live/", stream, i % 2 == 0 ? ".flv" : ".m3u8?only_audio=1");
    sign(path_at, stream, text);
  }
  return text;
}

TEST(UrlBatchTest, SignsAsTheSignerDoes) {
  for (const SignMethod method :
       {SignMethod::kNone, SignMethod::kTencent, SignMethod::kAlibabaA, SignMethod::kAlibabaB,
        SignMethod::kAlibabaC, SignMethod::kVolcengine, SignMethod::kHuawei,
        SignMethod::kHmacSha256, SignMethod::kMd5}) {
    for (const bool hex : {false, true}) {
      Signing signing;
      signing.method = method;
      signing.key = "0123456789abcdef";
      signing.hex_time = hex;
      if (hex && method == SignMethod::kMd5) signing.text = "{host}{key}{path}{app}{time}";
      if (hex && method == SignMethod::kHmacSha256) signing.text = "{stream}-{time}-";
      const UrlSigner signer(signing);
      const std::string expected =
          WriteAll([&](size_t path_at, const std::string& stream, std::string& text) {
            signer.Sign(path_at, "live", stream, kExpiry, text);
          });
      UrlBatch batch(signer, kExpiry);
      for (int again = 0; again < 2; ++again) {
        std::string text =
            WriteAll([&](size_t path_at, const std::string& stream, std::string& signed_text) {
              batch.Sign(path_at, "live", stream, signed_text);
            });
        batch.Finish();
        EXPECT_EQ(text, expected) << static_cast<int>(method) << hex;
      }
    }
  }
}

TEST(UrlBatchTest, UrlsMayStandInSeveralTexts) {
  Signing signing;
  signing.method = SignMethod::kTencent;
  signing.key = "0123456789abcdef";
  const UrlSigner signer(signing);
  UrlBatch batch(signer, kExpiry);
  std::string flv, rtmp;
  for (const absl::string_view stream : {"s1", "s1_hd"}) {
    for (std::string* const text : {&flv, &rtmp}) {
      const size_t path_at = text->size() + 22;
      absl::StrAppend(text, "https://pull.example:1/live/", stream);
      batch.Sign(path_at, "live", stream, *text);
    }
  }
  batch.Finish();
  std::string expected;
  for (const absl::string_view stream : {"s1", "s1_hd"}) {
    const size_t path_at = expected.size() + 22;
    absl::StrAppend(&expected, "https://pull.example:1/live/", stream);
    signer.Sign(path_at, "live", stream, kExpiry, expected);
  }
  EXPECT_EQ(flv, expected);
  EXPECT_EQ(rtmp, expected);
}

}  // namespace
}  // namespace nearcast
