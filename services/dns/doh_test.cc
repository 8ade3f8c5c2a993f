#include "services/dns/doh.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "services/dns/decoded_message.h"
#include "services/dns/query_text.h"
#include "services/dns/sample_snapshot.h"

namespace nearcast::dns {
namespace {

std::string QueryBytes(absl::string_view text) {
  const std::vector<uint8_t> bytes = BuildQuery(text);
  return {bytes.begin(), bytes.end()};
}

class DohTest : public testing::Test {
 protected:
  DohTest() { doh_.Register(&router_); }

  const http::Response& Run(http::Method method, const std::string& query, const std::string& type,
                            const std::string& body) {
    request_.Clear();
    request_.method = method;
    request_.path = kDohPath;
    request_.query = query;
    request_.body = body;
    if (!type.empty()) request_.headers.push_back({"Content-Type", type});
    request_.client = *ipdb::ParseIpAddress("14.215.177.39");
    response_.Clear();
    router_.Find(method, kDohPath).endpoint->now(request_, response_);
    return response_;
  }

  // "status; cache-control; reply".
  std::string Text(const http::Response& response) const {
    if (response.status != 200) return absl::StrCat(response.status);
    EXPECT_EQ(response.content_type, kDohType);
    return absl::StrCat(absl::StripAsciiWhitespace(response.headers), "; ",
                        MessageText({reinterpret_cast<const uint8_t*>(response.body.data()),
                                     response.body.size()}));
  }

  std::string Get(const std::string& text) {
    query_ = absl::StrCat("dns=", absl::WebSafeBase64Escape(QueryBytes(text)));
    return Text(Run(http::Method::kGet, query_, "", ""));
  }

  std::string Post(const std::string& text, const std::string& type = kDohType) {
    body_ = QueryBytes(text);
    return Text(Run(http::Method::kPost, "", type, body_));
  }

  SnapshotHolder<scheduler::Snapshot> snapshots_{BuildSampleSnapshot()};
  FakeClock clock_{absl::UnixEpoch()};
  AnswerOptions options_;
  Doh doh_{&snapshots_, &clock_, &options_, 1};
  http::Router router_;
  http::Request request_;
  http::Response response_;
  std::string query_;
  std::string body_;
};

TEST_F(DohTest, AnswersGetAndPostWithTheSmallestTtl) {
  const struct {
    const char* ask;
    const char* want;
  } kRows[] = {
      {"ns1.live.example A +id=0",
       "Cache-Control: max-age=3600; NOERROR aa; ns1.live.example. A; @ 3600 A 192.0.2.1; -; -"},
      {"pull.live.example AAAA +id=0",
       "Cache-Control: private, max-age=60; NOERROR aa; pull.live.example. AAAA; @ 60 AAAA "
       "2001:db8:44::1; -; -"},
      {"www.live.example AAAA +id=0 +ecs=202.96.1.0/24",
       "Cache-Control: private, max-age=60; NOERROR aa; www.live.example. AAAA; @ 3600 CNAME "
       "pull.live.example., pull.live.example. 60 AAAA 2001:db8:11::1; -; -; edns 1232 ecs "
       "202.96.1.0/24/16"},
      {"nowhere.live.example A",
       "Cache-Control: max-age=900; NXDOMAIN aa; nowhere.live.example. A; -; live.example. 900 "
       "SOA; -"},
      {"text.live.example A",
       "Cache-Control: max-age=900; NOERROR aa; text.live.example. A; -; live.example. 900 SOA; "
       "-"},
      // DNS errors are no HTTP errors.
      {"other.example A", "Cache-Control: max-age=0; REFUSED; other.example. A; -; -; -"},
      {"live.example A +opcode=5",
       "Cache-Control: max-age=0; NOTIMP opcode5; live.example. A; -; -; -"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(Get(row.ask), row.want) << row.ask;
    EXPECT_EQ(Post(row.ask), row.want) << row.ask;
  }
  std::vector<const Counters*> counters;
  doh_.AddCounters(counters);
  EXPECT_EQ(counters[0]->https.Get(), 14u);
  EXPECT_EQ(counters[0]->OutcomeSum(), 14u);
}

TEST_F(DohTest, HasNoSizeLimitOfUdp) {
  EXPECT_TRUE(absl::StrContains(Get("many.live.example TXT"), "NOERROR aa; many"));
}

TEST_F(DohTest, WantsTheMediaType) {
  EXPECT_EQ(Post("live.example SOA", "application/json"), "415");
  EXPECT_EQ(Post("live.example SOA", ""), "415");
  EXPECT_EQ(Post("live.example SOA", "application/dns-messages"), "415");
  for (const char* type : {"Application/DNS-Message", "application/dns-message; charset=x"}) {
    EXPECT_TRUE(absl::StrContains(Post("live.example SOA", type), "NOERROR")) << type;
  }
}

TEST_F(DohTest, RefusesWhatIsNoQuery) {
  const std::string good = absl::WebSafeBase64Escape(QueryBytes("live.example SOA"));
  for (const std::string& query :
       {std::string(), std::string("dns="), std::string("dns=AAA"), std::string("dns=A"),
        absl::StrCat("dns=", good, "="), absl::StrCat("dns=", good, "%20"),
        absl::StrCat("dns=*", good), absl::StrCat("DNS=", good), std::string("dns=%")}) {
    query_ = query;
    EXPECT_EQ(Text(Run(http::Method::kGet, query_, "", "")), "400") << query;
  }
  EXPECT_EQ(Text(Run(http::Method::kPost, "", kDohType, "")), "400");
  const std::string response = QueryBytes("live.example SOA");
  EXPECT_EQ(Text(Run(http::Method::kPost, "", kDohType,
                     response.substr(0, 2) + "\x80" + response.substr(3))),
            "400");
  const std::string huge(65536, 'x');
  EXPECT_EQ(Text(Run(http::Method::kPost, "", kDohType, huge)), "413");
}

TEST_F(DohTest, OtherMethodsAreNotAllowed) {
  const http::RouteMatch match = router_.Find(http::Method::kPut, kDohPath);
  EXPECT_EQ(match.endpoint, nullptr);
  EXPECT_EQ(match.allow, "GET, HEAD, POST");
}

}  // namespace
}  // namespace nearcast::dns
