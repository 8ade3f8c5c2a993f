#include "dataplane/egress/tcp_path.h"

#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "base/loopback.h"
#include "dataplane/egress/tcp_listener.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

// A connected pair over loopback; the far end does not read.
class Connection {
 public:
  Connection() {
    const TcpListeners listeners = ListenTcp("127.0.0.1", 0, {}).value();
    far_ = ConnectLoopback(listeners.port);
    // A connection is reported only when the far end has said something.
    EXPECT_EQ(::send(far_, "x", 1, 0), 1);
    absl::StatusOr<int> accepted = absl::UnavailableError("none yet");
    while (!accepted.ok()) accepted = AcceptTcp(listeners.fds[0]);
    near_ = *accepted;
    ::close(listeners.fds[0]);
  }
  ~Connection() {
    ::close(far_);
    ::close(near_);
  }

  // Bytes that the socket took until it was full.
  size_t Fill() {
    const std::string block(64 << 10, 'x');
    size_t taken = 0;
    ssize_t sent = 0;
    while ((sent = ::send(near_, block.data(), block.size(), MSG_DONTWAIT)) > 0) taken += sent;
    return taken;
  }

  int fd() const { return near_; }

 private:
  int far_ = -1;
  int near_ = -1;
};

TEST(TcpPathTest, CountsWhatTheKernelHasNotSentYet) {
  Connection connection;
  EXPECT_EQ(ReadTcpPath(connection.fd()).unsent_bytes, 0);
  EXPECT_EQ(ReadUnsentBytes(connection.fd()), 0);
  const size_t taken = connection.Fill();
  const stream::PathReading path = ReadTcpPath(connection.fd());
  EXPECT_GT(path.unsent_bytes, 0);
  EXPECT_LE(path.unsent_bytes, static_cast<int64_t>(taken));
  EXPECT_EQ(ReadUnsentBytes(connection.fd()), path.unsent_bytes);
}

TEST(TcpPathTest, AnUnsentLimitKeepsTheBacklogOutOfTheKernel) {
  Connection roomy;
  roomy.Fill();
  Connection tight;
  LimitUnsent(tight.fd(), 16 << 10);
  tight.Fill();
  EXPECT_LT(ReadTcpPath(tight.fd()).unsent_bytes, ReadTcpPath(roomy.fd()).unsent_bytes);
}

TEST(TcpPathTest, WhatIsNotTcpIsNotKnown) {
  int fds[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  const stream::PathReading path = ReadTcpPath(fds[0]);
  EXPECT_EQ(path.unsent_bytes + path.bits_per_s + path.rtt_ms, 0);
  EXPECT_EQ(ReadUnsentBytes(fds[0]), 0);
  LimitUnsent(fds[0], 1);
  ::close(fds[0]);
  ::close(fds[1]);
  EXPECT_EQ(ReadTcpPath(fds[0]).rtt_ms, 0);
}

}  // namespace
}  // namespace nearcast::egress
