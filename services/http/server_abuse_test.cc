// Clients that trickle, flood, lie and vanish: each is cut off, counted, and hurts nobody else.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "services/http/server.h"
#include "services/http/test_client.h"

namespace nearcast::http {
namespace {

class ServerAbuseTest : public ::testing::Test {
 protected:
  ServerAbuseTest() {
    router_.Handle(Method::kGet, "/hello",
                   [](const Request&, Response& response) { response.body = "\"hello\""; });
    router_.Handle(Method::kPost, "/echo", [](const Request& request, Response& response) {
      response.body = std::string(request.body);
    });
    router_.HandleLater(Method::kGet, "/never", [this](const Request&, Responder responder) {
      kept_.push_back(std::move(responder));
    });
  }

  uint16_t Start(ServerOptions options) {
    options.port = 0;
    auto server = Server::Listen(options, &router_, Clock::System());
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    return server_->port();
  }

  // The status of the answer to raw bytes on a connection of their own, and that it ends there.
  static int StatusOf(uint16_t port, absl::string_view bytes) {
    TestClient client(port);
    client.Send(bytes);
    client.ShutdownSend();
    const int status = client.Receive().status;
    std::string rest;
    EXPECT_TRUE(client.ReceiveEnd(&rest));
    return status;
  }

  Router router_;
  std::vector<Responder> kept_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerAbuseTest, GivesTheExactStatusToEachCase) {
  const uint16_t port = Start({.body_bytes_max = 1000});
  const std::string end = "\r\nHost: h\r\n\r\n";
  struct Row {
    std::string bytes;
    int status;
  };
  const Row rows[] = {
      {"GET /hello HTTP/1.1\r\n\r\n", 400},
      {"GET /hello HTTP/3.0" + end, 505},
      {"\x16\x03\x01\x02", 400},
      {"\r\n\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 404},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1" + end, 414},
      {"GET /" + std::string(10000, 'a'), 414},
      {"GET /hello HTTP/1.1\r\nHost: h\r\nA: " + std::string(17000, 'a') + "\r\n\r\n", 431},
      {"GET /hello HTTP/1.1\r\nHost: h\r\nA: " + std::string(17000, 'a'), 431},
      {"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n", 413},
      {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413},
      {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"GET /hello HTTP/1.1\r\nHost: h\r\nExpect: wonders\r\n\r\n", 417},
      {"GET /hello", 0},  // ended in the middle: nothing to answer
  };
  for (const Row& row : rows) {
    EXPECT_EQ(StatusOf(port, row.bytes), row.status) << row.bytes.substr(0, 60);
  }
}

TEST_F(ServerAbuseTest, SeesAnEndThatComesWithTheLastBytes) {
  const uint16_t port = Start({});
  const absl::Duration begin = Clock::System()->Monotonic();
  for (int i = 0; i < 500; ++i) {
    TestClient client(port);
    client.Send(i % 2 == 0 ? "GET /hello" : "GET /hello HTTP/1.1\r\nHost: h\r\n\r\nGET /");
    client.ShutdownSend();
    std::string answer;
    ASSERT_TRUE(client.ReceiveEnd(&answer));
    EXPECT_EQ(answer.empty(), i % 2 == 0);
  }
  EXPECT_EQ(server_->totals()[HttpEvent::kTimedOut], 0);
  EXPECT_LT(Clock::System()->Monotonic() - begin, absl::Seconds(5));
}

TEST_F(ServerAbuseTest, CutsAHeadThatTrickles) {
  const uint16_t port =
      Start({.head_bytes_max = 1 << 20, .head_deadline = absl::Milliseconds(200)});
  TestClient slow(port);
  TestClient honest(port);
  ASSERT_TRUE(slow.Send("GET /hello HTTP/1.1\r\nX: "));
  const absl::Duration begin = Clock::System()->Monotonic();
  while (server_->totals()[HttpEvent::kTimedOut] == 0) {
    slow.Send("a");
    ASSERT_EQ(honest.Get("/hello").status, 200);
    ASSERT_LT(Clock::System()->Monotonic() - begin, absl::Seconds(5));
  }
  EXPECT_EQ(slow.Receive().status, 408);
  EXPECT_EQ(honest.Get("/hello").status, 200);
}

TEST_F(ServerAbuseTest, CutsABodyThatNeverComesAndAnIdleConnection) {
  const uint16_t port =
      Start({.body_deadline = absl::Milliseconds(100), .idle_deadline = absl::Milliseconds(200)});
  TestClient body(port);
  TestClient idle(port);
  ASSERT_TRUE(body.Send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"));
  EXPECT_EQ(body.Receive().status, 408);
  EXPECT_EQ(idle.Get("/hello").status, 200);
  std::string rest;
  EXPECT_TRUE(idle.ReceiveEnd(&rest));
  EXPECT_EQ(rest, "");
}

TEST_F(ServerAbuseTest, EndsAWaitForAHandlerThatForgets) {
  const uint16_t port = Start({.handler_deadline = absl::Milliseconds(100)});
  TestClient client(port);
  EXPECT_EQ(client.Get("/never").status, 504);
  EXPECT_EQ(client.Get("/hello").status, 200);
}

TEST_F(ServerAbuseTest, DropsAReaderThatNeverReads) {
  router_.Handle(Method::kGet, "/large",
                 [](const Request&, Response& response) { response.body.assign(64 << 20, 'x'); });
  const uint16_t port = Start({.write_deadline = absl::Milliseconds(100)});
  TestClient client(port);
  ASSERT_TRUE(client.Send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"));
  const absl::Duration begin = Clock::System()->Monotonic();
  while (server_->totals()[HttpEvent::kClosed] == 0) {
    ASSERT_LT(Clock::System()->Monotonic() - begin, absl::Seconds(5));
    std::this_thread::yield();
  }
  EXPECT_EQ(server_->totals()[HttpEvent::kTimedOut], 1);
}

TEST_F(ServerAbuseTest, LimitsTheConnectionsOfAnAddress) {
  const uint16_t port = Start({.connections_per_address_max = 2});
  TestClient first(port);
  TestClient second(port);
  EXPECT_EQ(first.Get("/hello").status, 200);
  EXPECT_EQ(second.Get("/hello").status, 200);
  TestClient third(port);
  EXPECT_EQ(third.Receive().status, 503);
  TestClient other(port, "127.0.0.2");
  EXPECT_EQ(other.Get("/hello").status, 200);
  EXPECT_EQ(server_->totals()[HttpEvent::kOverAddressLimit], 1);
}

TEST_F(ServerAbuseTest, AConnectionThatWaitsForItsClientMakesRoom) {
  const uint16_t port = Start({.connections_max = 3, .stop_deadline = absl::Milliseconds(100)});
  TestClient waiting(port);
  EXPECT_EQ(waiting.Get("/hello").status, 200);
  std::vector<std::unique_ptr<TestClient>> busy;
  const auto add_busy = [&] {
    busy.push_back(std::make_unique<TestClient>(port));
    busy.back()->Send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
    while (server_->totals()[HttpEvent::kRequest] < busy.size() + 1) std::this_thread::yield();
  };
  add_busy();
  add_busy();
  add_busy();
  std::string rest;
  EXPECT_TRUE(waiting.ReceiveEnd(&rest));
  EXPECT_EQ(rest, "");
  EXPECT_EQ(server_->totals()[HttpEvent::kEvicted], 1);
  // All are being worked for now.
  TestClient late(port);
  EXPECT_EQ(late.Receive().status, 503);
  EXPECT_EQ(server_->totals()[HttpEvent::kEvicted], 1);
  EXPECT_EQ(server_->totals()[HttpEvent::kOverTotalLimit], 1);
}

TEST_F(ServerAbuseTest, SurvivesGarbageAndVanishingClients) {
  const uint16_t port =
      Start({.head_deadline = absl::Milliseconds(100), .stop_deadline = absl::Milliseconds(100)});
  std::mt19937 random(11);
  TestClient honest(port);
  const std::string valid =
      "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n0\r\n\r\nGET /never HTTP/1.1\r\nHost: h\r\n\r\n";
  for (int i = 0; i < 500; ++i) {
    std::string bytes = valid.substr(0, random() % (valid.size() + 1));
    for (size_t flips = random() % 4; flips > 0 && !bytes.empty(); --flips) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    TestClient client(port);
    client.Send(bytes);
    if (i % 50 == 0) {
      ASSERT_EQ(honest.Get("/hello").status, 200);
    }
  }
  EXPECT_EQ(honest.Get("/hello").status, 200);
}

}  // namespace
}  // namespace nearcast::http
