// HTTPDNS behind a real server, asked by real clients.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "ipdb/name_table.h"
#include "services/http/router.h"
#include "services/http/server.h"
#include "services/http/test_client.h"
#include "services/httpdns/httpdns.h"
#include "services/httpdns/test_snapshot.h"

namespace nearcast::httpdns {
namespace {

class HttpdnsServerTest : public ::testing::Test {
 protected:
  HttpdnsServerTest() : holder_(MakeTestSnapshot(1)), httpdns_(&holder_, &names_, {.workers = 2}) {
    httpdns_.Register(&router_);
    server_ = *http::Server::Listen({.port = 0, .threads = 2}, &router_, Clock::System());
  }

  std::string Curl(const std::string& arguments) const {
    return http::RunCommand(absl::StrCat("curl -sS 2>&1 ", arguments));
  }
  std::string Url(const std::string& target) const {
    return absl::StrCat("'http://127.0.0.1:", server_->port(), target, "'");
  }

  SnapshotHolder<scheduler::Snapshot> holder_;
  ipdb::NameTable names_;
  Httpdns httpdns_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(HttpdnsServerTest, AnswersCurl) {
  if (!http::HasProgram("curl")) GTEST_SKIP() << "curl is not installed";
  EXPECT_EQ(Curl(Url("/d?dn=v4.live.example&ip=14.215.177.39&ttl=1&clientip=1")),
            "192.0.2.102,30|14.215.177.39");
  EXPECT_EQ(Curl("-X POST -d dn=v4.live.example -d ip=14.215.177.39 " + Url("/d")), "192.0.2.102");
  EXPECT_EQ(Curl(Url("/139450/d?host=v4.live.example&ip=14.215.177.39")),
            R"({"host":"v4.live.example","ips":["192.0.2.102"],"ttl":30,"origin_ttl":30,)"
            R"("client_ip":"14.215.177.39"})");
  const std::string head = Curl("-D - -o /dev/null " + Url("/d?host=v4.live.example"));
  EXPECT_TRUE(absl::StrContains(head, "HTTP/1.1 200 OK\r\nDate: ")) << head;
  EXPECT_TRUE(absl::StrContains(head, "\r\nContent-Type: application/json\r\n")) << head;
}

TEST_F(HttpdnsServerTest, PipelinedQueriesKeepTheirOrder) {
  http::TestClient client(server_->port());
  std::string requests;
  for (int i = 0; i < 300; ++i) {
    absl::StrAppend(&requests, "GET /d?dn=v4.live.example&clientip=1&ip=10.0.1.", i % 256,
                    " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  ASSERT_TRUE(client.Send(requests));
  for (int i = 0; i < 300; ++i) {
    EXPECT_TRUE(absl::EndsWith(client.Receive().body, absl::StrCat("|10.0.1.", i % 256)));
  }
}

TEST_F(HttpdnsServerTest, RefusesOversizedNames) {
  http::TestClient client(server_->port());
  EXPECT_EQ(client.Get("/d?host=" + std::string(5000, 'a')).status, 400);
  EXPECT_EQ(client.Get("/d?dn=" + std::string(5000, 'a')).status, 400);
  EXPECT_EQ(client.Get("/d?host=" + std::string(10000, 'a')).status, 414);
}

}  // namespace
}  // namespace nearcast::httpdns
