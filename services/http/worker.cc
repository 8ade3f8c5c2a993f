#include "services/http/worker.h"

#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/http/http_date.h"

namespace nearcast::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr absl::Duration kTick = absl::Milliseconds(50);
// How long a closed connection is read on, so that the peer sees the last answer and not a reset.
constexpr absl::Duration kLinger = absl::Seconds(2);
constexpr auto kAcceptPause = std::chrono::milliseconds(50);
constexpr absl::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/json\r\n"
    "Content-Length: 29\r\n\r\n{\"code\":\"TooManyConnections\"}";

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

ipdb::IpAddress ClientAddress(const asio::ip::address& address) {
  if (address.is_v4()) return ipdb::IpAddress::FromV4(address.to_v4().to_uint());
  const auto bytes = address.to_v6().to_bytes();
  return ipdb::IpAddress::FromV6Bytes(std::span<const uint8_t, 16>(bytes.data(), 16));
}

uint64_t TicksOf(absl::Duration duration) {
  return static_cast<uint64_t>(absl::ToInt64Milliseconds(duration) /
                               absl::ToInt64Milliseconds(kTick));
}

}  // namespace

Worker::Worker(const Shared& shared, uint32_t index)
    : shared_(shared),
      index_(index),
      acceptor_(io_),
      tick_timer_(io_),
      accept_pause_(io_),
      phase_ticks_{TicksOf(options().idle_deadline),  TicksOf(options().head_deadline),
                   TicksOf(options().body_deadline),  TicksOf(options().handler_deadline),
                   TicksOf(options().write_deadline), TicksOf(kLinger)} {}

Worker::~Worker() { Join(); }

absl::Status Worker::Listen(asio::ip::tcp::endpoint* endpoint) {
  error_code error;
  acceptor_.open(endpoint->protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.set_option(ReusePort(true), error);
  if (!error) acceptor_.bind(*endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) *endpoint = acceptor_.local_endpoint(error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot listen on ", endpoint->address().to_string(),
                                             " port ", endpoint->port(), ": ", error.message()));
}

void Worker::Start() {
  asio::co_spawn(io_, Tick(), asio::detached);
  asio::co_spawn(io_, Accept(), asio::detached);
  thread_ = std::thread([this] { io_.run(); });
}

void Worker::RequestStop() {
  asio::post(io_, [this] { Stop(); });
}

void Worker::Join() {
  if (thread_.joinable()) thread_.join();
}

Task<void> Worker::Accept() {
  while (!stopping_) {
    error_code error;
    Socket socket = co_await acceptor_.async_accept(asio::redirect_error(kUseTask, error));
    if (stopping_) co_return;
    if (!error) {
      Admit(std::move(socket));
      continue;
    }
    // Descriptors or memory have run out: the connection stays in the queue until some are free
    // again.
    counters_.Add(HttpEvent::kAcceptFailed);
    accept_pause_.expires_after(kAcceptPause);
    co_await accept_pause_.async_wait(asio::redirect_error(kUseTask, error));
  }
}

void Worker::Admit(Socket socket) {
  error_code error;
  const auto peer = socket.remote_endpoint(error);
  if (error) return;  // gone before it was looked at
  const ipdb::IpAddress client = ClientAddress(peer.address());
  const auto verdict = limits().Admit(client);
  socket.non_blocking(true, error);
  if (verdict != ConnectionLimits::Verdict::kAdmitted) {
    counters_.Add(verdict == ConnectionLimits::Verdict::kOverAddressLimit
                      ? HttpEvent::kOverAddressLimit
                      : HttpEvent::kOverTotalLimit);
    socket.write_some(asio::buffer(kTooManyConnections.data(), kTooManyConnections.size()), error);
    return;
  }
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  counters_.Add(HttpEvent::kAccepted);
  ++open_;
  asio::co_spawn(io_, shared_.serve(std::move(socket), client, this), asio::detached);
}

Task<void> Worker::Tick() {
  while (!stopping_ || open_ > 0) {
    ++tick_;
    const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(shared_.clock->Now()));
    if (now != date_at_) {
      date_at_ = now;
      date_ = WriteHttpDate(now);
    }
    Sweep();
    error_code error;
    tick_timer_.expires_after(absl::ToChronoMilliseconds(kTick));
    co_await tick_timer_.async_wait(asio::redirect_error(kUseTask, error));
  }
}

void Worker::Sweep() {
  const bool abort = stopping_ && tick_ >= stop_tick_;
  for (Connection* connection = first_; connection != nullptr;) {
    Connection* const next = connection->next;
    if (abort) {
      connection->Abort();
    } else if (tick_ >= connection->deadline_tick) {
      connection->OnDeadline();
    }
    connection = next;
  }
}

void Worker::Stop() {
  if (stopping_) return;
  stopping_ = true;
  stop_tick_ = tick_ + 1 + TicksOf(options().stop_deadline);
  error_code error;
  acceptor_.close(error);
  accept_pause_.cancel();
  for (Connection* connection = first_; connection != nullptr;) {
    Connection* const next = connection->next;
    connection->OnStop();
    connection = next;
  }
  tick_timer_.cancel();
}

void Worker::Link(Connection* connection) {
  connection->next = first_;
  if (first_ != nullptr) first_->previous = connection;
  first_ = connection;
}

void Worker::Unlink(Connection* connection) {
  --open_;
  if (connection->previous != nullptr) connection->previous->next = connection->next;
  if (connection->next != nullptr) connection->next->previous = connection->previous;
  if (first_ == connection) first_ = connection->next;
}

}  // namespace nearcast::http
