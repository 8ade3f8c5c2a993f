#include "services/http/worker.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/http/http_date.h"

namespace nearcast::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr absl::Duration kTick = absl::Milliseconds(50);
// The more connections, the rarer the sweeps: walking over so many costs about one part in a hundred
// of a tick.
constexpr uint32_t kSweptPerTick = 4096;
// How long a closed connection is read on, so that the peer sees the last answer and not a reset.
constexpr absl::Duration kLinger = absl::Seconds(2);
constexpr int kAcceptsAtOnce = 64;
constexpr auto kAcceptPause = std::chrono::milliseconds(50);
// At the end of the list, how many connections are looked at to find one that is not worked for.
constexpr int kEvictionTries = 64;
constexpr absl::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Type: application/json\r\n"
    "Content-Length: 29\r\n\r\n{\"code\":\"TooManyConnections\"}";

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

ipdb::IpAddress ClientAddress(const sockaddr_storage& peer) {
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    return ipdb::IpAddress::FromV4(ntohl(v4.sin_addr.s_addr));
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
  return ipdb::IpAddress::FromV6Bytes(std::span<const uint8_t, 16>(v6.sin6_addr.s6_addr));
}

uint64_t TicksOf(absl::Duration duration) {
  return static_cast<uint64_t>(absl::ToInt64Milliseconds(duration) /
                               absl::ToInt64Milliseconds(kTick));
}

}  // namespace

Worker::Worker(const Shared& shared, uint32_t index)
    : shared_(shared),
      index_(index),
      readiness_(&io_),
      acceptor_(io_),
      tick_timer_(io_),
      accept_pause_(io_),
      phase_ticks_{TicksOf(options().idle_deadline),  TicksOf(options().head_deadline),
                   TicksOf(options().body_deadline),  TicksOf(options().handler_deadline),
                   TicksOf(options().write_deadline), TicksOf(kLinger)} {}

Worker::~Worker() { Join(); }

absl::Status Worker::Listen(asio::ip::tcp::endpoint* endpoint) {
  if (absl::Status status = readiness_.Open(); !status.ok()) return status;
  error_code error;
  acceptor_.open(endpoint->protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.set_option(ReusePort(true), error);
  if (!error) acceptor_.bind(*endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor_.native_non_blocking(true, error);
  if (!error) *endpoint = acceptor_.local_endpoint(error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot listen on ", endpoint->address().to_string(),
                                             " port ", endpoint->port(), ": ", error.message()));
}

void Worker::Start() {
  asio::co_spawn(io_, Tick(), asio::detached);
  asio::co_spawn(io_, Accept(), asio::detached);
  asio::co_spawn(io_, readiness_.Run(), asio::detached);
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
    co_await acceptor_.async_wait(asio::socket_base::wait_read,
                                  asio::redirect_error(kUseTask, error));
    if (stopping_) co_return;
    if (error || AcceptAll() == Accepted::kAll) continue;
    // Descriptors or memory have run out: the rest stays in the queue until some are free again.
    counters_.Add(HttpEvent::kAcceptFailed);
    accept_pause_.expires_after(kAcceptPause);
    co_await accept_pause_.async_wait(asio::redirect_error(kUseTask, error));
  }
}

Worker::Accepted Worker::AcceptAll() {
  // Bounded, so that a flood of connections does not starve those that are open.
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage peer{};
    socklen_t peer_bytes = sizeof peer;
    const int fd = accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer),
                           &peer_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      Admit(fd, ClientAddress(peer));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      if (MakeRoom() == Room::kNone) return Accepted::kNotAll;
    } else if (errno == EAGAIN) {
      break;
    }  // else this one client has gone before it was looked at
  }
  return Accepted::kAll;
}

void Worker::Admit(int fd, const ipdb::IpAddress& client) {
  const auto verdict = AdmitOrMakeRoom(client);
  if (verdict != ConnectionLimits::Verdict::kAdmitted) {
    counters_.Add(verdict == ConnectionLimits::Verdict::kOverAddressLimit
                      ? HttpEvent::kOverAddressLimit
                      : HttpEvent::kOverTotalLimit);
    if (shared_.tls == nullptr) {
      [[maybe_unused]] const ssize_t sent =
          send(fd, kTooManyConnections.data(), kTooManyConnections.size(), MSG_NOSIGNAL);
    }
    close(fd);
    return;
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  counters_.Add(HttpEvent::kAccepted);
  ++open_;
  asio::co_spawn(io_, shared_.serve(fd, client, this), asio::detached);
}

ConnectionLimits::Verdict Worker::AdmitOrMakeRoom(const ipdb::IpAddress& client) {
  const auto verdict = limits().Admit(client);
  if (verdict != ConnectionLimits::Verdict::kOverTotalLimit) return verdict;
  return MakeRoom() == Room::kMade ? limits().Admit(client) : verdict;
}

Worker::Room Worker::MakeRoom() {
  Connection* connection = last_;
  for (int i = 0; i < kEvictionTries && connection != nullptr; ++i) {
    if (connection->waits_for_client()) {
      counters_.Add(HttpEvent::kEvicted);
      connection->Evict();
      return Room::kMade;
    }
    connection = connection->previous;
  }
  return Room::kNone;
}

Task<void> Worker::Tick() {
  while (!stopping_ || open_ > 0) {
    ++tick_;
    const absl::Time now = absl::FromUnixSeconds(absl::ToUnixSeconds(shared_.clock->Now()));
    if (now != date_at_) {
      date_at_ = now;
      date_ = WriteHttpDate(now);
    }
    if (stopping_ || tick_ >= next_sweep_tick_) {
      Sweep();
      next_sweep_tick_ = tick_ + 1 + open_ / kSweptPerTick;
    }
    error_code error;
    tick_timer_.expires_after(absl::ToChronoMilliseconds(kTick));
    co_await tick_timer_.async_wait(asio::redirect_error(kUseTask, error));
  }
  readiness_.Stop();
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
  connection->served_tick = tick_;
  PutFirst(connection);
}

void Worker::Unlink(Connection* connection) {
  --open_;
  TakeOut(connection);
}

void Worker::Touch(Connection* connection) {
  if (connection->served_tick == tick_) return;
  connection->served_tick = tick_;
  TakeOut(connection);
  PutFirst(connection);
}

void Worker::PutFirst(Connection* connection) {
  connection->previous = nullptr;
  connection->next = first_;
  (first_ == nullptr ? last_ : first_->previous) = connection;
  first_ = connection;
}

void Worker::TakeOut(Connection* connection) {
  (connection->previous == nullptr ? first_ : connection->previous->next) = connection->next;
  (connection->next == nullptr ? last_ : connection->next->previous) = connection->previous;
}

}  // namespace nearcast::http
