// HTTPDNS with accounts: who is answered, who is refused, in each dialect's words.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/fake_clock.h"
#include "services/http/request.h"
#include "services/httpdns/cipher.h"
#include "services/httpdns/digest.h"
#include "services/httpdns/httpdns.h"
#include "services/httpdns/test_snapshot.h"
#include "services/httpdns/volcengine.h"

namespace nearcast::httpdns {
namespace {

constexpr int64_t kNow = 1700000000;

class HttpdnsAccountTest : public ::testing::Test {
 protected:
  HttpdnsAccountTest()
      : clock_(absl::FromUnixSeconds(kNow)),
        holder_(MakeSnapshot()),
        httpdns_(&holder_, &names_, {.service_addresses = {"203.0.113.53"}, .clock = &clock_}) {
    httpdns_.Register(&router_);
  }

  static std::shared_ptr<const scheduler::Snapshot> MakeSnapshot() {
    auto snapshot = std::make_shared<scheduler::Snapshot>(*MakeTestSnapshot(1));
    snapshot->accounts["100"] = {.account_id = "100",
                                 .sign_secret = "00112233445566778899aabbccddeeff",
                                 .alibaba_aes_key = "feffe9928665731c6d6a8f9467308308",
                                 .tencent_aes_key = "0123456789abcdef",
                                 .tencent_des_key = "dnspodpa",
                                 .tencent_token = "800654663",
                                 .allow_ip_parameter = true,
                                 .service_addresses = {"192.0.2.53", "2001:db8::53", "dns.example"},
                                 .hosts = {"v4.live.example"}};
    snapshot->accounts["200"] = {
        .account_id = "200", .allow_unsigned = true, .requests_per_s_max = 2};
    return snapshot;
  }

  // "status body".
  std::string Get(absl::string_view path, absl::string_view query,
                  http::Transport transport = http::Transport::kPlain) {
    http::Request request;
    request.method = http::Method::kGet;
    request.path = path;
    request.query = query;
    request.transport = transport;
    request.client = *ipdb::ParseIpAddress("14.215.177.39");
    const http::RouteMatch match = router_.Find(request.method, path);
    if (match.endpoint == nullptr) return "no route";
    request.wildcard = match.wildcard;
    http::Response response;
    match.endpoint->now(request, response);
    return absl::StrCat(response.status, " ", response.body);
  }

  // The signed part of a query: t and s over `text`.
  static std::string Sign(absl::string_view text, int64_t end = kNow + 600) {
    return absl::StrCat(
        "&t=", end,
        "&s=", Md5Hex({text, "-", "00112233445566778899aabbccddeeff", "-", absl::StrCat(end)}));
  }

  // Baidu's name for the same signature.
  static std::string AsBaidu(const std::string& query) {
    return absl::StrReplaceAll(query, {{"&s=", "&sign="}});
  }

  std::string Metrics() const {
    http::MetricsWriter out;
    httpdns_.AddMetrics(out);
    return out.Finish();
  }

  FakeClock clock_;
  SnapshotHolder<scheduler::Snapshot> holder_;
  ipdb::NameTable names_;
  Httpdns httpdns_;
  http::Router router_;
};

constexpr char kFound[] =
    R"(200 {"host":"v4.live.example","ips":["192.0.2.102"],"ttl":30,"origin_ttl":30,)"
    R"("client_ip":"14.215.177.39"})";

TEST_F(HttpdnsAccountTest, AnswersAlibabasSignedCalls) {
  const std::string host = "host=v4.live.example";
  EXPECT_EQ(Get("/100/sign_d", host + Sign("v4.live.example")), kFound);
  EXPECT_TRUE(absl::StartsWith(
      Get("/100/sign_resolve", "host=v4.live.example,b" + Sign("v4.live.example,b")),
      R"(200 {"dns":[{"host":"v4.live.example","ips":["192.0.2.102"])"));
  // What is not signed may change.
  EXPECT_TRUE(absl::StrContains(Get("/100/sign_d", host + "&ip=10.0.0.1" + Sign("v4.live.example")),
                                R"("client_ip":"10.0.0.1")"));
}

TEST_F(HttpdnsAccountTest, RefusesInAlibabasWords) {
  struct Row {
    std::string path;
    std::string query;
    std::string answer;
  };
  const std::string host = "host=v4.live.example";
  const Row rows[] = {
      {"/d", host, R"(403 {"code":"InvalidAccount",)"},
      {"/999/d", host, R"(403 {"code":"AccountNotExists",)"},
      {"/999/sign_d", host + Sign("v4.live.example"), R"(403 {"code":"AccountNotExists",)"},
      {"/100/d", host, R"(403 {"code":"UnsignedInterfaceDisabled",)"},
      {"/100/resolve", host, R"(403 {"code":"UnsignedInterfaceDisabled",)"},
      {"/100/sign_d", host, R"(400 {"code":"MissingArgument",)"},
      {"/100/sign_d", Sign(""), R"(400 {"code":"MissingArgument",)"},
      {"/100/sign_d", host + "&t=1700000600&s=0", R"(403 {"code":"InvalidSignature",)"},
      {"/100/sign_d", host + Sign("other.example"), R"(403 {"code":"InvalidSignature",)"},
      {"/200/sign_d", host + Sign("v4.live.example"), R"(403 {"code":"InvalidSignature",)"},
      {"/100/sign_d", host + Sign("v4.live.example", kNow - 151),
       R"(403 {"code":"SignatureExpired",)"},
      {"/100/sign_d", host + Sign("v4.live.example", kNow + 86401),
       R"(400 {"code":"InvalidDuration",)"},
      {"/100/sign_d", "host=a..b" + Sign("a..b"), R"(400 {"code":"InvalidHost",)"},
      {"/100/sign_resolve", "host=1,2,3,4,5,6" + Sign("1,2,3,4,5,6"),
       R"(400 {"code":"TooManyHosts",)"},
      {"/100/sign_d", host + "&sdns-k=%22" + Sign("v4.live.example"),
       R"(400 {"code":"SdnsNotSupported",)"},
  };
  for (const Row& row : rows) {
    const std::string answer = Get(row.path, row.query);
    EXPECT_TRUE(absl::StartsWith(answer, row.answer))
        << row.path << "?" << row.query << " " << answer;
  }
  for (const char* line : {"{dialect=\"alibaba_v1\",reason=\"signature\"} 3\n",
                           "{dialect=\"alibaba_v1\",reason=\"expired\"} 1\n",
                           "{dialect=\"alibaba_v1\",reason=\"unsigned\"} 2\n"}) {
    EXPECT_TRUE(absl::StrContains(Metrics(), line)) << line;
  }
}

TEST_F(HttpdnsAccountTest, GivesServiceAddresses) {
  const std::string end = absl::StrCat(kNow + 30);
  const std::string sign = Md5Hex({"0123456789abcdef-00112233445566778899aabbccddeeff-", end});
  EXPECT_EQ(Get("/100/ss", absl::StrCat("region=cn&n=0123456789abcdef&t=", end, "&s=", sign)),
            R"(200 {"service_ip":["192.0.2.53"],"service_ipv6":["2001:db8::53"]})");
  EXPECT_EQ(Get("/200/ss", ""), R"(200 {"service_ip":["203.0.113.53"],"service_ipv6":[]})");
}

TEST_F(HttpdnsAccountTest, HoldsAccountsToTheirRightsAndRates) {
  // Without the right to ip=, and at most two in a second.
  EXPECT_EQ(Get("/200/d", "host=v4.live.example&ip=10.0.0.1"), kFound);
  EXPECT_TRUE(absl::StrContains(Get("/200/d", "host=pull.live.example"), R"("ips":["192.0.2.)"));
  EXPECT_TRUE(absl::StartsWith(Get("/200/d", "host=v4.live.example"),
                               R"(403 {"code":"ServiceLevelDeny",)"));
  clock_.Advance(absl::Milliseconds(500));
  EXPECT_EQ(Get("/200/d", "host=v4.live.example"), kFound);
  // A name outside the account's list is none of ours.
  EXPECT_TRUE(absl::StrContains(
      Get("/100/sign_d", "host=pull.live.example" + Sign("pull.live.example")), R"("ips":[],)"));
}

TEST_F(HttpdnsAccountTest, AnswersAlibabaV2) {
  const auto sign = [](const std::string& text) {
    return text + "&s=" + HmacSha256Hex(*DecodeHex("00112233445566778899aabbccddeeff"), text);
  };
  EXPECT_EQ(Get("/v2/d", sign("dn=v4.live.example&exp=1700000600&id=100&m=0&v=1.0")),
            R"(200 {"code":"success","mode":0,"data":{"cip":"14.215.177.39","answers":[)"
            R"({"dn":"v4.live.example","v4":{"ips":["192.0.2.102"],"ttl":30}}]}})");
  const std::string enc =
      EncodeHex(*Seal(Cipher::kAes128Gcm, *DecodeHex("feffe9928665731c6d6a8f9467308308"),
                      R"({"dn":"v4.live.example","q":"4"})"));
  EXPECT_TRUE(
      absl::StartsWith(Get("/v2/d", sign("enc=" + enc + "&exp=1700000600&id=100&m=2&v=1.0")),
                       R"(200 {"code":"success","mode":2,"data":")"));
  EXPECT_TRUE(absl::StartsWith(Get("/v2/d", "id=100&dn=v4.live.example"),
                               R"(403 {"code":"UnsignedInterfaceDisabled")"));
  EXPECT_TRUE(
      absl::StartsWith(Get("/v2/d", "id=9&dn=v4.live.example"), R"(403 {"code":"InvalidAccount")"));
  EXPECT_TRUE(absl::StrContains(Metrics(),
                                "refused_total{dialect=\"alibaba_v2\",reason=\"unsigned\"} 1\n"));
}

TEST_F(HttpdnsAccountTest, WantsAnAccountOfPlainTencentCallsToo) {
  EXPECT_TRUE(absl::StartsWith(Get("/d", "dn=v4.live.example"), "403 "));
  EXPECT_TRUE(absl::StartsWith(Get("/conf", ""), "403 "));
}

TEST_F(HttpdnsAccountTest, AnswersTencentsEncryptedCalls) {
  const auto round = [this](const std::string& path, const std::string& query, Cipher cipher,
                            const std::string& key) {
    const std::string answer = Get(path, query);
    EXPECT_TRUE(absl::StartsWith(answer, "200 ")) << answer;
    return *Open(cipher, key, *DecodeHex(answer.substr(4)));
  };
  const std::string des = EncodeHex(*Seal(Cipher::kDesEcb, "dnspodpa", "v4.live.example"));
  EXPECT_EQ(round("/d", "id=100&ttl=1&clientip=1&ip=&dn=" + des, Cipher::kDesEcb, "dnspodpa"),
            "192.0.2.102,30|14.215.177.39");
  const auto aes = [](const std::string& text) {
    return EncodeHex(*Seal(Cipher::kAes128Cbc, "0123456789abcdef", text));
  };
  const std::string query = "id=100&alg=aes&clientip=1&ip=" + aes("10.0.0.1") + "&dn=";
  const std::string body =
      round("/d", query + aes("v4.live.example"), Cipher::kAes128Cbc, "0123456789abcdef");
  EXPECT_TRUE(absl::StartsWith(body, "192.0.2.10") && absl::EndsWith(body, "|10.0.0.1")) << body;
  EXPECT_EQ(round("/conf", "id=100&alg=aes", Cipher::kAes128Cbc, "0123456789abcdef"),
            "log:0|domain:0|ip:192.0.2.53;2001:db8::53;dns.example|ttl:60");
  EXPECT_TRUE(absl::StartsWith(Get("/d", "id=100&dn=v4.live.example"), "400 "));
  EXPECT_TRUE(absl::StartsWith(Get("/d", "id=100&alg=rsa&dn=" + des), "400 "));
  EXPECT_TRUE(absl::StartsWith(Get("/d", "id=200&dn=" + des), "400 "));
  EXPECT_TRUE(absl::StartsWith(Get("/d", "id=9&dn=" + des), "403 "));
}

TEST_F(HttpdnsAccountTest, AnswersVolcengine) {
  const std::string end = "1700000600000";
  const std::string sign =
      SignVolcengine({end, "100", "v4.live.example", "", ""}, "00112233445566778899aabbccddeeff");
  const std::string query =
      "domain=v4.live.example&account_id=100&timestamp=" + end + "&sign=" + sign;
  EXPECT_EQ(
      Get("/resolve", query),
      R"(200 {"cip":"14.215.177.39","host":"v4.live.example","ips":["192.0.2.102"],"ttl":30})");
  EXPECT_TRUE(absl::StartsWith(Get("/resolve", query + "&ip=10.0.0.1"),
                               R"(403 {"code":"InvalidSignature")"));
  EXPECT_TRUE(absl::StartsWith(Get("/resolve", "domain=a&account_id=100"),
                               R"(403 {"code":"InvalidSignature")"));
  EXPECT_TRUE(absl::StrContains(Get("/resolve", "domain=v4.live.example,no&account_id=200"),
                                R"(,{"cip":"14.215.177.39","host":"no","ips":[],"ttl":60}])"));
  EXPECT_TRUE(absl::StartsWith(Get("/resolve", "domain=a&account_id=200&type=MX"),
                               R"(403 {"code":"InvalidParameter")"));
  EXPECT_EQ(Get("/svc_meta", "account_id=200"),
            R"(200 {"svc_meta":{"main_domains":["203.0.113.53"],"backup_domains":[]},)"
            R"("ts":1700000000,"update_interval_min":30})");
  EXPECT_TRUE(absl::StartsWith(Get("/resolve", "domain=a&account_id=200"),
                               R"(429 {"code":"TooManyRequests")"));
  // The published vector.
  EXPECT_EQ(
      SignVolcengine({"1566808387000", "1023", "www.a.com,www.b.com", "", ""}, "QlgAuFMwNUwN"),
      "4b00a808d49a334991b7e50d324a9287");
}

TEST_F(HttpdnsAccountTest, AnswersBaidu) {
  const std::string query = "account_id=100&dn=v4.live.example";
  EXPECT_EQ(
      Get("/v4/resolve", query + AsBaidu(Sign("v4.live.example"))),
      R"(200 {"msg":"ok","data":{"v4.live.example":{"ipv4":{"ip":["192.0.2.102"],"ttl":30}}},)"
      R"("clientip":"14.215.177.39","timestamp":1700000000})");
  EXPECT_EQ(
      Get("/v4/resolve", "account_id=200&dn=no&type=ipv4,ipv6&alt_server_ip=true"),
      R"(200 {"msg":"ok","data":{"no":{"ipv4":{"ip":[],"ttl":60},"ipv6":{"ip":[],"ttl":60}}},)"
      R"("clientip":"14.215.177.39","timestamp":1700000000,)"
      R"("serverip":{"ipv4":["203.0.113.53"],"ipv6":[]}})");
  EXPECT_EQ(Get("/v4/resolve", query), R"(403 {"msg":"this account wants a signature"})");
  EXPECT_EQ(Get("/v4/resolve", query + "&t=1700000600&sign=0"),
            R"(403 {"msg":"the signature does not match"})");
  EXPECT_EQ(Get("/v4/resolve", "account_id=200&tag=x"),
            R"(400 {"msg":"the account has no such tag"})");
  EXPECT_EQ(Get("/v4/resolve", "account_id=200&dn=1,2,3,4,5,6,7,8,9,10,11"),
            R"(400 {"msg":"too many names at once"})");
}

TEST_F(HttpdnsAccountTest, AnswersTencentsTokensOverTlsAlone) {
  const std::string query = "dn=v4.live.example&token=800654663";
  EXPECT_EQ(Get("/d", query, http::Transport::kTls), "200 192.0.2.102");
  EXPECT_EQ(Get("/d", query), "403 a token is for HTTPS alone");
  EXPECT_EQ(Get("/conf", "token=800654663", http::Transport::kTls),
            "200 log:0|domain:0|ip:192.0.2.53;2001:db8::53;dns.example|ttl:60");
  EXPECT_TRUE(
      absl::StartsWith(Get("/d", "dn=v4.live.example&token=1", http::Transport::kTls), "403 "));
}

}  // namespace
}  // namespace nearcast::httpdns
