#include "services/httpdns/volcengine.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/place/steering.h"

namespace nearcast::httpdns {
namespace {

const scheduler::NameAnswer kBoth = {
    .nodes = {},
    .ipv4 = {{192, 0, 2, 1}, {192, 0, 2, 2}},
    .ipv6 = {{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
const scheduler::NameAnswer kV4 = {.nodes = {}, .ipv4 = {{192, 0, 2, 9}}, .ipv6 = {}};

// The answer to a query where "both" and "v4" are names of ours, "no" is not; or "REFUSED: code".
std::string Ask(const std::string& query) {
  http::QueryParams params;
  EXPECT_TRUE(params.Parse(query).ok());
  Question question;
  const auto connection = *ipdb::ParseIpAddress("203.0.113.9");
  if (auto refusal = ParseVolcengine(params, Caller(), connection, &question)) {
    EXPECT_EQ(refusal->status, 403);
    return "REFUSED: " + std::string(refusal->code);
  }
  std::vector<NameResult> results;
  for (const absl::string_view name : question.names) {
    const auto* answer = name == "no" ? nullptr : absl::StartsWith(name, "both") ? &kBoth : &kV4;
    results.push_back({name, question.clients[0], answer, 60});
  }
  std::string out;
  WriteVolcengine(results, question.families, &out);
  return out;
}

TEST(VolcengineTest, AnswersRows) {
  const std::pair<std::string, std::string> rows[] = {
      {"domain=both",
       R"({"cip":"203.0.113.9","host":"both","ips":["192.0.2.1","192.0.2.2","2001:db8::1"],)"
       R"("ttl":60})"},
      {"domain=both&type=A",
       R"({"cip":"203.0.113.9","host":"both","ips":["192.0.2.1","192.0.2.2"],"ttl":60})"},
      {"domain=both&type=aaaa",
       R"({"cip":"203.0.113.9","host":"both","ips":["2001:db8::1"],"ttl":60})"},
      {"domain=v4&type=AAAA", R"({"cip":"203.0.113.9","host":"v4","ips":[],"ttl":60})"},
      {"domain=v4", R"({"cip":"203.0.113.9","host":"v4","ips":["192.0.2.9"],"ttl":60})"},
      {"domain=no", R"({"cip":"203.0.113.9","host":"no","ips":[],"ttl":60})"},
      {"domain=v4&ip=198.51.100.7&appid=7",
       R"({"cip":"198.51.100.7","host":"v4","ips":["192.0.2.9"],"ttl":60})"},
      {"domain=v4,no", R"([{"cip":"203.0.113.9","host":"v4","ips":["192.0.2.9"],"ttl":60},)"
                       R"({"cip":"203.0.113.9","host":"no","ips":[],"ttl":60}])"},
  };
  for (const auto& [query, answer] : rows) EXPECT_EQ(Ask(query), answer) << query;
}

TEST(VolcengineTest, RefusesRows) {
  for (const char* query :
       {"", "domain=", "domain=a..b", "domain=v4&type=MX", "domain=v4&ip=nonsense",
        "domain=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17"}) {
    EXPECT_EQ(Ask(query), "REFUSED: InvalidParameter") << query;
  }
}

TEST(VolcengineTest, EveryReasonHasTheVendorsStatus) {
  EXPECT_EQ(VolcengineRefusal(Reason::kMethod).status, 405);
  EXPECT_EQ(VolcengineRefusal(Reason::kParameter).status, 403);
  EXPECT_EQ(VolcengineRefusal(Reason::kAccountUnknown).code, "InvalidAccount");
  EXPECT_EQ(VolcengineRefusal(Reason::kSignature).code, "InvalidSignature");
  EXPECT_EQ(VolcengineRefusal(Reason::kExpired).code, "InvalidTimestamp");
  EXPECT_EQ(VolcengineRefusal(Reason::kRate).status, 429);
  EXPECT_EQ(VolcengineRefusal(Reason::kNotReady).status, 500);
  EXPECT_EQ(VolcengineRefusal(Reason::kUpstream).status, 500);
}

TEST(VolcengineTest, ServiceAddressesAreMainDomains) {
  std::string out;
  const std::vector<std::string> addresses = {"192.0.2.53", "dns.example"};
  WriteVolcengineServiceAddresses(addresses, absl::FromUnixSeconds(1'700'000'000), &out);
  EXPECT_EQ(out, R"({"svc_meta":{"main_domains":["192.0.2.53","dns.example"],"backup_domains":[]},)"
                 R"("ts":1700000000,"update_interval_min":30})");
}

class VolcengineSignatureTest : public ::testing::Test {
 protected:
  VolcengineSignatureTest() {
    account_.sign_secret = "QlgAuFMwNUwN";
    caller_.account = &account_;
  }

  std::optional<Reason> Check(const std::string& query,
                              VolcengineCall call = VolcengineCall::kResolve,
                              int64_t now_s = 1'566'808'300) {
    http::QueryParams params;
    EXPECT_TRUE(params.Parse(query).ok());
    return CheckVolcengine(params, call, caller_, absl::FromUnixSeconds(now_s));
  }

  scheduler::Account account_;
  Caller caller_;
};

// The vendor's published example, which has neither ip nor type.
constexpr char kVector[] =
    "domain=www.a.com,www.b.com&account_id=1023&timestamp=1566808387000"
    "&sign=4b00a808d49a334991b7e50d324a9287";

TEST_F(VolcengineSignatureTest, PublishedVectorIsRight) {
  EXPECT_EQ(Check(kVector), std::nullopt);
  EXPECT_EQ(Check(absl::StrCat(kVector, "&appid=7")), std::nullopt) << "appid is never signed";
}

TEST_F(VolcengineSignatureTest, WhatIsSignedMustNotChange) {
  EXPECT_EQ(Check(absl::StrCat(kVector, "&ip=192.0.2.1")), Reason::kSignature);
  EXPECT_EQ(Check(absl::StrCat(kVector, "&type=A")), Reason::kSignature);
  const std::string sign =
      SignVolcengine({"1566808387000", "1023", "www.a.com", "192.0.2.1", "A"}, "QlgAuFMwNUwN");
  EXPECT_EQ(Check("domain=www.a.com&account_id=1023&ip=192.0.2.1&type=A&timestamp=1566808387000"
                  "&sign=" +
                  sign),
            std::nullopt);
}

TEST_F(VolcengineSignatureTest, WhatIsWrongIsNamed) {
  EXPECT_EQ(Check("domain=www.a.com&account_id=1023"), Reason::kUnsigned);
  EXPECT_EQ(Check("domain=www.a.com&account_id=1023&sign=0"), Reason::kParameter);
  EXPECT_EQ(Check(kVector, VolcengineCall::kResolve, 1'566'809'387), Reason::kExpired);
  EXPECT_EQ(
      Check("account_id=1023&sign=0&timestamp=1566808387000", VolcengineCall::kServiceAddresses),
      Reason::kSignature);
  EXPECT_EQ(Check("account_id=1023&svc_meta_ts=5&timestamp=1566808387000&sign=" +
                      SignVolcengine({"1566808387000", "1023", "5"}, "QlgAuFMwNUwN"),
                  VolcengineCall::kServiceAddresses),
            std::nullopt);
  caller_.account = nullptr;
  EXPECT_EQ(Check(kVector), Reason::kAccountUnknown);
}

}  // namespace
}  // namespace nearcast::httpdns
