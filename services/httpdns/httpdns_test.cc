#include "services/httpdns/httpdns.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <array>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/numeric/int128.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "schedulerlib/place/steering.h"
#include "services/http/request.h"
#include "services/httpdns/test_snapshot.h"

namespace nearcast::httpdns {
namespace {

class HttpdnsTest : public ::testing::Test {
 protected:
  explicit HttpdnsTest(const HttpdnsOptions& options = {})
      : holder_(MakeTestSnapshot(1)), httpdns_(&holder_, &names_, options) {
    httpdns_.Register(&router_);
  }

  http::Response Ask(absl::string_view path, absl::string_view query,
                     http::Method method = http::Method::kGet, absl::string_view body = "") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.body = body;
    request.client = *ipdb::ParseIpAddress("14.215.177.39");
    const http::RouteMatch match = router_.Find(method, path);
    http::Response response;
    if (match.endpoint == nullptr) {
      response.status = 404;
    } else {
      match.endpoint->now(request, response);
    }
    return response;
  }

  // "status body".
  std::string Text(absl::string_view path, absl::string_view query,
                   http::Method method = http::Method::kGet, absl::string_view body = "") {
    const http::Response response = Ask(path, query, method, body);
    return absl::StrCat(response.status, " ", response.body);
  }

  SnapshotHolder<scheduler::Snapshot> holder_;
  ipdb::NameTable names_;
  Httpdns httpdns_;
  http::Router router_;
};

TEST_F(HttpdnsTest, SpeaksBothDialectsOnOnePath) {
  const std::string first = Text("/d", "host=pull.live.example");
  EXPECT_TRUE(absl::StartsWith(first, R"(200 {"host":"pull.live.example","ips":["192.0.2.12",)"))
      << first;
  EXPECT_EQ(Text("/139450/d", "host=pull.live.example"), first);
  EXPECT_TRUE(
      absl::StartsWith(Text("/d", "dn=PULL.live.example.&ttl=1&clientip=1"), "200 192.0.2.12;"));
  EXPECT_EQ(Ask("/d", "dn=pull.live.example").content_type, http::kTextType);
  EXPECT_EQ(Ask("/d", "host=pull.live.example").content_type, http::kJsonType);
}

TEST_F(HttpdnsTest, GivesTheExactStatusToEachCase) {
  using M = http::Method;
  EXPECT_EQ(Text("/d", ""), R"(400 {"code":"MissingArgument","message":"host is missing"})");
  EXPECT_EQ(Ask("/d", "host=%zz").status, 400);
  EXPECT_EQ(Ask("/d", "host=a..b").status, 400);
  EXPECT_EQ(Text("/d", "host=a", M::kPost), R"(405 {"code":"MethodNotAllowed"})");
  EXPECT_EQ(Text("/resolve", "host=a", M::kDelete), R"(405 {"code":"MethodNotAllowed"})");
  EXPECT_EQ(Ask("/d", "dn=a&ip=x").status, 400);
  EXPECT_EQ(Text("/d", "dn=a", M::kPut), "501 use GET or POST");
  EXPECT_EQ(Text("/d", "dn=a", M::kUnknown), "501 use GET or POST");
  EXPECT_EQ(Text("/d", "", M::kPost, "dn=v4.live.example"), Text("/d", "dn=v4.live.example"));
  EXPECT_EQ(Text("/resolve", "host=1,2,3,4,5,6"),
            R"(400 {"code":"TooManyHosts","message":"at most 5 names at once"})");
  EXPECT_EQ(Text("/service/getIpInfo.php", "ip=x"),
            R"(400 {"code":1,"data":"ip is not an IP address"})");
  EXPECT_EQ(Ask("/service/getIpInfo.php", "ip=myip").status, 200);
}

TEST_F(HttpdnsTest, SaysThatANameIsNotOurs) {
  EXPECT_EQ(Text("/d", "host=www.other.example&ip=10.0.0.1&query=4,6"),
            R"(200 {"host":"www.other.example","ips":[],"ipsv6":[],"ttl":60,"origin_ttl":60,)"
            R"("client_ip":"10.0.0.1"})");
  EXPECT_EQ(Text("/d", "dn=www.other.example&ttl=1&clientip=1&ip=10.0.0.1"), "200 0,60|10.0.0.1");
}

TEST_F(HttpdnsTest, KeepsSdksFromForgettingWhileNothingIsConfigured) {
  auto empty = std::make_shared<scheduler::Snapshot>();
  empty->places = holder_.Current()->places;
  holder_.Publish(empty);
  EXPECT_EQ(Text("/d", "host=pull.live.example"),
            R"(500 {"code":"InternalError","message":"not ready"})");
  EXPECT_EQ(Text("/d", "dn=pull.live.example"), "503 not ready");
  holder_.Publish(MakeTestSnapshot(1));
  EXPECT_EQ(Ask("/d", "dn=pull.live.example").status, 200);
}

TEST_F(HttpdnsTest, CountsByDialect) {
  Ask("/d", "host=pull.live.example");
  Ask("/resolve", "host=pull.live.example,no.example");
  Ask("/d", "dn=");
  http::MetricsWriter out;
  httpdns_.AddMetrics(out);
  const std::string text = out.Finish();
  for (const char* line :
       {"nearcast_httpdns_queries_total{dialect=\"alibaba_v1\"} 2\n",
        "nearcast_httpdns_names_total{dialect=\"alibaba_v1\"} 3\n",
        "nearcast_httpdns_names_unknown_total{dialect=\"alibaba_v1\"} 1\n",
        "nearcast_httpdns_refused_total{dialect=\"tencent\",reason=\"parameter\"} 1\n"}) {
    EXPECT_TRUE(absl::StrContains(text, line)) << line << text;
  }
}

std::vector<std::string> Strings(const rapidjson::Value& list) {
  std::vector<std::string> texts;
  for (const auto& item : list.GetArray()) texts.push_back(item.GetString());
  return texts;
}

template <size_t kBytes>
std::vector<std::string> Texts(const std::vector<std::array<uint8_t, kBytes>>& addresses) {
  std::vector<std::string> texts;
  for (const auto& address : addresses) {
    if constexpr (kBytes == 4) {
      texts.push_back(ipdb::IpAddress::FromV4Bytes(address).ToString());
    } else {
      texts.push_back(ipdb::IpAddress::FromV6Bytes(address).ToString());
    }
  }
  return texts;
}

// Every dialect says what DecideName says, for 10,000 clients of both families.
TEST_F(HttpdnsTest, AgreesWithTheDecisionForAnyClient) {
  std::mt19937_64 random(2);
  const auto snapshot = holder_.Current();
  const scheduler::CompiledName& name = *snapshot->FindName("pull.live.example").name;
  for (int i = 0; i < 10000; ++i) {
    const auto client =
        i % 4 == 0 ? ipdb::IpAddress::FromV6(absl::MakeUint128(
                         0x20010db800000000 | static_cast<uint32_t>(random()), random()))
                   : ipdb::IpAddress::FromV4(i % 4 == 1 ? static_cast<uint32_t>(random())
                                                        : 0x0a000000 | (random() & 0xffffff));
    const scheduler::NameAnswer& answer = *scheduler::DecideName(name, {.client = client}).answer;
    const std::string ip = client.ToString();

    const http::Response alibaba =
        Ask("/d", absl::StrCat("host=pull.live.example&query=4,6&ip=", ip));
    rapidjson::Document json;
    ASSERT_FALSE(json.Parse(alibaba.body).HasParseError()) << alibaba.body;
    EXPECT_EQ(Strings(json["ips"]), Texts(answer.ipv4));
    EXPECT_EQ(Strings(json["ipsv6"]), Texts(answer.ipv6));
    EXPECT_EQ(json["ttl"].GetUint(), name.ttl_s);
    EXPECT_EQ(json["client_ip"].GetString(), ip);

    const http::Response tencent =
        Ask("/d", absl::StrCat("dn=pull.live.example&type=addrs&ip=", ip));
    const std::vector<std::string> lists = absl::StrSplit(tencent.body, '-');
    ASSERT_EQ(lists.size(), 2u) << tencent.body;
    const std::vector<std::string> v4 = absl::StrSplit(lists[0], ';');
    const std::vector<std::string> v6 = absl::StrSplit(lists[1], ';');
    EXPECT_EQ(v4, Texts(answer.ipv4));
    EXPECT_EQ(v6, Texts(answer.ipv6));
  }
}

class HttpdnsWithoutIpParameterTest : public HttpdnsTest {
 protected:
  HttpdnsWithoutIpParameterTest() : HttpdnsTest({.ip_parameter = IpParameter::kIgnored}) {}
};

TEST_F(HttpdnsWithoutIpParameterTest, AnswersTheConnection) {
  EXPECT_TRUE(absl::StrContains(Ask("/d", "host=pull.live.example&ip=10.0.0.1").body,
                                R"("client_ip":"14.215.177.39")"));
}

}  // namespace
}  // namespace nearcast::httpdns
