#include "client/httpdns.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "base/fake_clock.h"
#include "client/fake_network.h"

namespace nearcast::client {
namespace {

constexpr int64_t kNow_s = 1700000000;

absl::StatusOr<HttpReply> AnswerA(const std::string&) {
  return HttpReply{.status = 200, .body = R"({"host":"a","ips":["192.0.2.1"],"ttl":60})"};
}

absl::StatusOr<HttpReply> Refuse(int status, const std::string& code, const std::string& date) {
  return HttpReply{
      .status = status, .date = date, .body = absl::StrCat(R"({"code":")", code, "\"}")};
}

class HttpdnsTest : public testing::Test {
 protected:
  // The first address, or the status code.
  std::string Ask(Httpdns& httpdns) {
    const std::vector<std::string> names = {"a"};
    const auto answers = httpdns.Ask(names);
    if (!answers.ok()) return absl::StatusCodeToString(answers.status().code());
    return answers->at(0).addresses.empty() ? "empty" : answers->at(0).addresses[0];
  }

  std::string Urls() { return absl::StrJoin(network.urls(), " "); }

  FakeClock clock{absl::FromUnixSeconds(kNow_s)};
  FakeNetwork network{AnswerA};
};

TEST_F(HttpdnsTest, GivesOneAnswerForEachNameInTheOrderAsked) {
  Httpdns httpdns({.servers = {"http://s1"}}, &clock, &network);
  network.SetAnswer([](const std::string&) {
    return HttpReply{.status = 200,
                     .body = R"({"dns":[{"host":"c","ips":["192.0.2.3"],"type":1,"ttl":7},)"
                             R"({"host":"a","ips":["192.0.2.1"],"type":1,"ttl":9},)"
                             R"({"host":"other","ips":["192.0.2.9"],"type":1,"ttl":9}]})"};
  });
  const std::vector<std::string> names = {"a", "b", "c"};
  const auto answers = httpdns.Ask(names).value();
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].addresses, std::vector<std::string>{"192.0.2.1"});
  EXPECT_TRUE(answers[1].addresses.empty());
  EXPECT_EQ(answers[2].ttl, absl::Seconds(7));
  EXPECT_EQ(Urls(), "http://s1/resolve?host=a,b,c");
}

TEST_F(HttpdnsTest, MovesToTheNextServerOnceAndStaysThere) {
  Httpdns httpdns({.servers = {"http://s1", "http://s2"}}, &clock, &network);
  network.SetAnswer([](const std::string& url) {
    return absl::StartsWith(url, "http://s1") ? FakeNetwork::Down(url) : AnswerA(url);
  });
  EXPECT_EQ(Ask(httpdns), "192.0.2.1");
  EXPECT_EQ(Ask(httpdns), "192.0.2.1");
  EXPECT_EQ(Urls(), "http://s1/d?host=a http://s2/d?host=a http://s2/d?host=a");
  httpdns.Restart();
  EXPECT_EQ(network.forgotten(), 1);
  EXPECT_EQ(Ask(httpdns), "192.0.2.1");
  EXPECT_EQ(network.urls().size(), 5u);
}

TEST_F(HttpdnsTest, TriesTwiceAndNoMore) {
  Httpdns httpdns({.servers = {"http://s1", "http://s2", "http://s3"}}, &clock, &network);
  network.SetAnswer(FakeNetwork::Down);
  EXPECT_EQ(Ask(httpdns), "UNAVAILABLE");
  EXPECT_EQ(Urls(), "http://s1/d?host=a http://s2/d?host=a");
  EXPECT_EQ(Ask(httpdns), "UNAVAILABLE");
  EXPECT_EQ(network.urls()[2], "http://s3/d?host=a");
}

TEST_F(HttpdnsTest, AnUnreadableAnswerCountsAsAFailure) {
  Httpdns httpdns({.servers = {"http://s1"}}, &clock, &network);
  network.SetAnswer([](const std::string&) {
    return HttpReply{.status = 200, .body = "<html>Please log in to the hotel</html>"};
  });
  EXPECT_EQ(Ask(httpdns), "DATA_LOSS");
  EXPECT_EQ(httpdns.counts().failed, 2u);
}

TEST_F(HttpdnsTest, DoesNotRepeatWhatNoServerWillAnswer) {
  Httpdns httpdns({.servers = {"http://s1", "http://s2"}}, &clock, &network);
  network.SetAnswer([](const std::string&) { return Refuse(403, "InvalidAccount", ""); });
  EXPECT_EQ(Ask(httpdns), "FAILED_PRECONDITION");
  EXPECT_EQ(network.urls().size(), 1u);
  network.SetAnswer([](const std::string&) { return Refuse(403, "ServiceLevelDeny", ""); });
  EXPECT_EQ(Ask(httpdns), "UNAVAILABLE");
  EXPECT_EQ(network.urls().size(), 3u);
  const HttpdnsCounts counts = httpdns.counts();
  EXPECT_EQ(counts.requests, counts.answered + counts.refused + counts.failed);
  EXPECT_EQ(counts.refused, 3u);
}

// A device an hour behind: the first signature has expired; its refusal's Date mends the second.
TEST_F(HttpdnsTest, CorrectsItsClockByTheDateHeaderAndAsksAgain) {
  FakeClock behind(absl::FromUnixSeconds(784111777) - absl::Hours(1));
  Httpdns httpdns({.servers = {"http://s1", "http://s2"}, .account = {"7", "secret"}}, &behind,
                  &network);
  const std::string good =
      absl::StrCat("t=", 784111777 + 300, "&s=", SignHosts("a", "secret", 784111777 + 300));
  network.SetAnswer([good](const std::string& url) {
    return absl::StrContains(url, good)
               ? AnswerA(url)
               : Refuse(403, "SignatureExpired", "Sun, 06 Nov 1994 08:49:37 GMT");
  });
  EXPECT_EQ(Ask(httpdns), "192.0.2.1");
  EXPECT_EQ(network.urls()[1], "http://s1/7/sign_d?host=a&" + good);
}

}  // namespace
}  // namespace nearcast::client
