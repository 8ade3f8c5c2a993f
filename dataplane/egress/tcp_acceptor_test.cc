#include "dataplane/egress/tcp_acceptor.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

#include "base/loopback.h"
#include "dataplane/egress/tcp_listener.h"
#include "gtest/gtest.h"

namespace {

int accepts_to_fail = 0;
int watches_to_fail = 0;

}  // namespace

// Stand in for the system's, which do the work unless they are to fail.
extern "C" int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  if (accepts_to_fail > 0) {
    --accepts_to_fail;
    errno = EMFILE;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_accept4, fd, address, size, flags));
}

extern "C" int epoll_ctl(int epoll_fd, int operation, int fd, epoll_event* event) noexcept {
  if (operation == EPOLL_CTL_ADD && watches_to_fail > 0) {
    --watches_to_fail;
    errno = ENOSPC;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_epoll_ctl, epoll_fd, operation, fd, event));
}

namespace nearcast::egress {
namespace {

using boost::asio::ip::tcp;

class TcpAcceptorTest : public testing::Test {
 protected:
  ~TcpAcceptorTest() override {
    for (int client : clients_) ::close(client);
  }

  // A client that has said something, as the listener wants.
  int Connect() {
    const int fd = ConnectLoopback(listeners_.port);
    EXPECT_EQ(::send(fd, "x", 1, MSG_NOSIGNAL), 1);
    clients_.push_back(fd);
    return fd;
  }

  bool AwaitTaken(size_t count) {
    while (taken_.size() < count && io_.run_one_for(std::chrono::seconds(20)) > 0) {
    }
    return taken_.size() == count;
  }

  const TcpListeners listeners_ = ListenTcp("127.0.0.1", 0, {}).value();
  boost::asio::io_context io_;
  std::vector<tcp::socket> taken_;
  std::vector<int> clients_;
  TcpAcceptor acceptor_{&io_, listeners_.fds[0],
                        [this](tcp::socket socket) { taken_.push_back(std::move(socket)); }};
};

TEST_F(TcpAcceptorTest, TakesACrowd) {
  for (int i = 0; i < 3 * kAcceptsPerTurn; ++i) Connect();
  EXPECT_TRUE(AwaitTaken(3 * kAcceptsPerTurn));
  EXPECT_EQ(acceptor_.failed(), 0u);
}

TEST_F(TcpAcceptorTest, WhatIsTakenAtOnceIsNotGivenOut) {
  const TcpListeners listeners = ListenTcp("127.0.0.1", 0, {}).value();
  std::vector<int> at_once;
  TcpAcceptor acceptor(
      &io_, listeners.fds[0], [this](tcp::socket socket) { taken_.push_back(std::move(socket)); },
      [&at_once](int fd) {
        if (at_once.size() == 2) return false;
        at_once.push_back(fd);
        return true;
      });
  for (int i = 0; i < 3; ++i) {
    clients_.push_back(ConnectLoopback(listeners.port));
    EXPECT_EQ(::send(clients_.back(), "x", 1, MSG_NOSIGNAL), 1);
  }
  EXPECT_TRUE(AwaitTaken(1));
  EXPECT_EQ(at_once.size(), 2u);
  for (int fd : at_once) ::close(fd);
}

TEST_F(TcpAcceptorTest, GoesOnWhenThereAreDescriptorsAgain) {
  accepts_to_fail = 2;
  for (int i = 0; i < 3; ++i) Connect();
  EXPECT_TRUE(AwaitTaken(3));
  EXPECT_EQ(acceptor_.failed(), 2u);
}

TEST_F(TcpAcceptorTest, AConnectionThatCannotBeWatchedIsClosedAndTheNextTaken) {
  io_.poll();  // the listening socket is watched now
  const int closed = Connect();
  watches_to_fail = 1;
  Connect();
  EXPECT_TRUE(AwaitTaken(1));
  char byte;
  EXPECT_LE(::recv(closed, &byte, 1, 0), 0);
  EXPECT_EQ(acceptor_.failed(), 1u);
  Connect();
  EXPECT_TRUE(AwaitTaken(2));
}

}  // namespace
}  // namespace nearcast::egress
