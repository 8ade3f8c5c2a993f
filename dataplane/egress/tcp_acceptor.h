// TcpAcceptor: takes the connections of one listening socket, on one worker's loop.
//
//   TcpAcceptor acceptor(&worker->io(), listen_fd, [this](tcp::socket socket) { … });
//
// A crowd is taken kAcceptsPerTurn at a time. When there is no descriptor or no memory for one
// more, the others wait in the kernel's queue and it is tried again after kAcceptPauseMs: those
// that are open must not suffer, and accepting never ends.
#ifndef DATAPLANE_EGRESS_TCP_ACCEPTOR_H_
#define DATAPLANE_EGRESS_TCP_ACCEPTOR_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "base/counter.h"

namespace nearcast::egress {

inline constexpr int64_t kAcceptPauseMs = 100;

// Thread rule: made before the loop runs, destroyed after it stopped; failed() from any thread.
class TcpAcceptor {
 public:
  // Both on the loop's thread. TakeAtOnce is asked first, before the loop has to do with the
  // connection (two system calls and more): true when it has taken the descriptor.
  using Take = std::function<void(boost::asio::ip::tcp::socket)>;
  using TakeAtOnce = std::function<bool(int fd)>;

  // Takes `listen_fd`. `at_once` may be null.
  TcpAcceptor(boost::asio::io_context* io, int listen_fd, Take take, TakeAtOnce at_once = nullptr);

  // Attempts that failed for want of descriptors or memory.
  uint64_t failed() const { return failed_.Get(); }

 private:
  boost::asio::awaitable<void> Accept();
  absl::Status AcceptWaiting();
  absl::Status AcceptOne();

  boost::asio::io_context* const io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  const Take take_;
  const TakeAtOnce at_once_;
  Counter failed_;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_TCP_ACCEPTOR_H_
