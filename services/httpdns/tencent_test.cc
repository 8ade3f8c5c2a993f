#include "services/httpdns/tencent.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "schedulerlib/place/steering.h"

namespace nearcast::httpdns {
namespace {

const scheduler::NameAnswer kBoth = {
    .nodes = {},
    .ipv4 = {{192, 0, 2, 1}, {192, 0, 2, 2}},
    .ipv6 = {{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
const scheduler::NameAnswer kV4 = {.nodes = {}, .ipv4 = {{192, 0, 2, 9}}, .ipv6 = {}};

// The answer to a query where "both" and "v4" are names of ours, "no" is not; or "REFUSED:
// message".
std::string Ask(const std::string& query) {
  http::QueryParams params;
  EXPECT_TRUE(params.Parse(query).ok());
  Question question;
  TencentStyle style;
  const auto connection = *ipdb::ParseIpAddress("203.0.113.9");
  if (auto refusal = ParseTencent(params, {params.Get("dn"), params.Get("ip")}, connection,
                                  IpParameter::kHonoured, &question, &style)) {
    EXPECT_EQ(refusal->status, 400);
    return "REFUSED: " + std::string(refusal->message);
  }
  std::vector<NameResult> results;
  for (const absl::string_view name : question.names) {
    const auto* answer = name == "no" ? nullptr : absl::StartsWith(name, "both") ? &kBoth : &kV4;
    results.push_back({name, question.clients[0], answer, 60});
  }
  std::string out;
  WriteTencent(results, question.families, style, &out);
  return out;
}

TEST(TencentTest, AnswersRows) {
  struct Row {
    std::string query;
    std::string answer;
  };
  const Row rows[] = {
      {"dn=both", "192.0.2.1;192.0.2.2"},
      {"dn=both&ttl=1", "192.0.2.1;192.0.2.2,60"},
      {"dn=both&ttl=1&clientip=1", "192.0.2.1;192.0.2.2,60|203.0.113.9"},
      {"dn=both&ttl=1&clientip=1&ip=", "192.0.2.1;192.0.2.2,60|203.0.113.9"},
      {"dn=both&clientip=1&ip=198.51.100.7", "192.0.2.1;192.0.2.2|198.51.100.7"},
      {"dn=both&clientip=1&ip=2001:db8::7", "192.0.2.1;192.0.2.2|2001:db8::7"},
      {"dn=both&type=aaaa", "2001:db8::1"},
      {"dn=both&type=AAAA&ttl=1", "2001:db8::1,60"},
      {"dn=both&type=addrs&ttl=1&clientip=1", "192.0.2.1;192.0.2.2,60-2001:db8::1,60|203.0.113.9"},
      {"dn=v4&type=ADDRS&ttl=1&clientip=1", "192.0.2.9,60-0,60|203.0.113.9"},
      {"dn=both.&query=1", "both.:192.0.2.1;192.0.2.2"},
      {"dn=both,v4&ttl=1&clientip=1",
       "both.:192.0.2.1;192.0.2.2,60|203.0.113.9\nv4.:192.0.2.9,60|203.0.113.9"},
      {"dn=both,no&ttl=1&clientip=1",
       "both.:192.0.2.1;192.0.2.2,60|203.0.113.9\nno.:0|203.0.113.9"},
      {"dn=no,v4", "no.:0\nv4.:192.0.2.9"},
      // Nothing found.
      {"dn=no", ""},
      {"dn=no&ttl=1", "0,60"},
      {"dn=no&ttl=1&clientip=1", "0,60|203.0.113.9"},
      {"dn=v4&type=aaaa&ttl=1&clientip=1", "0,60|203.0.113.9"},
      {"dn=no&type=addrs&ttl=1&clientip=1", "0,60-0,60|203.0.113.9"},
      {"dn=no&query=1", "no.:0"},
      {"dn=no&query=1&type=addrs&clientip=1", "no.:0-0|203.0.113.9"},
      // Refused.
      {"dn=", "REFUSED: dn is missing"},
      {"dn=a..b", "REFUSED: dn has an item that is not a host name"},
      {"dn=both&ip=nonsense", "REFUSED: ip is not an IP address"},
      {"dn=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "REFUSED: at most 16 names at once"},
  };
  for (const Row& row : rows) EXPECT_EQ(Ask(row.query), row.answer) << row.query;
}

// The request's vector is the vendor's; its key is longer than what DES takes.
TEST(TencentTest, OpensAndSealsByTheAccountsKeys) {
  const scheduler::Account account = {.tencent_aes_key = "0123456789abcdef",
                                      .tencent_des_key = "dnspodpass"};
  TencentKey key;
  ASSERT_EQ(FindTencentKey(account, "", &key), std::nullopt);
  std::string text;
  EXPECT_EQ(OpenTencent(key, "87ae992c1321f299da3c0210a9900ae7", &text), std::nullopt);
  EXPECT_EQ(text, "www.dnspod.cn");
  EXPECT_EQ(OpenTencent(key, "", &text), std::nullopt);
  EXPECT_EQ(text, "");
  for (const char* bad : {"87ae", "www.dnspod.cn", "87ae992c1321f299da3c0210a9900ae8", "x"}) {
    EXPECT_EQ(OpenTencent(key, bad, &text), Reason::kCipher) << bad;
  }
  text = "www.dnspod.cn";
  SealTencent(key, &text);
  EXPECT_EQ(text, "87ae992c1321f299da3c0210a9900ae7");

  ASSERT_EQ(FindTencentKey(account, "AES", &key), std::nullopt);
  std::string sealed = "192.0.2.1,60|198.51.100.7";
  SealTencent(key, &sealed);
  EXPECT_EQ(OpenTencent(key, sealed, &text), std::nullopt);
  EXPECT_EQ(text, "192.0.2.1,60|198.51.100.7");
  EXPECT_EQ(FindTencentKey(account, "rsa", &key), Reason::kParameter);
  EXPECT_EQ(FindTencentKey({}, "aes", &key), Reason::kCipher);
  EXPECT_EQ(FindTencentKey({}, "des", &key), Reason::kCipher);
}

TEST(TencentTest, WritesServiceAddresses) {
  std::string out;
  WriteTencentConf(std::vector<std::string>{"192.0.2.1", "192.0.2.2"}, &out);
  EXPECT_EQ(out, "log:0|domain:0|ip:192.0.2.1;192.0.2.2|ttl:60");
}

// The shapes that the Android SDK takes for whole; it always asks with ttl=1 and clientip=1.
TEST(TencentTest, IsWholeInTheEyesOfTheSdk) {
  const std::regex one(R"((.*),(\d+)\|(.*))");
  const std::regex two(R"((.*),(\d+)-(.*),(\d+)\|(.*))");
  for (const char* name : {"both", "v4", "no"}) {
    const std::string query = std::string("ttl=1&clientip=1&dn=") + name;
    EXPECT_TRUE(std::regex_match(Ask(query), one)) << query;
    EXPECT_TRUE(std::regex_match(Ask(query + "&type=aaaa"), one)) << query;
    EXPECT_TRUE(std::regex_match(Ask(query + "&type=addrs"), two)) << query;
  }
}

}  // namespace
}  // namespace nearcast::httpdns
