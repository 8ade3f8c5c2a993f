// FlvSource: one HTTP-FLV connection to a source, as tags.
// Sources: RFC 9112, 3 (request line), 6.3 (body length: Content-Length, chunked, or to the end of
// the connection); RFC 9110, 9.3.1 (GET), 15 (status codes).
#ifndef DATAPLANE_PULL_FLV_SOURCE_H_
#define DATAPLANE_PULL_FLV_SOURCE_H_

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/pull/http_url.h"

namespace nearcast::pull {

struct FlvSourceOptions {
  std::string via;                 // the X-Nearcast-Via field
  int64_t connect_ms_max = 2'000;  // for the name, and for the connection
  int64_t response_ms_max = 4'000;
  int64_t stall_ms_max = 3'000;
};

// Thread rule: belongs to the thread of its executor.
class FlvSource {
 public:
  FlvSource(boost::asio::any_io_executor executor, const FlvSourceOptions& options);

  // Connects and asks. NotFound when the source does not have the stream, Unavailable for every
  // other failure.
  boost::asio::awaitable<absl::Status> Open(const HttpUrl& url);

  // The next tag. OutOfRange when the source has ended it; Unavailable when it failed or stalled.
  boost::asio::awaitable<absl::StatusOr<media::FlvTag>> Read();

  uint64_t bytes_received() const { return bytes_received_; }

 private:
  struct Lookup;

  std::shared_ptr<Lookup> Resolve(const HttpUrl& url);
  boost::asio::awaitable<absl::Status> Connect(const HttpUrl& url);
  boost::asio::awaitable<absl::Status> Ask(const HttpUrl& url);
  boost::asio::awaitable<absl::Status> ReadBody();

  const FlvSourceOptions options_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::response_parser<boost::beast::http::buffer_body> parser_;
  media::FlvTagReader tags_;
  std::vector<char> body_;
  absl::string_view unread_;
  uint64_t bytes_received_ = 0;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_FLV_SOURCE_H_
