#include "dataplane/pull/flv_source.h"

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

namespace nearcast::pull {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr size_t kReadBytes = 64u << 10;
constexpr size_t kHeaderBytesMax = 8192;

absl::Status Failure(absl::string_view doing, const error_code& error) {
  return absl::UnavailableError(absl::StrCat(
      doing, ": ", error == beast::error::timeout ? "no answer in time" : error.message()));
}

}  // namespace

FlvSource::FlvSource(asio::any_io_executor executor, const FlvSourceOptions& options)
    : options_(options), stream_(executor), buffer_(kReadBytes), body_(kReadBytes) {
  parser_.header_limit(kHeaderBytesMax);
  parser_.body_limit(std::numeric_limits<uint64_t>::max());
}

asio::awaitable<absl::Status> FlvSource::Open(const HttpUrl& url) {
  absl::Status status = co_await Connect(url);
  if (status.ok()) status = co_await Ask(url);
  co_return status;
}

// A name lookup cannot be broken off: one that takes too long is left behind with its Lookup.
struct FlvSource::Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}

  asio::ip::tcp::resolver resolver;
  asio::ip::tcp::resolver::results_type endpoints;
  error_code error = beast::error::timeout;  // until it has answered
  asio::steady_timer done;                   // cancelled when it has
};

std::shared_ptr<FlvSource::Lookup> FlvSource::Resolve(const HttpUrl& url) {
  auto lookup = std::make_shared<Lookup>(stream_.get_executor());
  lookup->done.expires_after(std::chrono::milliseconds(options_.connect_ms_max));
  lookup->resolver.async_resolve(url.host, url.port,
                                 [lookup](const error_code& error, auto endpoints) {
                                   lookup->error = error;
                                   lookup->endpoints = std::move(endpoints);
                                   lookup->done.cancel();
                                 });
  return lookup;
}

asio::awaitable<absl::Status> FlvSource::Connect(const HttpUrl& url) {
  const std::shared_ptr<Lookup> lookup = Resolve(url);
  error_code error;
  co_await lookup->done.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (lookup->error) co_return Failure(absl::StrCat("resolve ", url.host), lookup->error);
  stream_.expires_after(std::chrono::milliseconds(options_.connect_ms_max));
  co_await stream_.async_connect(lookup->endpoints,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Failure(absl::StrCat("connect to ", url.authority), error);
  stream_.socket().set_option(asio::ip::tcp::no_delay(true), error);
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> FlvSource::Ask(const HttpUrl& url) {
  error_code error;
  const std::string request =
      absl::StrCat("GET ", url.target, " HTTP/1.1\r\nHost: ", url.authority,
                   "\r\nUser-Agent: nearcast-relay\r\nAccept: */*\r\n", egress::kViaHeader, ": ",
                   options_.via, "\r\nConnection: close\r\n\r\n");
  stream_.expires_after(std::chrono::milliseconds(options_.response_ms_max));
  co_await asio::async_write(stream_, asio::buffer(request),
                             asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Failure("ask", error);
  co_await http::async_read_header(stream_, buffer_, parser_,
                                   asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Failure("read the answer", error);
  const unsigned status = parser_.get().result_int();
  if (status == 200) co_return absl::OkStatus();
  const std::string words = absl::StrCat("it answered ", status);
  if (status == 404 || status == 410) co_return absl::NotFoundError(words);
  co_return absl::UnavailableError(words);
}

asio::awaitable<absl::Status> FlvSource::ReadBody() {
  if (parser_.is_done()) co_return absl::OutOfRangeError("the source has ended the stream");
  error_code error;
  auto& body = parser_.get().body();
  body.data = body_.data();
  body.size = body_.size();
  stream_.expires_after(std::chrono::milliseconds(options_.stall_ms_max));
  co_await http::async_read_some(stream_, buffer_, parser_,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (error && error != http::error::need_buffer) co_return Failure("read", error);
  const size_t size = body_.size() - body.size;
  bytes_received_ += size;
  unread_ = absl::string_view(body_.data(), size);
  co_return absl::OkStatus();
}

asio::awaitable<absl::StatusOr<media::FlvTag>> FlvSource::Read() {
  while (true) {
    absl::StatusOr<std::optional<media::FlvTag>> tag = tags_.Read(&unread_);
    if (!tag.ok()) co_return absl::UnavailableError(tag.status().message());
    if (tag->has_value()) co_return **std::move(tag);
    if (absl::Status status = co_await ReadBody(); !status.ok()) co_return status;
  }
}

}  // namespace nearcast::pull
