// Readiness: tells the sockets of one thread when they can be read or written on. Internal to
// services/http.
//
// Why not a read operation of Asio per request: it tries to receive before it waits, and after an
// answer there is never anything yet, so that every request would cost a third system call. Here
// each socket is registered once, edge-triggered, and one call fetches the events of all. Asio sees
// a single descriptor, the epoll set itself, beside its timers and posts.
#ifndef SERVICES_HTTP_READINESS_H_
#define SERVICES_HTTP_READINESS_H_

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "absl/status/status.h"

namespace nearcast::http {

// The loop's own executor type instead of the type-erased default: no virtual call and no
// allocation per operation.
using Executor = boost::asio::io_context::executor_type;
template <typename T>
using Task = boost::asio::awaitable<T, Executor>;
inline constexpr boost::asio::use_awaitable_t<Executor> kUseTask;

class ReadyWaiter {
 public:
  virtual ~ReadyWaiter() = default;

  // The socket has changed from not ready to ready. kEnding: nothing will come after what is there
  // now. May end the waiter's own connection, no other.
  enum class Peer { kOpen, kEnding };
  virtual void OnReady(Peer peer) = 0;
};

// Everything belongs to the thread that runs the io_context.
class Readiness {
 public:
  explicit Readiness(boost::asio::io_context* io) : set_(*io) {}

  // Once, before Add and Run. kResourceExhausted when there is no descriptor left.
  absl::Status Open();

  // From now on `waiter` hears of `fd` until that is closed; at once if it is ready already.
  // kResourceExhausted when the system's limit on watches is reached.
  absl::Status Add(int fd, ReadyWaiter* waiter);

  // Until Stop.
  Task<void> Run();
  void Stop();

 private:
  boost::asio::posix::basic_stream_descriptor<Executor> set_;
  bool stopped_ = false;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_READINESS_H_
