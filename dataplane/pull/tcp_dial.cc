#include "dataplane/pull/tcp_dial.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nearcast::pull {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

absl::Status Failure(absl::string_view doing, const error_code& error) {
  if (error == beast::error::timeout) {
    return absl::DeadlineExceededError(absl::StrCat(doing, ": no answer in time"));
  }
  return absl::UnavailableError(absl::StrCat(doing, ": ", error.message()));
}

// A name lookup cannot be broken off: one that takes too long is left behind with its Lookup.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}

  asio::ip::tcp::resolver resolver;
  asio::ip::tcp::resolver::results_type endpoints;
  error_code error = beast::error::timeout;  // until it has answered
  asio::steady_timer done;                   // cancelled when it has
};

std::shared_ptr<Lookup> Resolve(const asio::any_io_executor& executor, const DialTarget& target,
                                int64_t ms_max) {
  auto lookup = std::make_shared<Lookup>(executor);
  lookup->done.expires_after(std::chrono::milliseconds(ms_max));
  lookup->resolver.async_resolve(target.host, target.port,
                                 [lookup](const error_code& error, auto endpoints) {
                                   lookup->error = error;
                                   lookup->endpoints = std::move(endpoints);
                                   lookup->done.cancel();
                                 });
  return lookup;
}

}  // namespace

asio::awaitable<absl::Status> DialTcp(beast::tcp_stream* stream, DialTarget target,
                                      int64_t ms_max) {
  const std::shared_ptr<Lookup> lookup = Resolve(stream->get_executor(), target, ms_max);
  error_code error;
  co_await lookup->done.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (lookup->error) co_return Failure(absl::StrCat("resolve ", target.host), lookup->error);
  stream->expires_after(std::chrono::milliseconds(ms_max));
  co_await stream->async_connect(lookup->endpoints,
                                 asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Failure(absl::StrCat("connect to ", target.host, ":", target.port), error);
  stream->socket().set_option(asio::ip::tcp::no_delay(true), error);
  co_return absl::OkStatus();
}

}  // namespace nearcast::pull
