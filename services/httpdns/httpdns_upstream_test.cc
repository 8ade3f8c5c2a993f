// HTTPDNS for names that upstream resolves: a real HTTP server before, scripted name servers behind.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/notification.h"
#include "base/fake_clock.h"
#include "base/snapshot_holder.h"
#include "ipdb/ip_prefix.h"
#include "ipdb/location.h"
#include "ipdb/name_table.h"
#include "ipdb/prefix_table.h"
#include "ipdb/prefix_table_builder.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/http/metrics_page.h"
#include "services/http/router.h"
#include "services/http/server.h"
#include "services/http/test_client.h"
#include "services/httpdns/cipher.h"
#include "services/httpdns/digest.h"
#include "services/httpdns/httpdns.h"
#include "services/upstream/fake_upstream.h"
#include "services/upstream/upstream.h"

namespace nearcast::httpdns {
namespace {

using upstream::FakeQuery;
using upstream::FakeReply;
using upstream::FakeUpstream;
using upstream::Upstream;

constexpr char kSouth[] = "14.215.177.39";  // Guangdong Telecom
constexpr char kNorth[] = "202.96.5.6";     // Beijing Unicom
constexpr char kAesKey[] = "0123456789abcdef";

ipdb::Location PlaceOf(const char* region, const char* isp) {
  return {.country = "CN", .region = region, .city = "", .isp = isp};
}

std::shared_ptr<const ipdb::PrefixTable> MakePlaces() {
  ipdb::PrefixTableBuilder builder;
  builder.Add(*ipdb::ParseIpPrefix("14.0.0.0/8"), PlaceOf("440000", "chinatelecom"));
  builder.Add(*ipdb::ParseIpPrefix("202.96.0.0/20"), PlaceOf("110000", "chinaunicom"));
  return std::make_shared<const ipdb::PrefixTable>(builder.Build());
}

// pull: a node for all but Beijing Unicom, which gets the alias live.vendor.example; all.live.example
// is that alias for everybody, inner an alias of pull, round and about aliases of each other.
scheduler::Config MakeConfig() {
  scheduler::Config config;
  config.revision = 1;
  scheduler::Cdn own{.name = "own", .kind = scheduler::CdnKind::kOwn};
  scheduler::Cdn vendor{.name = "vendor", .push_domain = "push.vendor.example:1935"};
  vendor.pull_domain = "Pull.Vendor.Example";
  config.cdns = {own, vendor};
  scheduler::Node node{.name = "own-1", .cdn = "own"};
  node.location = PlaceOf("440000", "chinatelecom");
  node.addresses = {"192.0.2.10"};
  node.health = scheduler::HealthSource::kAlwaysUp;
  config.nodes = {node};
  const auto alias = [](const char* name, const char* to, const ipdb::Location& match) {
    return scheduler::ScheduledName{
        .name = name, .cdn = "own", .ttl_s = 60, .rules = {{.match = match, .cname = to}}};
  };
  const ipdb::Location everywhere;
  scheduler::Domain domain{.name = "live.example"};
  domain.zone_file = "@ 3600 IN SOA ns1 hostmaster 1 7200 1800 259200 900\n@ 3600 IN NS ns1\n";
  domain.scheduled_names = {alias("pull", "live.vendor.example", PlaceOf("110000", "chinaunicom")),
                            alias("all", "live.vendor.example", everywhere),
                            alias("inner", "pull.live.example", everywhere),
                            alias("round", "about.live.example", everywhere),
                            alias("about", "round.live.example", everywhere)};
  config.domains = {domain};
  return config;
}

// Each name of a vendor has an address for each subnet asked, the third octet by place.
FakeReply SayByPlace(const FakeQuery& query) {
  if (absl::StartsWith(query.name, "none")) {
    return {.rcode = 3, .authority = {"vendor.example 900 SOA 40"}};
  }
  if (absl::StartsWith(query.name, "broken")) return {.rcode = 2};
  const int place = absl::StartsWith(query.subnet, "14.") ? 1 : 2;
  const auto bits = query.subnet.empty() ? 0 : ipdb::ParseIpPrefix(query.subnet)->length_bits;
  if (query.type == 28) {
    return {.records = {absl::StrCat(query.name, " 300 AAAA 2001:db8::", place)},
            .scope_bits = bits};
  }
  return {.records = {absl::StrCat(query.name, " 50 CNAME edge.", query.name),
                      absl::StrCat("edge.", query.name, " 40 A 198.51.", place, ".1"),
                      absl::StrCat("edge.", query.name, " 40 A 198.51.", place, ".2")},
          .scope_bits = bits};
}

class HttpdnsUpstreamTest : public ::testing::Test {
 protected:
  HttpdnsUpstreamTest() : holder_(scheduler::BuildSnapshot(MakeConfig(), {}, MakePlaces())) {}

  ~HttpdnsUpstreamTest() override {
    web_.reset();
    upstream_.reset();
  }

  void Start(FakeUpstream::Script script = &SayByPlace, upstream::UpstreamOptions options = {}) {
    server_ = std::make_unique<FakeUpstream>(std::move(script));
    options.servers = {.servers = {server_->address()}, .timeout = absl::Seconds(10)};
    upstream_ = *Upstream::Start(options, &clock_);
    httpdns_ = std::make_unique<Httpdns>(
        &holder_, &names_,
        HttpdnsOptions{.workers = 1, .upstream = upstream_.get(), .clock = &clock_});
    httpdns_->Register(&router_);
    web_ = *http::Server::Listen({.port = 0, .threads = 1}, &router_, Clock::System());
  }

  void Configure(const std::vector<scheduler::Account>& accounts) {
    scheduler::Config config = MakeConfig();
    config.accounts = accounts;
    holder_.Publish(scheduler::BuildSnapshot(config, {}, MakePlaces()));
  }

  // "status body"
  std::string Get(const std::string& target) {
    http::TestClient client(web_->port());
    const http::TestResponse response = client.Get(target);
    return absl::StrCat(response.status, " ", response.body);
  }

  std::string Metrics() const {
    http::MetricsWriter out;
    httpdns_->AddMetrics(out);
    return out.Finish();
  }

  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  SnapshotHolder<scheduler::Snapshot> holder_;
  ipdb::NameTable names_;
  std::unique_ptr<FakeUpstream> server_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<Httpdns> httpdns_;
  http::Router router_;
  std::unique_ptr<http::Server> web_;
};

TEST_F(HttpdnsUpstreamTest, AnAliasGivesTheVendorsAddressesForTheClient) {
  Start();
  EXPECT_EQ(Get(absl::StrCat("/d?host=pull.live.example&ip=", kNorth)),
            R"(200 {"host":"pull.live.example","ips":["198.51.2.1","198.51.2.2"],"ttl":40,)"
            R"("origin_ttl":40,"client_ip":"202.96.5.6","extra":"cname=live.vendor.example"})");
  EXPECT_EQ(Get(absl::StrCat("/d?host=pull.live.example&ip=", kSouth)),
            R"(200 {"host":"pull.live.example","ips":["192.0.2.10"],"ttl":60,"origin_ttl":60,)"
            R"("client_ip":"14.215.177.39"})");
  EXPECT_EQ(server_->queries(), std::vector<std::string>{"live.vendor.example A 202.96.0.0/20"});
  clock_.Advance(absl::Seconds(10));
  // Another client of the cell.
  EXPECT_EQ(Get("/d?host=pull.live.example&ip=202.96.14.99"),
            R"(200 {"host":"pull.live.example","ips":["198.51.2.1","198.51.2.2"],"ttl":30,)"
            R"("origin_ttl":40,"client_ip":"202.96.14.99","extra":"cname=live.vendor.example"})");
  EXPECT_EQ(server_->query_count(), 1u);
}

TEST_F(HttpdnsUpstreamTest, EveryDialectGivesThem) {
  Start();
  const std::string ip = absl::StrCat("&ip=", kNorth);
  EXPECT_EQ(Get("/d?dn=all.live.example&ttl=1&clientip=1" + ip),
            "200 198.51.2.1;198.51.2.2,40|202.96.5.6");
  EXPECT_EQ(Get("/d?dn=all.live.example&type=addrs&ttl=1" + ip),
            "200 198.51.2.1;198.51.2.2,40-2001:db8::2,40");
  EXPECT_EQ(Get("/resolve?host=all.live.example&query=4,6" + ip),
            R"(200 {"dns":[{"host":"all.live.example","ips":["198.51.2.1","198.51.2.2"],"type":1,)"
            R"("ttl":40,"origin_ttl":40,"client_ip":"202.96.5.6",)"
            R"("extra":"cname=live.vendor.example"},{"host":"all.live.example",)"
            R"("ipsv6":["2001:db8::2"],"type":28,"ttl":40,"origin_ttl":40,)"
            R"("client_ip":"202.96.5.6","extra":"cname=live.vendor.example"}]})");
  EXPECT_EQ(Get(absl::StrCat("/v2/d?id=1&dn=all.live.example&q=4&cip=", kNorth)),
            R"(200 {"code":"success","mode":0,"data":{"cip":"202.96.5.6","answers":[)"
            R"({"dn":"all.live.example","v4":{"ips":["198.51.2.1","198.51.2.2"],"ttl":40,)"
            R"("extra":"cname=live.vendor.example"}}]}})");
  EXPECT_EQ(Get("/resolve?domain=all.live.example" + ip),
            R"(200 {"cip":"202.96.5.6","host":"all.live.example","ips":["198.51.2.1",)"
            R"("198.51.2.2","2001:db8::2"],"ttl":40})");
  EXPECT_EQ(Get("/v4/resolve?dn=all.live.example&type=ipv4" + ip),
            R"(200 {"msg":"ok","data":{"all.live.example":{"ipv4":{"ip":["198.51.2.1",)"
            R"("198.51.2.2"],"ttl":40}}},"clientip":"202.96.5.6","timestamp":1700000000})");
  EXPECT_EQ(server_->query_count(), 2u);  // A and AAAA
}

TEST_F(HttpdnsUpstreamTest, EncryptedRequestsWaitAsWell) {
  Start();
  Configure({{.name = "app",
              .account_id = "100",
              .tencent_aes_key = kAesKey,
              .allow_ip_parameter = true}});
  const auto seal = [](const std::string& text) {
    return EncodeHex(*Seal(Cipher::kAes128Cbc, kAesKey, text));
  };
  const std::string got = Get(absl::StrCat(
      "/d?id=100&alg=aes&ttl=1&clientip=1&dn=", seal("all.live.example"), "&ip=", seal(kNorth)));
  ASSERT_TRUE(absl::StartsWith(got, "200 ")) << got;
  const auto opened = Open(Cipher::kAes128Cbc, kAesKey, *DecodeHex(got.substr(4)));
  ASSERT_TRUE(opened.ok()) << got;
  EXPECT_EQ(*opened, "198.51.2.1;198.51.2.2,40|202.96.5.6");
}

TEST_F(HttpdnsUpstreamTest, WaitingKeepsThePipelinesOrderAndHoldsNobodyElseUp) {
  absl::Notification may_answer;
  Start([&](const FakeQuery& query) {
    may_answer.WaitForNotification();
    return SayByPlace(query);
  });
  http::TestClient waiting(web_->port());
  std::string requests;
  for (int i = 0; i < 30; ++i) {
    const char* const name = i % 3 == 1 ? "all" : "pull";
    absl::StrAppend(&requests, "GET /d?dn=", name, ".live.example&ip=", kSouth,
                    " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  ASSERT_TRUE(waiting.Send(requests));
  EXPECT_EQ(waiting.Receive().body, "192.0.2.10");
  ASSERT_TRUE(server_->AwaitQueries(1));
  // The server's only thread.
  EXPECT_EQ(Get(absl::StrCat("/d?dn=pull.live.example&ip=", kSouth)), "200 192.0.2.10");
  may_answer.Notify();
  for (int i = 1; i < 30; ++i) {
    EXPECT_EQ(waiting.Receive().body, i % 3 == 1 ? "198.51.1.1;198.51.1.2" : "192.0.2.10") << i;
  }
  EXPECT_EQ(server_->query_count(), 1u);
}

TEST_F(HttpdnsUpstreamTest, NamesOfCdnsAreResolvedAndOthersAreNot) {
  Start();
  EXPECT_EQ(Get(absl::StrCat("/d?dn=pull.VENDOR.example.&ip=", kSouth)),
            "200 198.51.1.1;198.51.1.2");
  EXPECT_EQ(Get(absl::StrCat("/d?dn=push.vendor.example&ip=", kSouth)),
            "200 198.51.1.1;198.51.1.2");
  EXPECT_EQ(Get(absl::StrCat("/d?dn=www.else.example&ttl=1&clientip=1&ip=", kSouth)),
            "200 0,60|14.215.177.39");
  EXPECT_EQ(Get(absl::StrCat("/d?host=pull.vendor.example&ip=", kSouth)),
            R"(200 {"host":"pull.vendor.example","ips":["198.51.1.1","198.51.1.2"],"ttl":40,)"
            R"("origin_ttl":40,"client_ip":"14.215.177.39"})");
}

TEST_F(HttpdnsUpstreamTest, AnAccountsListSaysWhatIsResolved) {
  Start();
  Configure({{.name = "app",
              .account_id = "100",
              .allow_unsigned = true,
              .allow_ip_parameter = true,
              .hosts = {"all.live.example", "*.app.example"}}});
  const auto get = [&](const std::string& name) {
    return Get(absl::StrCat("/resolve?account_id=100&domain=", name, "&type=A&ip=", kSouth));
  };
  EXPECT_TRUE(absl::StrContains(get("api.app.example"), "198.51.1.1"));
  EXPECT_TRUE(absl::StrContains(get("all.live.example"), "198.51.1.1"));
  EXPECT_TRUE(absl::StrContains(get("pull.vendor.example"), R"("ips":[],"ttl":60)"));
  EXPECT_TRUE(absl::StrContains(get("pull.live.example"), R"("ips":[],"ttl":60)"));
}

TEST_F(HttpdnsUpstreamTest, AliasesAmongOurOwnNamesAreFollowedHere) {
  Start();
  EXPECT_EQ(Get(absl::StrCat("/d?dn=inner.live.example&ip=", kSouth)), "200 192.0.2.10");
  EXPECT_EQ(Get(absl::StrCat("/d?dn=inner.live.example&ip=", kNorth)), "200 198.51.2.1;198.51.2.2");
  EXPECT_EQ(server_->queries(), std::vector<std::string>{"live.vendor.example A 202.96.0.0/20"});
  EXPECT_EQ(Get(absl::StrCat("/d?dn=round.live.example&ip=", kSouth)),
            "503 the name's own servers do not answer");
}

// SDKs remember an empty answer, and keep what they have after an error.
TEST_F(HttpdnsUpstreamTest, AFailureIsAnErrorInEveryDialectAndNeverAnEmptyAnswer) {
  Start([](const FakeQuery&) { return FakeReply{.rcode = 2}; });
  EXPECT_EQ(Get("/d?host=all.live.example"),
            R"(500 {"code":"InternalError","message":"the name's own servers do not answer"})");
  EXPECT_EQ(Get("/resolve?host=all.live.example"),
            R"(500 {"code":"InternalError","message":"the name's own servers do not answer"})");
  EXPECT_EQ(Get("/v2/d?id=1&dn=all.live.example"),
            R"(500 {"code":"InternalError","message":"the name's own servers do not answer"})");
  EXPECT_EQ(Get("/d?dn=all.live.example&ttl=1&clientip=1"),
            "503 the name's own servers do not answer");
  EXPECT_EQ(Get("/resolve?domain=all.live.example"),
            R"(500 {"code":"InternalError","message":"the name's own servers do not answer"})");
  EXPECT_EQ(Get("/v4/resolve?dn=all.live.example"),
            R"(500 {"msg":"the name's own servers do not answer"})");
}

TEST_F(HttpdnsUpstreamTest, ABatchLeavesOutWhatFailed) {
  Start([](const FakeQuery& query) {
    return query.name == "live.vendor.example" ? FakeReply{.rcode = 2} : SayByPlace(query);
  });
  const std::string ip = absl::StrCat("&ip=", kSouth);
  EXPECT_EQ(
      Get("/d?dn=all.live.example,pull.vendor.example,pull.live.example&ttl=1&clientip=1" + ip),
      "200 pull.vendor.example.:198.51.1.1;198.51.1.2,40|14.215.177.39\n"
      "pull.live.example.:192.0.2.10,60|14.215.177.39");
  const std::string metrics = Metrics();
  for (const char* line : {"nearcast_httpdns_queries_total{dialect=\"tencent\"} 1\n",
                           "nearcast_httpdns_names_total{dialect=\"tencent\"} 3\n",
                           "nearcast_httpdns_names_upstream_total{dialect=\"tencent\"} 2\n",
                           "nearcast_httpdns_names_failed_total{dialect=\"tencent\"} 1\n"}) {
    EXPECT_TRUE(absl::StrContains(metrics, line)) << line << metrics;
  }
}

TEST_F(HttpdnsUpstreamTest, NoSuchNameIsAnAnswer) {
  Start();
  Configure({{.name = "app",
              .account_id = "100",
              .allow_unsigned = true,
              .allow_ip_parameter = true,
              .hosts = {"none.vendor.example"}}});
  EXPECT_EQ(Get(absl::StrCat("/100/d?host=none.vendor.example&ip=", kSouth)),
            R"(200 {"host":"none.vendor.example","ips":[],"ttl":40,"origin_ttl":40,)"
            R"("client_ip":"14.215.177.39"})");
}

TEST_F(HttpdnsUpstreamTest, StaleAddressesAreGivenWhileUpstreamIsGone) {
  Start();
  const std::string target = absl::StrCat("/d?dn=all.live.example&ttl=1&clientip=1&ip=", kSouth);
  EXPECT_EQ(Get(target), "200 198.51.1.1;198.51.1.2,40|14.215.177.39");
  server_.reset();
  clock_.Advance(absl::Seconds(100));
  EXPECT_EQ(Get(target), "200 198.51.1.1;198.51.1.2,30|14.215.177.39");
  EXPECT_EQ(Get(target), "200 198.51.1.1;198.51.1.2,30|14.215.177.39");
  EXPECT_EQ(upstream_->totals().waits, 2u);  // the third does not wait
}

TEST_F(HttpdnsUpstreamTest, ASlowUpstreamIsWaitedForNoLongerThanAnAppWould) {
  absl::Notification may_answer;
  Start([&](const FakeQuery& query) {
    may_answer.WaitForNotification();
    return SayByPlace(query);
  });
  http::TestClient client(web_->port());
  ASSERT_TRUE(client.Send("GET /d?host=all.live.example HTTP/1.1\r\nHost: h\r\n\r\n"));
  ASSERT_TRUE(server_->AwaitQueries(1));
  clock_.Advance(absl::Seconds(3));
  EXPECT_EQ(client.Receive().status, 500);
  may_answer.Notify();
  server_.reset();  // its thread is done with `may_answer` then
}

TEST_F(HttpdnsUpstreamTest, ACallerMaySayHowLongItWaits) {
  absl::Notification may_answer;
  Start([&](const FakeQuery& query) {
    may_answer.WaitForNotification();
    return SayByPlace(query);
  });
  http::TestClient client(web_->port());
  ASSERT_TRUE(client.Send("GET /d?dn=all.live.example&timeout=1000 HTTP/1.1\r\nHost: h\r\n\r\n"));
  ASSERT_TRUE(server_->AwaitQueries(1));
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(client.Receive().status, 503);
  may_answer.Notify();
  server_.reset();  // its thread is done with `may_answer` then
}

TEST_F(HttpdnsUpstreamTest, RateAndQueriesCountOnceForARequestThatWaits) {
  Start();
  Configure(
      {{.name = "app", .account_id = "100", .allow_unsigned = true, .requests_per_s_max = 2}});
  EXPECT_TRUE(absl::StartsWith(Get("/100/d?host=all.live.example"), "200"));
  EXPECT_TRUE(absl::StartsWith(Get("/100/d?host=all.live.example"), "200"));
  EXPECT_TRUE(absl::StartsWith(Get("/100/d?host=all.live.example"), "403"));
  EXPECT_TRUE(
      absl::StrContains(Metrics(), "nearcast_httpdns_queries_total{dialect=\"alibaba_v1\"} 3\n"));
}

TEST_F(HttpdnsUpstreamTest, WhereTooManyWaitTheRestIsToldSo) {
  Start([](const FakeQuery&) { return FakeReply{.silent = true}; }, {.waits_max = 0});
  EXPECT_EQ(Get("/d?dn=all.live.example"), "503 the name's own servers do not answer");
  EXPECT_EQ(upstream_->totals().waits_refused, 1u);
}

TEST_F(HttpdnsUpstreamTest, CurlSeesIt) {
  if (!http::HasProgram("curl")) GTEST_SKIP() << "curl is not installed";
  Start();
  EXPECT_EQ(http::RunCommand(absl::StrCat("curl -sS 'http://127.0.0.1:", web_->port(),
                                          "/d?dn=all.live.example&ttl=1&ip=", kSouth, "'")),
            "198.51.1.1;198.51.1.2,40");
}

}  // namespace
}  // namespace nearcast::httpdns
