// HttpSource: a stream over HTTP: the private link where the source is a relay, FLV where it is not.
// Sources: RFC 9112, 3 (request line), 6.3 (body length: Content-Length, chunked, or to the end of
// the connection); RFC 9110, 9.3.1 (GET), 12.5.1 (Accept), 15 (status codes), 15.2 (interim
// responses: any number before the answer).
//
// The private link is kept alive by the other end, so its silence tells that it is dead within a
// few hundred milliseconds (line_watch.h). FLV has no keep-alive: there, a pause of the publisher
// looks like a dead line.
#ifndef DATAPLANE_PULL_HTTP_SOURCE_H_
#define DATAPLANE_PULL_HTTP_SOURCE_H_

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
#include "dataplane/media/link_record.h"
#include "dataplane/pull/frame_source.h"
#include "dataplane/pull/http_url.h"
#include "dataplane/pull/line_watch.h"

namespace nearcast::pull {

struct HttpSourceOptions {
  std::string via;                          // the X-Nearcast-Via field
  int64_t connect_ms_max = 2'000;           // for the name, and for the connection
  int64_t response_ms_max = 4'000;          // for the answer
  int64_t response_silence_ms_max = 4'000;  // without even an interim response
  int64_t silence_ms_min = 500;             // of the private link, see silence_bound.h
  int64_t stall_ms_max = 3'000;             // likewise; and the silence of FLV
};

// Thread rule: belongs to the thread of its executor.
class HttpSource : public FrameSource {
 public:
  HttpSource(boost::asio::any_io_executor executor, const HttpSourceOptions& options, HttpUrl url);

  boost::asio::awaitable<absl::Status> Open() override;
  boost::asio::awaitable<absl::StatusOr<std::optional<SourceFrame>>> Read() override;
  uint64_t bytes_received() const override { return bytes_received_; }

 private:
  using Parser = boost::beast::http::response_parser<boost::beast::http::buffer_body>;

  boost::asio::awaitable<absl::Status> Ask();
  boost::asio::awaitable<absl::Status> ReadAnswer();
  boost::asio::awaitable<absl::Status> ReadBody();
  absl::StatusOr<std::optional<SourceFrame>> TakeFrame(bool* whole);
  absl::StatusOr<std::optional<SourceFrame>> TakeFlv(bool* whole);
  absl::StatusOr<std::optional<SourceFrame>> TakeLink(bool* whole);
  bool is_link() const { return watch_.has_value(); }

  const HttpSourceOptions options_;
  const HttpUrl url_;
  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  media::FlvTagReader tags_;
  media::LinkReader records_;
  std::optional<LineWatch> watch_;
  std::vector<char> body_;
  absl::string_view unread_;
  uint64_t bytes_received_ = 0;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_HTTP_SOURCE_H_
