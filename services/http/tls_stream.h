// TlsStream: a TCP connection under TLS, as Session wants its byte stream: PlainStream's interface.
// Internal to services/http.
#ifndef SERVICES_HTTP_TLS_STREAM_H_
#define SERVICES_HTTP_TLS_STREAM_H_

#include <boost/asio/async_result.hpp>
#include <optional>
#include <span>

#include "absl/strings/string_view.h"
#include "services/http/plain_stream.h"
#include "services/http/readiness.h"
#include "services/http/request.h"
#include "services/http/tls_context.h"

namespace nearcast::http {

// The handshake happens within the first reads. Stays where it is: Readiness has its address.
// Belongs to its worker's thread.
class TlsStream final : public ReadyWaiter {
 public:
  static constexpr Transport kTransport = Transport::kTls;

  // As PlainStream.
  TlsStream(int fd, Readiness* readiness, const Executor& executor, const TlsContext& context);
  ~TlsStream() override;
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  IoResult ReadNow(std::span<char> room);

  // As much as the socket takes. What was not taken must come again, the same bytes first.
  IoResult WriteNow(absl::string_view bytes);

  Task<void> AwaitReady();
  void ShutdownSend();
  void Close();

  // Whether the peer broke the protocol, in the handshake or after.
  bool failed() const { return failed_; }

  void OnReady(Peer peer) override;

 private:
  using Handler =
      boost::asio::async_result<boost::asio::use_awaitable_t<Executor>, void()>::handler_type;

  // What a call's result below 1 means.
  IoState StateOf(int result);

  int fd_;           // -1 once closed
  ssl_st* session_;  // null once closed
  Executor executor_;
  bool failed_ = false;
  std::optional<Handler> waiting_;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_TLS_STREAM_H_
