// PlainStream: a TCP connection without TLS, as Session wants its byte stream. Internal to
// services/http.
#ifndef SERVICES_HTTP_PLAIN_STREAM_H_
#define SERVICES_HTTP_PLAIN_STREAM_H_

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <utility>

#include "absl/strings/string_view.h"
#include "services/http/worker.h"

namespace nearcast::http {

// A stream has these members: async_read_some and async_write_some through io(), WriteNow,
// ShutdownSend and Close.
class PlainStream {
 public:
  static constexpr Transport kTransport = Transport::kPlain;

  // `socket` is non-blocking.
  explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

  Socket& io() { return socket_; }

  // Sends what fits into the kernel's buffer at once: how many bytes that was.
  size_t WriteNow(absl::string_view bytes) {
    boost::system::error_code error;
    return socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
  }

  // No more will be sent; receiving goes on.
  void ShutdownSend() {
    boost::system::error_code error;
    socket_.shutdown(Socket::shutdown_send, error);
  }

  // Ends operations in progress with an error.
  void Close() {
    boost::system::error_code error;
    socket_.close(error);
  }

 private:
  Socket socket_;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_PLAIN_STREAM_H_
