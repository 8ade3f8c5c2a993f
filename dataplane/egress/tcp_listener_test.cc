#include "dataplane/egress/tcp_listener.h"

#include <unistd.h>

#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

void CloseAll(const TcpListeners& listeners) {
  for (int fd : listeners.fds) ::close(fd);
}

TEST(TcpListenerTest, ThreadsShareOnePort) {
  const TcpListeners listeners = ListenTcp("127.0.0.1", 0, {.listeners = 3}).value();
  EXPECT_EQ(listeners.fds.size(), 3u);
  EXPECT_NE(listeners.port, 0);
  CloseAll(listeners);
}

TEST(TcpListenerTest, APortInUseIsSaidInWords) {
  const TcpListeners first = ListenTcp("127.0.0.1", 0, {.listeners = 1}).value();
  const absl::Status second = ListenTcp("127.0.0.1", first.port, {.listeners = 1}).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kUnavailable);
  EXPECT_NE(second.message().find("is in use"), absl::string_view::npos) << second;
  CloseAll(first);
}

TEST(TcpListenerTest, AForeignAddressIsSaidInWords) {
  const absl::Status status = ListenTcp("192.0.2.1", 0, {.listeners = 1}).status();
  EXPECT_NE(status.message().find("not one of this machine's"), absl::string_view::npos) << status;
  EXPECT_EQ(ListenTcp("localhost", 0, {.listeners = 1}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace nearcast::egress
