#include "dataplane/pull/http_source.h"

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <chrono>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dataplane/egress/http_server.h"
#include "dataplane/egress/worker.h"

namespace nearcast::pull {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr size_t kReadBytes = 64u << 10;
constexpr size_t kHeaderBytesMax = 8192;
constexpr int64_t kWatchMs = 50;

absl::Status Failure(absl::string_view doing, const error_code& error) {
  if (error == beast::error::timeout) {
    return absl::DeadlineExceededError(absl::StrCat(doing, ": no answer in time"));
  }
  return absl::UnavailableError(absl::StrCat(doing, ": ", error.message()));
}

}  // namespace

// Counts the turns in which nothing came.
struct HttpSource::Watch : std::enable_shared_from_this<HttpSource::Watch> {
  Watch(beast::tcp_stream* watched, int64_t bound)
      : stream(watched), clock(watched->get_executor()), bound_ms(bound) {}

  void Turn() {
    clock.expires_after(std::chrono::milliseconds(kWatchMs));
    clock.async_wait([self = shared_from_this()](const error_code& error) {
      if (error || self->stream == nullptr) return;
      self->silent_ms += kWatchMs;
      if (self->silent_ms >= self->bound_ms) {
        self->given_up = true;
        self->stream->cancel();
      } else {
        self->Turn();
      }
    });
  }

  beast::tcp_stream* stream;  // null when there is nothing to watch any more
  asio::steady_timer clock;
  int64_t bound_ms;
  int64_t silent_ms = 0;
  bool given_up = false;
};

HttpSource::HttpSource(asio::any_io_executor executor, const HttpSourceOptions& options,
                       HttpUrl url)
    : options_(options),
      url_(std::move(url)),
      stream_(executor),
      buffer_(kReadBytes),
      silence_(options.silence_ms_min, std::max(options.silence_ms_min, options.stall_ms_max)),
      body_(kReadBytes) {}

HttpSource::~HttpSource() {
  if (watch_ == nullptr) return;
  watch_->stream = nullptr;
  watch_->clock.cancel();
}

asio::awaitable<absl::Status> HttpSource::Open() {
  absl::Status status = co_await Connect();
  if (status.ok()) status = co_await Ask();
  co_return status;
}

// A name lookup cannot be broken off: one that takes too long is left behind with its Lookup.
struct HttpSource::Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}

  asio::ip::tcp::resolver resolver;
  asio::ip::tcp::resolver::results_type endpoints;
  error_code error = beast::error::timeout;  // until it has answered
  asio::steady_timer done;                   // cancelled when it has
};

std::shared_ptr<HttpSource::Lookup> HttpSource::Resolve() {
  auto lookup = std::make_shared<Lookup>(stream_.get_executor());
  lookup->done.expires_after(std::chrono::milliseconds(options_.connect_ms_max));
  lookup->resolver.async_resolve(url_.host, url_.port,
                                 [lookup](const error_code& error, auto endpoints) {
                                   lookup->error = error;
                                   lookup->endpoints = std::move(endpoints);
                                   lookup->done.cancel();
                                 });
  return lookup;
}

asio::awaitable<absl::Status> HttpSource::Connect() {
  const std::shared_ptr<Lookup> lookup = Resolve();
  error_code error;
  co_await lookup->done.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (lookup->error) co_return Failure(absl::StrCat("resolve ", url_.host), lookup->error);
  stream_.expires_after(std::chrono::milliseconds(options_.connect_ms_max));
  co_await stream_.async_connect(lookup->endpoints,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Failure(absl::StrCat("connect to ", url_.host, ":", url_.port), error);
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
  co_return absl::OkStatus();
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
    watch_ = std::make_shared<Watch>(&stream_, silence_.bound_ms());
    watch_->Turn();
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
  if (is_link() && watch_->given_up) {
    co_return absl::DeadlineExceededError(absl::StrCat("silent for ", watch_->silent_ms, " ms"));
  }
  if (error && error != http::error::need_buffer) co_return Failure("read", error);
  const size_t size = body_.size() - body.size;
  bytes_received_ += size;
  unread_ = absl::string_view(body_.data(), size);
  if (is_link()) {
    silence_.Add(std::exchange(watch_->silent_ms, 0), egress::MonotonicMs());
    watch_->bound_ms = silence_.bound_ms();
  }
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
