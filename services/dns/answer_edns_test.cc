// The options of the OPT record, and rate limits: what Answer does with them.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/dns/answer.h"
#include "services/dns/cookie.h"
#include "services/dns/decoded_message.h"
#include "services/dns/message.h"
#include "services/dns/query_text.h"
#include "services/dns/rate_limiter.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

// RFC 9018, Appendix A.1 and A.2.
constexpr char kSecret[] = "e5e973e5a6b2a43f48e7dc849e37bfcf";
constexpr char kClientCookie[] = "2464c4abcf10c957";
constexpr char kCookie[] = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
constexpr uint32_t kMadeS = 1559731985;

class AnswerEdnsTest : public testing::Test {
 protected:
  std::string Ask(const std::string& text, Transport transport = Transport::kUdp) {
    const std::vector<uint8_t> packet = BuildQuery(text);
    const Request request = {.packet = packet,
                             .source = *ipdb::ParseIpAddress("198.51.100.100"),
                             .transport = transport,
                             .now_s = now_s_,
                             .options = &options_,
                             .limiter = limiter_.get()};
    bytes_ = Answer(*snapshot_, request, out_, counters_);
    return MessageText(std::span<const uint8_t>(out_).first(bytes_));
  }

  std::shared_ptr<const scheduler::Snapshot> snapshot_ = BuildSampleSnapshot();
  AnswerOptions options_;
  uint32_t now_s_ = kMadeS;
  std::unique_ptr<RateLimiter> limiter_;
  std::vector<uint8_t> out_ = std::vector<uint8_t>(kTcpBytesMax);
  size_t bytes_ = 0;
  Counters counters_;
};

TEST_F(AnswerEdnsTest, GivesTheReasonOfARefusal) {
  EXPECT_EQ(Ask("other.example A +edns"), "REFUSED; other.example. A; -; -; -; edns 1232 ede 20");
  EXPECT_EQ(Ask("live.example AXFR +edns"),
            "REFUSED; live.example. AXFR; -; -; -; edns 1232 ede 21");
  EXPECT_EQ(Ask("live.example SOA CH +edns"),
            "REFUSED; live.example. SOA; -; -; -; edns 1232 ede 21");
  EXPECT_EQ(Ask("other.example A"), "REFUSED; other.example. A; -; -; -");
  snapshot_ = std::make_shared<const scheduler::Snapshot>();
  EXPECT_EQ(Ask("live.example A +edns"), "REFUSED; live.example. A; -; -; -; edns 1232 ede 14");
}

TEST_F(AnswerEdnsTest, SaysWhyANameHasNoAddress) {
  auto snapshot = std::make_shared<scheduler::Snapshot>(*snapshot_);
  for (scheduler::CompiledName& name : snapshot->names) {
    auto empty = std::make_shared<scheduler::SteeringMap>(*name.steering);
    for (scheduler::NameAnswer& answer : empty->answers) answer = {};
    name.steering = empty;
  }
  snapshot_ = snapshot;
  EXPECT_EQ(Ask("pull.live.example A +edns"),
            "NOERROR aa; pull.live.example. A; -; live.example. 900 SOA; -; edns 1232 ede 0 no "
            "node stands");
}

TEST_F(AnswerEdnsTest, TellsItsIdentityToWhomAsks) {
  EXPECT_EQ(Ask("ns1.live.example A +option=3:"),
            "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232");
  options_.nsid = "pek1.example";
  EXPECT_EQ(Ask("ns1.live.example A +option=3:"),
            "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232 nsid "
            "pek1.example");
  EXPECT_EQ(Ask("ns1.live.example A +edns"),
            "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232");
  EXPECT_EQ(Ask("other.example A +option=3:"),
            "REFUSED; other.example. A; -; -; -; edns 1232 nsid pek1.example ede 20");
}

TEST_F(AnswerEdnsTest, HandsOutCookiesAndTakesThemBack) {
  options_.cookies = CookieSecrets{.current = *ParseCookieSecret(kSecret), .old = {}, .next = {}};
  const std::string answer = "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232";
  const std::string asked = "ns1.live.example A +option=10:";
  EXPECT_EQ(Ask("ns1.live.example A +edns"), answer);
  EXPECT_EQ(Ask(absl::StrCat(asked, kClientCookie)), absl::StrCat(answer, " cookie ", kCookie));
  EXPECT_EQ(Ask(absl::StrCat(asked, kCookie)), absl::StrCat(answer, " cookie ", kCookie));
  now_s_ = 1559734385;  // 40 minutes later
  EXPECT_EQ(Ask(absl::StrCat(asked, kCookie)),
            absl::StrCat(answer, " cookie 2464c4abcf10c957010000005cf7a871d4a564a1442aca77"));
  // RFC 7873 §5.2: the first counts.
  now_s_ = kMadeS;
  EXPECT_EQ(Ask(absl::StrCat(asked, kCookie, " +option=10:0102030405060708")),
            absl::StrCat(answer, " cookie ", kCookie));
  EXPECT_EQ(counters_.cookie.Get(), 4u);
  EXPECT_EQ(counters_.good_cookie.Get(), 3u);
}

TEST_F(AnswerEdnsTest, CookiesHaveALengthOfTheirOwn) {
  for (const size_t bytes : {0, 1, 7, 9, 15, 41, 64}) {
    EXPECT_EQ(Ask(absl::StrCat("live.example SOA +option=10:", std::string(2 * bytes, '0'))),
              "FORMERR; live.example. SOA; -; -; -; edns 1232")
        << bytes;
  }
  for (const size_t bytes : {8, 16, 23, 40}) {
    EXPECT_EQ(Ask(absl::StrCat("live.example SOA +option=10:", std::string(2 * bytes, '0'))),
              "NOERROR aa; live.example. SOA; @ 3600 SOA; -; -; edns 1232")
        << bytes;
  }
}

TEST_F(AnswerEdnsTest, ACookieMayComeAlone) {
  const std::string alone = "live.example SOA +noquestion +option=10:";
  EXPECT_EQ(Ask(absl::StrCat(alone, kClientCookie)), "FORMERR; -; -; -; -; edns 1232");
  options_.cookies = CookieSecrets{.current = *ParseCookieSecret(kSecret), .old = {}, .next = {}};
  const std::string cookie = absl::StrCat("; -; -; -; -; edns 1232 cookie ", kCookie);
  EXPECT_EQ(Ask(absl::StrCat(alone, kClientCookie)), absl::StrCat("NOERROR", cookie));
  EXPECT_EQ(Ask(absl::StrCat(alone, kCookie)), absl::StrCat("NOERROR", cookie));
  EXPECT_EQ(Ask(absl::StrCat(alone, kClientCookie, "0000000000000000")),
            absl::StrCat("BADCOOKIE", cookie));
  EXPECT_EQ(Ask("live.example SOA +noquestion +edns"), "FORMERR; -; -; -; -; edns 1232");
  EXPECT_EQ(Ask("live.example SOA +noquestion"), "FORMERR; -; -; -; -");
  EXPECT_EQ(counters_.OutcomeSum(), 6u);
}

TEST_F(AnswerEdnsTest, DemandsAGoodCookieUnderAttackOverUdp) {
  options_.cookies = CookieSecrets{.current = *ParseCookieSecret(kSecret), .old = {}, .next = {}};
  options_.cookie_demand = CookieDemand::kWhoSendsCookies;
  const std::string asked = "ns1.live.example A +option=10:";
  const std::string refusal =
      absl::StrCat("BADCOOKIE; ns1.live.example. A; -; -; -; edns 1232 cookie ", kCookie);
  EXPECT_EQ(Ask(absl::StrCat(asked, kClientCookie)), refusal);
  EXPECT_EQ(Ask(absl::StrCat(asked, kClientCookie, "0000000000000000")), refusal);
  for (const std::string& text :
       {absl::StrCat(asked, kCookie), std::string("ns1.live.example A")}) {
    EXPECT_EQ(Ask(text).substr(0, 7), "NOERROR") << text;
  }
  EXPECT_EQ(Ask(absl::StrCat(asked, kClientCookie), Transport::kTcp).substr(0, 7), "NOERROR");
  EXPECT_EQ(counters_.bad_cookie.Get(), 2u);
}

TEST_F(AnswerEdnsTest, PadsOnEncryptedTransportsOnly) {
  const std::string asked = "ns1.live.example A +option=12:0000";
  EXPECT_EQ(Ask(asked, Transport::kTcp),
            "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -; edns 1232");
  for (const Transport transport : {Transport::kTls, Transport::kHttps}) {
    for (const char* text :
         {"ns1.live.example A +option=12:", "many.live.example TXT +option=12:00",
          "other.example A +option=12:00", "live.example A +opcode=4 +option=12:"}) {
      const std::string reply = Ask(text, transport);
      EXPECT_NE(reply.find(" padding "), std::string::npos) << reply;
      EXPECT_EQ(bytes_ % 468, 0u) << text;
    }
    Ask("ns1.live.example A +edns", transport);
    EXPECT_LT(bytes_, 100u);
  }
}

TEST_F(AnswerEdnsTest, LimitsRepliesOverUdp) {
  limiter_ = std::make_unique<RateLimiter>(
      RateLimits{.mode = LimitMode::kOn, .replies_per_s = 1, .burst = 3, .slip = 2, .allowed = {}});
  options_.cookies = CookieSecrets{.current = *ParseCookieSecret(kSecret), .old = {}, .next = {}};
  const std::string good = "NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask("ns1.live.example A"), good);
  EXPECT_EQ(Ask("ns1.live.example A"), "no reply");
  EXPECT_EQ(Ask("ns1.live.example A"), "NOERROR aa tc; ns1.live.example. A; -; -; -");
  EXPECT_EQ(Ask("ns1.live.example A"), "no reply");
  // Free: TCP, and a good cookie.
  EXPECT_EQ(Ask("ns1.live.example A", Transport::kTcp), good);
  EXPECT_EQ(Ask(absl::StrCat("ns1.live.example A +option=10:", kCookie)).substr(0, 10),
            "NOERROR aa");
  EXPECT_EQ(counters_.over_limit.Get(), 3u);
  EXPECT_EQ(counters_.slipped.Get(), 1u);
  EXPECT_EQ(counters_.limited.Get(), 2u);
  EXPECT_EQ(counters_.OutcomeSum(), 8u);
}

TEST_F(AnswerEdnsTest, RandomNamesShareOneLimit) {
  const auto count_replies = [&](absl::string_view tail) {
    limiter_ = std::make_unique<RateLimiter>(RateLimits{
        .mode = LimitMode::kOn, .replies_per_s = 1, .burst = 5, .slip = 0, .allowed = {}});
    int replies = 0;
    for (int i = 0; i < 100; ++i) replies += Ask(absl::StrCat("r", i, tail)) != "no reply";
    return replies;
  };
  EXPECT_EQ(count_replies(".nowhere.live.example A"), 5);
  EXPECT_EQ(count_replies(".play.live.example A"), 5);
  EXPECT_EQ(count_replies(".wild.live.example TXT"), 5);
  EXPECT_EQ(count_replies(".sub.live.example A"), 5);
  EXPECT_EQ(count_replies(".other.example A"), 5);
  EXPECT_EQ(count_replies(".live.example A +opcode=4"), 5);
}

TEST_F(AnswerEdnsTest, SlippedErrorsGoOutAsTheyAre) {
  limiter_ = std::make_unique<RateLimiter>(
      RateLimits{.mode = LimitMode::kOn, .replies_per_s = 1, .burst = 1, .slip = 1, .allowed = {}});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(Ask("other.example A"), "REFUSED; other.example. A; -; -; -");
  Ask("nowhere.live.example A");
  EXPECT_EQ(Ask("nowhere2.live.example A"), "NXDOMAIN aa tc; nowhere2.live.example. A; -; -; -");
  EXPECT_EQ(counters_.slipped.Get(), 3u);
}

TEST_F(AnswerEdnsTest, CountsOnlyWhenAskedTo) {
  limiter_ = std::make_unique<RateLimiter>(RateLimits{
      .mode = LimitMode::kCountOnly, .replies_per_s = 1, .burst = 1, .slip = 1, .allowed = {}});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Ask("ns1.live.example A").substr(0, 10), "NOERROR aa");
  EXPECT_EQ(counters_.over_limit.Get(), 4u);
  EXPECT_EQ(counters_.limited.Get() + counters_.slipped.Get() + counters_.truncated.Get(), 0u);
}

}  // namespace
}  // namespace nearcast::dns
