#include "services/httpdns/baidu.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/place/steering.h"
#include "services/httpdns/digest.h"

namespace nearcast::httpdns {
namespace {

const scheduler::NameAnswer kBoth = {
    .nodes = {},
    .ipv4 = {{192, 0, 2, 1}, {192, 0, 2, 2}},
    .ipv6 = {{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
const scheduler::NameAnswer kV4 = {.nodes = {}, .ipv4 = {{192, 0, 2, 9}}, .ipv6 = {}};

// The answer to a query where "both" and "v4" are names of ours, "no" is not; or "REFUSED:
// message".
std::string Ask(const std::string& query, std::vector<std::string> servers = {}) {
  http::QueryParams params;
  EXPECT_TRUE(params.Parse(query).ok());
  Question question;
  const auto connection = *ipdb::ParseIpAddress("203.0.113.9");
  const scheduler::Account account{.tags = {{.tag = "show", .names = {"v4", "no"}}}};
  if (auto refusal = ParseBaidu(params, {.account = &account}, connection, &question)) {
    EXPECT_EQ(refusal->status, 400);
    return "REFUSED: " + std::string(refusal->message);
  }
  std::vector<NameResult> results;
  for (const absl::string_view name : question.names) {
    const auto* answer = name == "no" ? nullptr : absl::StartsWith(name, "both") ? &kBoth : &kV4;
    results.push_back({name, question.clients[0], answer, 60});
  }
  std::string out;
  const auto detail = params.Get("detail") == "true" ? BaiduDetail::kWanted : BaiduDetail::kNone;
  WriteBaidu(results, question.families, servers, detail, absl::FromUnixSeconds(1'700'000'000),
             &out);
  return out;
}

TEST(BaiduTest, AnswersRows) {
  struct Row {
    std::string query;
    std::string data;  // of {"msg":"ok","data":{…},"clientip":"203.0.113.9","timestamp":1700000000}
  };
  const Row rows[] = {
      {"dn=both", R"("both":{"ipv4":{"ip":["192.0.2.1","192.0.2.2"],"ttl":60}})"},
      {"dn=both&type=ipv4", R"("both":{"ipv4":{"ip":["192.0.2.1","192.0.2.2"],"ttl":60}})"},
      {"dn=both&type=ipv6", R"("both":{"ipv6":{"ip":["2001:db8::1"],"ttl":60}})"},
      {"dn=v4&type=ipv4,ipv6",
       R"("v4":{"ipv4":{"ip":["192.0.2.9"],"ttl":60},"ipv6":{"ip":[],"ttl":60}})"},
      {"dn=v4&type=ipv6,ipv4",
       R"("v4":{"ipv4":{"ip":["192.0.2.9"],"ttl":60},"ipv6":{"ip":[],"ttl":60}})"},
      {"dn=v4,no",
       R"("v4":{"ipv4":{"ip":["192.0.2.9"],"ttl":60}},"no":{"ipv4":{"ip":[],"ttl":60}})"},
      {"tag=show",
       R"("v4":{"ipv4":{"ip":["192.0.2.9"],"ttl":60}},"no":{"ipv4":{"ip":[],"ttl":60}})"},
      {"dn=v4,no&detail=true",
       R"("v4":{"ipv4":{"ip":["192.0.2.9"],"ttl":60},"detail":"scheduled"},)"
       R"("no":{"ipv4":{"ip":[],"ttl":60},"detail":"unknown"})"},
      {"dn=v4&detail=false", R"("v4":{"ipv4":{"ip":["192.0.2.9"],"ttl":60}})"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(Ask(row.query), absl::StrCat(R"({"msg":"ok","data":{)", row.data,
                                           R"(},"clientip":"203.0.113.9","timestamp":1700000000})"))
        << row.query;
  }
}

TEST(BaiduTest, ClientIsTheParameterOrElseTheConnection) {
  EXPECT_TRUE(absl::StrContains(Ask("dn=v4&ip=198.51.100.7"), R"("clientip":"198.51.100.7")"));
  EXPECT_TRUE(absl::StrContains(Ask("dn=v4&ip=2001:db8::7"), R"("clientip":"2001:db8::7")"));
  EXPECT_TRUE(absl::StrContains(Ask("dn=v4&ip="), R"("clientip":"203.0.113.9")"));
}

TEST(BaiduTest, ServersAreSortedByFamily) {
  EXPECT_TRUE(absl::EndsWith(
      Ask("dn=v4", {"192.0.2.53", "2001:db8::53", "192.0.2.54"}),
      R"(,"serverip":{"ipv4":["192.0.2.53","192.0.2.54"],"ipv6":["2001:db8::53"]}})"));
  EXPECT_FALSE(absl::StrContains(Ask("dn=v4"), "serverip"));
}

TEST(BaiduTest, RefusesRows) {
  const std::pair<std::string, std::string> rows[] = {
      {"", "no host name is given"},
      {"dn=", "no host name is given"},
      {"dn=a..b", "an item is not a host name"},
      {"dn=v4&type=A", "a parameter is missing or malformed"},
      {"dn=v4&ip=nonsense", "the client is not an IP address"},
      {"tag=live", "the account has no such tag"},
      {"dn=v4&tag=live", "give dn or tag, not both"},
  };
  for (const auto& [query, message] : rows) {
    const std::string told = Ask(query);
    EXPECT_EQ(told, "REFUSED: " + message) << query;
  }
  EXPECT_TRUE(absl::StartsWith(Ask("dn=1,2,3,4,5,6,7,8,9,10"), "{"));
  EXPECT_TRUE(absl::StartsWith(Ask("dn=1,2,3,4,5,6,7,8,9,10,11"), "REFUSED: "));
}

TEST(BaiduTest, EveryReasonHasAStatus) {
  EXPECT_EQ(BaiduRefusal(Reason::kMethod).status, 405);
  EXPECT_EQ(BaiduRefusal(Reason::kParameter).status, 400);
  EXPECT_EQ(BaiduRefusal(Reason::kSignature).status, 403);
  EXPECT_EQ(BaiduRefusal(Reason::kExpired).status, 403);
  EXPECT_EQ(BaiduRefusal(Reason::kRate).status, 429);
  EXPECT_EQ(BaiduRefusal(Reason::kNotReady).status, 500);
  std::string out;
  WriteBaiduFailure("a \"word\"", &out);
  EXPECT_EQ(out, R"({"msg":"a \"word\""})");
}

class BaiduSignatureTest : public ::testing::Test {
 protected:
  BaiduSignatureTest() {
    account_.sign_secret = "1234567890";
    caller_.account = &account_;
  }

  std::optional<Reason> Check(const std::string& query, int64_t now_s = 1'513'602'700) {
    http::QueryParams params;
    EXPECT_TRUE(params.Parse(query).ok());
    return CheckBaidu(params, caller_, absl::FromUnixSeconds(now_s));
  }

  scheduler::Account account_;
  Caller caller_;
};

// The vendor's published example.
constexpr char kVector[] = "dn=www.baidu.com&t=1513602734&sign=9d4eac35c33b8fa1610476ff1532643d";

TEST_F(BaiduSignatureTest, PublishedVectorIsRight) {
  EXPECT_EQ(Check(kVector), std::nullopt);
  EXPECT_EQ(Check(absl::StrCat(kVector, "&type=ipv6&ip=192.0.2.1")), std::nullopt)
      << "nothing else is signed";
}

TEST_F(BaiduSignatureTest, WhatIsWrongIsNamed) {
  EXPECT_EQ(Check("dn=www.baidu.com"), Reason::kUnsigned);
  EXPECT_EQ(Check("dn=www.baidu.com&sign=9d4eac35c33b8fa1610476ff1532643d"), Reason::kParameter);
  EXPECT_EQ(Check("dn=other.com&t=1513602734&sign=9d4eac35c33b8fa1610476ff1532643d"),
            Reason::kSignature);
  EXPECT_EQ(Check(kVector, 1'513'602'734 + 1'000), Reason::kExpired);
  caller_.account = nullptr;
  EXPECT_EQ(Check(kVector), Reason::kAccountUnknown);
  account_.allow_unsigned = true;
  caller_.account = &account_;
  EXPECT_EQ(Check("dn=www.baidu.com"), std::nullopt);
}

TEST_F(BaiduSignatureTest, TagIsSignedInPlaceOfDn) {
  const std::string sign = Md5Hex({"live-1234567890-1513602734"});
  EXPECT_EQ(Check("tag=live&t=1513602734&sign=" + sign), std::nullopt);
  EXPECT_EQ(Check("tag=other&t=1513602734&sign=" + sign), Reason::kSignature);
}

}  // namespace
}  // namespace nearcast::httpdns
