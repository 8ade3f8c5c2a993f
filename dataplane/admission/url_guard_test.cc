#include "dataplane/admission/url_guard.h"

#include "base/fake_clock.h"
#include "gtest/gtest.h"

namespace nearcast::admission {
namespace {

UrlKeys Keys() {
  UrlKeys keys;
  keys.push = {.method = SignMethod::kTencent, .key = "push-key"};
  keys.pull = {.method = SignMethod::kHmacSha256, .key = "pull-key", .validity_s = 600};
  return keys;
}

// What a door makes of a URL.
Attempt AttemptOf(const std::string& url) {
  const size_t path = url.find('/', 7);
  const size_t mark = url.find('?');
  Attempt attempt;
  attempt.host = url.substr(7, path - 7);
  attempt.path = url.substr(path, mark - path);
  attempt.stream = attempt.path.substr(1, attempt.path.find('.') - 1);
  if (mark != std::string::npos) attempt.query = url.substr(mark + 1);
  return attempt;
}

TEST(UrlGuard, TakesWhatANodeWithTheSameKeysSignsUntilItExpires) {
  FakeClock clock(absl::FromUnixSeconds(1'790'000'000));
  UrlGuard guard(&clock);
  const std::string url = "http://127.0.0.11:8088/live/show.flv";
  EXPECT_EQ(guard.SignPull(url), url);
  EXPECT_TRUE(guard.CheckPull(AttemptOf(url)).ok());
  guard.SetKeys(Keys());
  const std::string signed_url = guard.SignPull(url);
  EXPECT_NE(signed_url, url);
  EXPECT_TRUE(guard.CheckPull(AttemptOf(signed_url)).ok());
  clock.Advance(absl::Minutes(21));
  EXPECT_EQ(guard.CheckPull(AttemptOf(signed_url)).code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(guard.counts().expired, 1);
}

TEST(UrlGuard, TheAddressToConnectToStaysBehindTheSignature) {
  FakeClock clock(absl::FromUnixSeconds(1'790'000'000));
  UrlGuard guard(&clock);
  const std::string url = "http://pull.example/live/show.flv";
  EXPECT_EQ(guard.SignPull(url + "#203.0.113.5"), url + "#203.0.113.5");
  guard.SetKeys(Keys());
  EXPECT_EQ(guard.SignPull(url + "#203.0.113.5"), guard.SignPull(url) + "#203.0.113.5");
}

TEST(UrlGuard, CountsEachFaultByItsKind) {
  FakeClock clock(absl::FromUnixSeconds(1'790'000'000));
  UrlGuard guard(&clock);
  guard.SetKeys(Keys());
  Attempt attempt = AttemptOf(guard.SignPull("http://127.0.0.11/live/show.flv"));
  attempt.path = "/live/other.flv";
  EXPECT_FALSE(guard.CheckPull(attempt).ok());
  attempt.query = "";
  EXPECT_FALSE(guard.CheckPull(attempt).ok());
  EXPECT_FALSE(guard.CheckPush(attempt).ok());
  EXPECT_EQ(guard.counts().wrong, 1);
  EXPECT_EQ(guard.counts().missing, 2);
}

TEST(UrlGuard, PlayAndPushHaveKeysOfTheirOwn) {
  FakeClock clock(absl::FromUnixSeconds(1'790'000'000));
  UrlGuard guard(&clock);
  UrlKeys keys = Keys();
  keys.push = keys.pull;
  keys.push.key = "another";
  guard.SetKeys(keys);
  const Attempt attempt = AttemptOf(guard.SignPull("http://127.0.0.11/live/show.flv"));
  EXPECT_TRUE(guard.CheckPull(attempt).ok());
  EXPECT_FALSE(guard.CheckPush(attempt).ok());
}

}  // namespace
}  // namespace nearcast::admission
