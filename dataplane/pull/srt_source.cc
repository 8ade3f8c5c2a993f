#include "dataplane/pull/srt_source.h"

#include <algorithm>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "dataplane/egress/worker.h"
#include "dataplane/pull/http_url.h"

namespace nearcast::pull {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr size_t kReadBytes = 64u << 10;

// A name lookup cannot be broken off: one that takes too long is left behind.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}

  asio::ip::udp::resolver resolver;
  asio::ip::udp::resolver::results_type endpoints;
  error_code error = asio::error::timed_out;
  asio::steady_timer done;
};

}  // namespace

absl::StatusOr<SrtUrl> ParseSrtUrl(absl::string_view url) {
  const auto bad = [](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("SRT URL: ", why, "; want srt://host:port/app/stream"));
  };
  if (!absl::ConsumePrefix(&url, "srt://")) return bad("no srt://");
  if (url.find('#') != absl::string_view::npos) return bad("it has a #");
  // Host and port are written as in HTTP.
  NC_ASSIGN_OR_RETURN(HttpUrl parts, ParseHttpUrl(absl::StrCat("http://", url)));
  if (!parts.has_port) return bad("no port");
  return SrtUrl{std::move(parts.host), std::move(parts.port), std::move(parts.authority),
                parts.target.substr(1)};
}

SrtSource::SrtSource(asio::any_io_executor executor, const SrtSourceOptions& options, SrtUrl url,
                     srt::SrtPort* port)
    : options_(options),
      url_(std::move(url)),
      port_(port),
      executor_(executor),
      line_(executor),
      buffer_(kReadBytes) {}

asio::awaitable<absl::StatusOr<SocketAddress>> SrtSource::Resolve() {
  auto lookup = std::make_shared<Lookup>(executor_);
  lookup->done.expires_after(std::chrono::milliseconds(options_.resolve_ms_max));
  lookup->resolver.async_resolve(url_.host, url_.port,
                                 [lookup](const error_code& error, auto endpoints) {
                                   lookup->error = error;
                                   lookup->endpoints = std::move(endpoints);
                                   lookup->done.cancel();
                                 });
  error_code error;
  co_await lookup->done.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (lookup->error || lookup->endpoints.empty()) {
    co_return absl::UnavailableError(
        absl::StrCat("resolve ", url_.host, ": ", lookup->error.message()));
  }
  const asio::ip::udp::endpoint endpoint = *lookup->endpoints.begin();
  SocketAddress address;
  address.size = static_cast<socklen_t>(endpoint.size());
  std::memcpy(&address.storage, endpoint.data(), endpoint.size());
  co_return address;
}

absl::Status SrtSource::Call(const SocketAddress& address) {
  NC_ASSIGN_OR_RETURN(
      const std::string id,
      srt::WriteStreamId({url_.target, url_.authority, options_.gop_cache_ms, options_.via}));
  NC_ASSIGN_OR_RETURN(const int fd, port_->Call(address, id));
  error_code error;
  line_.assign(asio::local::stream_protocol(), fd, error);
  return error ? absl::UnavailableError(error.message()) : absl::OkStatus();
}

// The other end shows at once that it is alive, whether it has the stream yet or not.
asio::awaitable<absl::Status> SrtSource::Open() {
  if (port_ == nullptr) co_return absl::UnavailableError("SRT is not there");
  const absl::StatusOr<SocketAddress> address = co_await Resolve();
  if (!address.ok()) co_return address.status();
  if (absl::Status called = Call(*address); !called.ok()) co_return called;
  const auto give_up = [this] {
    error_code error;
    line_.cancel(error);
  };
  watch_.emplace(executor_, SilenceBound(options_.answer_ms_max, options_.answer_ms_max), give_up);
  absl::Status status = co_await ReadSome();
  if (!status.ok()) co_return status;
  watch_.emplace(executor_,
                 SilenceBound(options_.silence_ms_min,
                              std::max(options_.silence_ms_min, options_.stall_ms_max)),
                 give_up);
  co_return absl::OkStatus();
}

asio::awaitable<absl::Status> SrtSource::ReadSome() {
  error_code error;
  const size_t size = co_await line_.async_read_some(
      asio::buffer(buffer_), asio::redirect_error(asio::use_awaitable, error));
  if (watch_->given_up()) {
    co_return absl::DeadlineExceededError(absl::StrCat("silent for ", watch_->silent_ms(), " ms"));
  }
  if (error) co_return absl::UnavailableError("the line broke off");
  watch_->Note(egress::MonotonicMs());
  bytes_received_ += size;
  unread_ = absl::string_view(buffer_.data(), size);
  co_return absl::OkStatus();
}

asio::awaitable<absl::StatusOr<std::optional<SourceFrame>>> SrtSource::Read() {
  while (true) {
    absl::StatusOr<std::optional<media::LinkRecord>> record = records_.Read(&unread_);
    if (!record.ok()) co_return absl::UnavailableError(record.status().message());
    if (record->has_value()) co_return FrameOf(**std::move(record));
    if (absl::Status status = co_await ReadSome(); !status.ok()) co_return status;
  }
}

}  // namespace nearcast::pull
