#include "dataplane/pull/http_source.h"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dataplane/egress/http_server.h"
#include "dataplane/egress/worker.h"
#include "dataplane/pull/tcp_dial.h"

namespace nearcast::pull {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr size_t kReadBytes = 64u << 10;
constexpr size_t kHeaderBytesMax = 8192;

absl::Status Failure(absl::string_view doing, const error_code& error) {
  if (error == beast::error::timeout) {
    return absl::DeadlineExceededError(absl::StrCat(doing, ": no answer in time"));
  }
  return absl::UnavailableError(absl::StrCat(doing, ": ", error.message()));
}

}  // namespace

HttpSource::HttpSource(asio::any_io_executor executor, const HttpSourceOptions& options,
                       HttpUrl url)
    : options_(options),
      url_(std::move(url)),
      stream_(executor),
      buffer_(kReadBytes),
      body_(kReadBytes) {}

asio::awaitable<absl::Status> HttpSource::Open() {
  const DialTarget target{url_.host, url_.port};  // GCC 12 destroys a temporary here twice
  absl::Status status = co_await DialTcp(&stream_, target, options_.connect_ms_max);
  if (status.ok()) status = co_await Ask();
  co_return status;
}

asio::awaitable<absl::Status> HttpSource::Ask() {
  error_code error;
  const std::string request = absl::StrCat(
      "GET ", url_.target, " HTTP/1.1\r\nHost: ", url_.authority,
      "\r\nUser-Agent: nearcast-relay\r\nAccept: ", media::kLinkMediaType, ", */*;q=0.5\r\n",
      egress::kViaHeader, ": ", options_.via, "\r\nConnection: close\r\n\r\n");
  stream_.expires_after(std::chrono::milliseconds(options_.response_silence_ms_max));
  co_await asio::async_write(stream_, asio::buffer(request),
                             asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Failure("ask", error);
  if (absl::Status status = co_await ReadAnswer(); !status.ok()) co_return status;
  const auto& answer = parser_->get();
  const unsigned code = answer.result_int();
  const std::string words = absl::StrCat("it answered ", code);
  if (code == 404 || code == 410) co_return absl::NotFoundError(words);
  if (code != 200) co_return absl::UnavailableError(words);
  if (answer[http::field::content_type] == media::kLinkMediaType) {
    stream_.expires_never();
    watch_.emplace(stream_.get_executor(),
                   SilenceBound(options_.silence_ms_min,
                                std::max(options_.silence_ms_min, options_.stall_ms_max)),
                   [this] { stream_.cancel(); });
  }
  co_return absl::OkStatus();
}

// Interim responses are signs of life.
asio::awaitable<absl::Status> HttpSource::ReadAnswer() {
  const int64_t end_ms = egress::MonotonicMs() + options_.response_ms_max;
  while (true) {
    const int64_t left_ms = end_ms - egress::MonotonicMs();
    if (left_ms <= 0) co_return absl::DeadlineExceededError("read the answer: none in time");
    parser_.emplace();
    parser_->header_limit(kHeaderBytesMax);
    parser_->body_limit(std::numeric_limits<uint64_t>::max());
    stream_.expires_after(
        std::chrono::milliseconds(std::min(left_ms, options_.response_silence_ms_max)));
    error_code error;
    co_await http::async_read_header(stream_, buffer_, *parser_,
                                     asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Failure("read the answer", error);
    if (parser_->get().result_int() >= 200) co_return absl::OkStatus();
  }
}

asio::awaitable<absl::Status> HttpSource::ReadBody() {
  if (parser_->is_done()) {
    if (is_link()) co_return absl::UnavailableError("the line broke off");
    co_return absl::OutOfRangeError("the source has ended the stream");
  }
  error_code error;
  auto& body = parser_->get().body();
  body.data = body_.data();
  body.size = body_.size();
  if (!is_link()) stream_.expires_after(std::chrono::milliseconds(options_.stall_ms_max));
  co_await http::async_read_some(stream_, buffer_, *parser_,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (is_link() && watch_->given_up()) {
    co_return absl::DeadlineExceededError(absl::StrCat("silent for ", watch_->silent_ms(), " ms"));
  }
  if (error && error != http::error::need_buffer) co_return Failure("read", error);
  const size_t size = body_.size() - body.size;
  bytes_received_ += size;
  unread_ = absl::string_view(body_.data(), size);
  if (is_link()) watch_->Note(egress::MonotonicMs());
  co_return absl::OkStatus();
}

asio::awaitable<absl::StatusOr<std::optional<SourceFrame>>> HttpSource::Read() {
  while (true) {
    bool whole = false;
    absl::StatusOr<std::optional<SourceFrame>> frame = TakeFrame(&whole);
    if (!frame.ok() || whole) co_return frame;
    if (absl::Status status = co_await ReadBody(); !status.ok()) co_return status;
  }
}

absl::StatusOr<std::optional<SourceFrame>> HttpSource::TakeFrame(bool* whole) {
  return is_link() ? TakeLink(whole) : TakeFlv(whole);
}

absl::StatusOr<std::optional<SourceFrame>> HttpSource::TakeFlv(bool* whole) {
  absl::StatusOr<std::optional<media::FlvTag>> tag = tags_.Read(&unread_);
  if (!tag.ok()) return absl::UnavailableError(tag.status().message());
  if (!tag->has_value()) return std::nullopt;
  *whole = true;
  const media::FlvTagHeader header = (*tag)->header;
  return SourceFrame{.kind = header.kind,
                     .dts_ms = header.dts_ms,
                     .bytes = std::move((*tag)->wire),
                     .payload_begin = media::kFlvTagHeaderSize,
                     .payload_size = header.payload_size};
}

absl::StatusOr<std::optional<SourceFrame>> HttpSource::TakeLink(bool* whole) {
  absl::StatusOr<std::optional<media::LinkRecord>> record = records_.Read(&unread_);
  if (!record.ok()) return absl::UnavailableError(record.status().message());
  if (!record->has_value()) return std::nullopt;
  *whole = true;
  return FrameOf(**std::move(record));
}

}  // namespace nearcast::pull
