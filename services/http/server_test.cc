#include "services/http/server.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/clock.h"
#include "base/fake_clock.h"
#include "services/http/test_client.h"

namespace nearcast::http {
namespace {

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    router_.Handle(Method::kGet, "/hello", [](const Request& request, Response& response) {
      response.body = absl::StrCat("\"", request.client.ToString(), " ", request.query, "\"");
    });
    router_.Handle(Method::kPost, "/echo", [](const Request& request, Response& response) {
      response.content_type = kTextType;
      response.body = std::string(request.body);
    });
    router_.Handle(Method::kGet, "/large",
                   [](const Request&, Response& response) { response.body.assign(8 << 20, 'x'); });
    router_.HandleLater(
        Method::kGet, "/later", [this](const Request& request, Responder responder) {
          later_.push_back(std::thread([responder, query = std::string(request.query)] {
            Response response;
            response.body = query;
            responder.Send(std::move(response));
          }));
        });
    router_.Handle(Method::kGet, "/sometimes", [this](const Request& request, Response& response) {
      response.body = "at once";
      if (request.query != "later") return;
      later_.push_back(std::thread([responder = request.AnswerLater()] {
        Response late;
        late.body = "later";
        responder.Send(std::move(late));
      }));
    });
    router_.HandleLater(Method::kGet, "/dropped", [](const Request&, Responder) {});
    router_.HandleLater(Method::kGet, "/never", [this](const Request&, Responder responder) {
      kept_.push_back(std::move(responder));
    });
  }

  ~ServerTest() override {
    if (server_ != nullptr) server_->Stop();
    for (std::thread& thread : later_) thread.join();
  }

  uint16_t Start(ServerOptions options = {}, const Clock* clock = Clock::System()) {
    options.port = 0;
    auto server = Server::Listen(options, &router_, clock);
    EXPECT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    return server_->port();
  }

  Router router_;
  std::unique_ptr<Server> server_;
  std::vector<std::thread> later_;
  std::vector<Responder> kept_;
};

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
  TestClient client(Start());
  for (int i = 0; i < 100; ++i) {
    const TestResponse response = client.Get(absl::StrCat("/hello?", i));
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(response.body, absl::StrCat("\"127.0.0.1 ", i, "\""));
  }
  EXPECT_EQ(server_->totals()[HttpEvent::kRequest], 100);
  EXPECT_EQ(server_->totals()[HttpEvent::kAccepted], 1);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  TestClient client(Start());
  std::string requests;
  for (int i = 0; i < 2000; ++i) {
    absl::StrAppend(&requests, "GET /hello?", i, " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  std::thread sender([&] { EXPECT_TRUE(client.Send(requests)); });
  for (int i = 0; i < 2000; ++i) {
    EXPECT_EQ(client.Receive().body, absl::StrCat("\"127.0.0.1 ", i, "\""));
  }
  sender.join();
}

TEST_F(ServerTest, KeepsOrderAroundAHandlerThatSometimesAnswersLater) {
  TestClient client(Start());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&requests, "GET /sometimes?", i % 3 == 1 ? "later" : "now",
                    " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  ASSERT_TRUE(client.Send(requests));
  for (int i = 0; i < 50; ++i) {
    const TestResponse response = client.Receive();
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, i % 3 == 1 ? "later" : "at once") << i;
  }
}

TEST_F(ServerTest, KeepsOrderAroundAHandlerThatAnswersLater) {
  TestClient client(Start());
  ASSERT_TRUE(
      client.Send("GET /hello?1 HTTP/1.1\r\nHost: h\r\n\r\n"
                  "GET /later?2 HTTP/1.1\r\nHost: h\r\n\r\n"
                  "GET /hello?3 HTTP/1.1\r\nHost: h\r\n\r\n"
                  "GET /dropped HTTP/1.1\r\nHost: h\r\n\r\n"
                  "GET /later?5 HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(client.Receive().body, "\"127.0.0.1 1\"");
  EXPECT_EQ(client.Receive().body, "2");
  EXPECT_EQ(client.Receive().body, "\"127.0.0.1 3\"");
  EXPECT_EQ(client.Receive().status, 500);
  EXPECT_EQ(client.Receive().body, "5");
}

TEST_F(ServerTest, TakesARequestByteByByte) {
  TestClient client(Start());
  for (const char c :
       std::string("\r\nPOST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")) {
    ASSERT_TRUE(client.Send(absl::string_view(&c, 1)));
  }
  EXPECT_EQ(client.Receive().body, "abc");
}

TEST_F(ServerTest, TakesChunkedBodies) {
  TestClient client(Start());
  ASSERT_TRUE(
      client.Send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET /hello?x HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(client.Receive().body, "abcde");
  EXPECT_EQ(client.Receive().body, "\"127.0.0.1 x\"");
}

TEST_F(ServerTest, InvitesTheBodyThatAClientHoldsBack) {
  TestClient client(Start());
  ASSERT_TRUE(client.Send(
      "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_EQ(client.Receive().status, 100);
  ASSERT_TRUE(client.Send("ok"));
  EXPECT_EQ(client.Receive().body, "ok");
}

TEST_F(ServerTest, SendsALargeAnswerToASlowReader) {
  TestClient client(Start());
  ASSERT_TRUE(
      client.Send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n"
                  "GET /hello?y HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(client.Receive().body.size(), 8u << 20);
  EXPECT_EQ(client.Receive().body, "\"127.0.0.1 y\"");
}

TEST_F(ServerTest, TellsMethodsAndPathsApart) {
  TestClient client(Start());
  EXPECT_EQ(client.Get("/nowhere").status, 404);
  ASSERT_TRUE(client.Send("DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
  const TestResponse refused = client.Receive();
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.headers.at("allow"), "GET, HEAD");
  EXPECT_TRUE(absl::StrContains(refused.body, "\"code\":\"MethodNotAllowed\""));
  ASSERT_TRUE(client.Send("HEAD /hello?z HTTP/1.1\r\nHost: h\r\n\r\n"));
  const TestResponse head = client.Receive(TestClient::Body::kNone);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "13");
  ASSERT_TRUE(client.Send("OPTIONS /hello HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(client.Receive().status, 204);
}

TEST_F(ServerTest, SendsTheDateOfItsClock) {
  const FakeClock clock(absl::FromUnixSeconds(784111777));
  TestClient client(Start({}, &clock));
  EXPECT_EQ(client.Get("/hello").headers.at("date"), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST_F(ServerTest, EndsHttp10AndAskedForCloses) {
  const uint16_t port = Start();
  for (const char* request : {"GET /hello HTTP/1.0\r\n\r\n",
                              "GET /hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"}) {
    TestClient client(port);
    ASSERT_TRUE(client.Send(request));
    EXPECT_EQ(client.Receive().headers.at("connection"), "close");
    std::string rest;
    EXPECT_TRUE(client.ReceiveEnd(&rest));
    EXPECT_EQ(rest, "");
  }
}

TEST_F(ServerTest, ServesOnSeveralThreads) {
  const uint16_t port = Start({.threads = 2});
  std::vector<std::thread> clients;
  for (int i = 0; i < 16; ++i) {
    clients.emplace_back([port] {
      TestClient client(port);
      for (int j = 0; j < 50; ++j) EXPECT_EQ(client.Get("/hello").status, 200);
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(server_->totals()[HttpEvent::kRequest], 800);
}

TEST_F(ServerTest, RefusesAPortThatIsTaken) {
  const uint16_t port = Start();
  const auto second = Server::Listen({.port = port}, &router_, Clock::System());
  ASSERT_FALSE(second.ok());
  EXPECT_TRUE(absl::StrContains(second.status().message(), absl::StrCat("port ", port)));
  EXPECT_FALSE(Server::Listen({.address = "nonsense"}, &router_, Clock::System()).ok());
}

TEST_F(ServerTest, StopsWithIdleBusyAndForgottenConnections) {
  const uint16_t port = Start({.stop_deadline = absl::Milliseconds(100)});
  TestClient idle(port);
  TestClient partial(port);
  TestClient waiting(port);
  EXPECT_EQ(idle.Get("/hello").status, 200);
  ASSERT_TRUE(partial.Send("GET /he"));
  ASSERT_TRUE(waiting.Send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n"));
  while (server_->totals()[HttpEvent::kRequest] < 2) std::this_thread::yield();
  server_->Stop();
  const HttpTotals totals = server_->totals();
  EXPECT_EQ(totals[HttpEvent::kAccepted], totals[HttpEvent::kClosed]);
  server_.reset();
  kept_[0].Send({});  // nobody is there any more
}

TEST_F(ServerTest, CurlReusesItsConnectionAndPostsLargeBodies) {
  if (!HasProgram("curl")) GTEST_SKIP() << "curl is not installed";
  const std::string url = absl::StrCat("http://127.0.0.1:", Start());
  EXPECT_EQ(RunCommand(absl::StrCat("curl -s ", url, "/hello?a ", url, "/hello?b")),
            "\"127.0.0.1 a\"\"127.0.0.1 b\"");
  EXPECT_EQ(server_->totals()[HttpEvent::kAccepted], 1);
  const std::string fits = absl::StrCat(
      "head -c 1048576 /dev/zero | curl -s -o /dev/null -w '%{http_code} %{size_download}'"
      " -H 'Expect: 100-continue' ",
      url, "/echo --data-binary @-");
  EXPECT_EQ(RunCommand(fits), "200 1048576");
  const std::string chunked = absl::StrCat(
      "head -c 500000 /dev/zero | curl -s -o /dev/null -w '%{http_code} %{size_download}'"
      " -X POST -T - ",
      url, "/echo");
  EXPECT_EQ(RunCommand(chunked), "200 500000");
  const std::string too_large =
      absl::StrCat("head -c 1048577 /dev/zero | curl -s -o /dev/null -w '%{http_code}' ", url,
                   "/echo --data-binary @-");
  EXPECT_EQ(RunCommand(too_large), "413");
  EXPECT_EQ(RunCommand(absl::StrCat("curl -s -I ", url, "/hello | head -1")),
            "HTTP/1.1 200 OK\r\n");
}

}  // namespace
}  // namespace nearcast::http
