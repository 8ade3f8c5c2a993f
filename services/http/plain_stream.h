// PlainStream: a TCP connection without TLS, as Session wants its byte stream. Internal to
// services/http.
#ifndef SERVICES_HTTP_PLAIN_STREAM_H_
#define SERVICES_HTTP_PLAIN_STREAM_H_

#include <boost/asio/async_result.hpp>
#include <cstddef>
#include <optional>
#include <span>

#include "absl/strings/string_view.h"
#include "services/http/readiness.h"
#include "services/http/request.h"

namespace nearcast::http {

enum class IoState {
  kDone,   // `bytes` of them
  kWait,   // nothing now: AwaitReady, then try again
  kEnded,  // the connection is over
};

struct IoResult {
  IoState state = IoState::kWait;
  size_t bytes = 0;
};

// Stays where it is: Readiness has its address. Belongs to its worker's thread.
class PlainStream final : public ReadyWaiter {
 public:
  static constexpr Transport kTransport = Transport::kPlain;

  // Takes over `fd`, a connected socket that does not block. If it cannot be watched, the stream
  // has ended from the beginning.
  PlainStream(int fd, Readiness* readiness, const Executor& executor);
  ~PlainStream() override;
  PlainStream(const PlainStream&) = delete;
  PlainStream& operator=(const PlainStream&) = delete;

  IoResult ReadNow(std::span<char> room);
  IoResult WriteNow(absl::string_view bytes);

  // Until something has changed: readable, writable or closed. One waits at a time.
  Task<void> AwaitReady();

  // No more will be sent; receiving goes on.
  void ShutdownSend();

  // Ends the connection; whoever waits is woken, later.
  void Close();

  void OnReady(Peer peer) override;

 private:
  using Handler =
      boost::asio::async_result<boost::asio::use_awaitable_t<Executor>, void()>::handler_type;

  int fd_;  // -1 once closed
  Executor executor_;
  bool readable_ = false;  // perhaps; false is certain
  Peer peer_ = Peer::kOpen;
  std::optional<Handler> waiting_;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_PLAIN_STREAM_H_
