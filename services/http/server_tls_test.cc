// The server under TLS, with a certificate that openssl makes for the test.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "services/http/server.h"
#include "services/http/test_client.h"

namespace nearcast::http {
namespace {

class ServerTlsTest : public ::testing::Test {
 protected:
  ServerTlsTest() : files_(::testing::TempDir() + "server_tls_test") {
    router_.Handle(Method::kGet, "/hello", [](const Request& request, Response& response) {
      response.content_type = kTextType;
      response.body = request.transport == Transport::kTls ? "over TLS" : "in plain";
    });
    router_.Handle(Method::kPost, "/echo", [](const Request& request, Response& response) {
      response.content_type = kTextType;
      response.body = std::string(request.body);
    });
    router_.Handle(Method::kGet, "/large",
                   [](const Request&, Response& response) { response.body.assign(8 << 20, 'x'); });
  }

  void SetUp() override {
    if (!HasProgram("openssl") || !HasProgram("curl")) {
      GTEST_SKIP() << "needs the programs openssl and curl";
    }
    MakeCertificate("/CN=localhost");
    Start(1);
  }

  void MakeCertificate(const std::string& subject) const {
    RunCommand(absl::StrCat(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj ",
        subject, " -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout ", files_,
        ".key -out ", files_, ".crt 2>&1"));
  }

  static int CountOf(absl::string_view part, absl::string_view text) {
    return static_cast<int>(std::vector<std::string>(absl::StrSplit(text, part)).size()) - 1;
  }

  void Start(uint32_t threads) {
    auto server = Server::Listen({.port = 0,
                                  .threads = threads,
                                  .tls_certificate_file = files_ + ".crt",
                                  .tls_key_file = files_ + ".key"},
                                 &router_, Clock::System());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }

  std::string Curl(const std::string& arguments, const std::string& path) const {
    return RunCommand(absl::StrCat("curl -sS --cacert ", files_, ".crt ", arguments,
                                   " https://127.0.0.1:", server_->port(), path, " 2>&1"));
  }

  // What openssl's own client says about the connection.
  std::string SClient(const std::string& arguments) const {
    return RunCommand(
        absl::StrCat("printf 'GET /hello HTTP/1.0\\r\\n\\r\\n' | openssl s_client "
                     "-ign_eof -connect 127.0.0.1:",
                     server_->port(), " -CAfile ", files_, ".crt ", arguments, " 2>&1"));
  }

  const std::string files_;
  Router router_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTlsTest, AnswersCurlThatChecksTheCertificate) {
  EXPECT_EQ(Curl("", "/hello"), "over TLS");
  EXPECT_EQ(Curl("--tls-max 1.2", "/hello"), "over TLS");
  EXPECT_EQ(Curl("-d body", "/echo"), "body");
  EXPECT_EQ(server_->totals()[HttpEvent::kTlsFailed], 0);
}

// One connection is open all the while; whoever comes after the change sees the new certificate.
TEST_F(ServerTlsTest, ReadsItsCertificateAgainAndDropsNobody) {
  const std::string session = absl::StrCat(files_, ".long");
  // Waits for a line in the pipe between its two requests.
  RunCommand(absl::StrCat("rm -f ", session, "; mkfifo ", session));
  std::string both;
  std::thread client([&] {
    both = RunCommand(absl::StrCat("(printf 'GET /hello HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n'; cat ",
                                   session, ") | openssl s_client -quiet -connect 127.0.0.1:",
                                   server_->port(), " -CAfile ", files_, ".crt 2>&1"));
  });
  while (server_->totals()[HttpEvent::kRequest] == 0) std::this_thread::yield();
  MakeCertificate("/CN=renewed");
  EXPECT_TRUE(absl::StrContains(SClient(""), "CN = localhost")) << "not before it is told";
  ASSERT_TRUE(server_->ReloadTls().ok());
  EXPECT_TRUE(absl::StrContains(SClient(""), "CN = renewed"));
  RunCommand(absl::StrCat("printf 'GET /hello HTTP/1.0\\r\\n\\r\\n' > ", session));
  client.join();
  EXPECT_EQ(CountOf("over TLS", both), 2) << both;

  RunCommand(absl::StrCat("echo nonsense > ", files_, ".crt"));
  const absl::Status refused = server_->ReloadTls();
  EXPECT_TRUE(absl::StrContains(refused.message(), ".crt as the TLS certificate")) << refused;
  const std::string still = RunCommand(
      absl::StrCat("openssl s_client -connect 127.0.0.1:", server_->port(), " </dev/null 2>&1"));
  EXPECT_TRUE(absl::StrContains(still, "CN = renewed")) << still;
}

TEST_F(ServerTlsTest, KeepsTheConnectionForMoreRequests) {
  const std::string url = absl::StrCat(" https://127.0.0.1:", server_->port(), "/hello");
  EXPECT_EQ(Curl(absl::StrCat(url, url), "/hello"), "over TLSover TLSover TLS");
  EXPECT_EQ(server_->totals()[HttpEvent::kAccepted], 1);
}

TEST_F(ServerTlsTest, CarriesLargeBodiesBothWays) {
  EXPECT_EQ(Curl("-o /dev/null -w '%{http_code} %{size_download}'", "/large"), "200 8388608");
  EXPECT_EQ(RunCommand(absl::StrCat(
                "head -c 1048576 /dev/zero | curl -sS --cacert ", files_,
                ".crt -o /dev/null -w '%{http_code} %{size_download}' --data-binary @- https://",
                "127.0.0.1:", server_->port(), "/echo 2>&1")),
            "200 1048576");
}

TEST_F(ServerTlsTest, AgreesOnHttp11AndTls12OrNewer) {
  const std::string agreed = SClient("-alpn h2,http/1.1");
  EXPECT_TRUE(absl::StrContains(agreed, "ALPN protocol: http/1.1")) << agreed;
  EXPECT_TRUE(absl::StrContains(agreed, "TLSv1.3")) << agreed;
  EXPECT_TRUE(absl::StrContains(agreed, "Verify return code: 0 (ok)")) << agreed;
  EXPECT_TRUE(absl::StrContains(SClient("-alpn h2"), "no application protocol"));
  EXPECT_FALSE(absl::StrContains(SClient("-tls1_1 -cipher DEFAULT:@SECLEVEL=0"), "200 OK"));
  EXPECT_EQ(server_->totals()[HttpEvent::kTlsFailed], 2);
}

TEST_F(ServerTlsTest, ResumesBySessionTicket) {
  for (const char* version : {"-tls1_2", "-tls1_3"}) {
    const std::string session = absl::StrCat(files_, ".session");
    const std::string first = SClient(absl::StrCat(version, " -sess_out ", session));
    EXPECT_TRUE(absl::StrContains(first, "New, TLS")) << first;
    const std::string second = SClient(absl::StrCat(version, " -sess_in ", session));
    EXPECT_TRUE(absl::StrContains(second, "Reused, TLS")) << second;
  }
}

TEST_F(ServerTlsTest, BearsStrangers) {
  {
    TestClient plain(server_->port());
    EXPECT_TRUE(plain.Send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
    std::string rest;
    plain.ReceiveEnd(&rest);  // an alert, or a reset that overtakes it
    EXPECT_FALSE(absl::StrContains(rest, "200"));
  }
  // Gone in the middle of a handshake, and in the middle of an answer.
  { TestClient(server_->port()).Send(absl::string_view("\x16\x03\x01\x02\x00\x01", 6)); }
  RunCommand(absl::StrCat("curl -s --cacert ", files_, ".crt https://127.0.0.1:", server_->port(),
                          "/large | head -c 1 > /dev/null"));
  EXPECT_EQ(Curl("", "/hello"), "over TLS");
}

TEST_F(ServerTlsTest, StopsWithConnectionsInEveryState) {
  TestClient silent(server_->port());
  TestClient partial(server_->port());
  EXPECT_TRUE(partial.Send(absl::string_view("\x16\x03\x01", 3)));
  while (server_->totals()[HttpEvent::kAccepted] < 2) std::this_thread::yield();
  server_->Stop();
  EXPECT_EQ(server_->totals()[HttpEvent::kAccepted], server_->totals()[HttpEvent::kClosed]);
}

TEST_F(ServerTlsTest, SaysWhichFileCannotBeUsed) {
  const auto missing = Server::Listen(
      {.port = 0, .tls_certificate_file = "/nowhere.crt", .tls_key_file = files_ + ".key"},
      &router_, Clock::System());
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(missing.status().message(), "/nowhere.crt")) << missing.status();
  EXPECT_FALSE(Server::Listen({.port = 0, .tls_certificate_file = files_ + ".crt"}, &router_,
                              Clock::System())
                   .ok());
}

}  // namespace
}  // namespace nearcast::http
