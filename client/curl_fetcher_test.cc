#include "client/curl_fetcher.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/loopback.h"

namespace nearcast::client {
namespace {

// Accepts one connection, reads a request's head, sends `reply` and closes; without a reply, says
// nothing until the client hangs up.
class OneReply {
 public:
  explicit OneReply(std::optional<std::string> reply) {
    url = absl::StrCat("http://127.0.0.1:", listener_.number);
    thread_ = std::thread([this, reply] { Serve(reply); });
  }
  ~OneReply() { thread_.join(); }

  std::string url;
  std::string request;  // read it after the fetch

 private:
  void Serve(const std::optional<std::string>& reply) {
    const int fd = accept(listener_.fd(), nullptr, nullptr);
    char buffer[4096];
    bool sent = false;
    for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;) {
      request.append(buffer, n);
      if (!reply || sent || !absl::EndsWith(request, "\r\n\r\n")) continue;
      for (size_t at = 0; at < reply->size();) {
        n = send(fd, reply->data() + at, reply->size() - at, MSG_NOSIGNAL);
        if (n <= 0) break;
        at += n;
      }
      shutdown(fd, SHUT_WR);
      sent = true;
    }
    close(fd);
  }

  const LoopbackPort listener_;
  std::thread thread_;
};

constexpr absl::Duration kTimeout = absl::Seconds(5);

// The client's end of the connection is closed with the fetcher, which lets the server end.
absl::StatusOr<HttpReply> Fetch(const OneReply& server, absl::Duration timeout = kTimeout) {
  return CurlFetcher().Fetch(server.url + "/d?host=a,b", timeout);
}

TEST(CurlFetcherTest, GivesStatusDateAndBody) {
  OneReply server(
      "HTTP/1.1 403 Forbidden\r\nDATE:  Sun, 06 Nov 1994 08:49:37 GMT \r\n"
      "Content-Length: 3\r\n\r\nno!");
  const HttpReply reply = Fetch(server).value();
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.date, "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(reply.body, "no!");
}

TEST(CurlFetcherTest, DoesNotFollowRedirects) {
  OneReply server("HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(Fetch(server).value().status, 302);
}

TEST(CurlFetcherTest, RefusesABodyBeyondItsBound) {
  OneReply server(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", kBodyBytesMax + 1, "\r\n\r\n",
                               std::string(kBodyBytesMax + 1, 'x')));
  EXPECT_EQ(Fetch(server).status().code(), absl::StatusCode::kUnavailable);
}

TEST(CurlFetcherTest, SilenceIsADeadlineExceeded) {
  OneReply server(std::nullopt);
  EXPECT_EQ(Fetch(server, absl::Milliseconds(50)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST(CurlFetcherTest, ACutBodyAndANonHttpSchemeAreUnavailable) {
  OneReply server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
  EXPECT_EQ(Fetch(server).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(CurlFetcher().Fetch("file:///etc/hostname", kTimeout).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST(CurlFetcherTest, ForgettingConnectionsLeavesItUsable) {
  CurlFetcher fetcher;
  fetcher.ForgetConnections();
  for (int i = 0; i < 2; ++i) {
    OneReply server("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    EXPECT_EQ(fetcher.Fetch(server.url + "/", kTimeout).value().status, 200);
    fetcher.ForgetConnections();
  }
}

}  // namespace
}  // namespace nearcast::client
