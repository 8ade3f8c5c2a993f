#include "services/dns/tcp_server.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <optional>
#include <utility>

#include "base/check.h"
#include "ipdb/ip_prefix.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/dns/message.h"
#include "services/dns/tls_channel.h"
#include "services/http/tls_context.h"

namespace nearcast::dns {
namespace {

constexpr int kEventsMax = 64;
constexpr int kAcceptsPerEventMax = 64;
constexpr int kSweepMs = 100;
constexpr int kIdleMs = 1000;  // with no connection, only to let an old snapshot go
constexpr size_t kReadBytes = 16 << 10;

// What a limit counts as one: an IPv4 address, or an IPv6 subnet, which is one customer's (RFC 6177
// §2).
ipdb::IpAddress LimitKey(const ipdb::IpAddress& peer) {
  return peer.is_v4() ? peer : ipdb::BlockAround(peer, 64).address;
}

void Watch(int epoll, int operation, int fd, uint32_t events) {
  epoll_event event = {};
  event.events = events;
  event.data.fd = fd;
  NC_CHECK(epoll_ctl(epoll, operation, fd, &event) == 0);
}

}  // namespace

struct TcpServer::Connection {
  Connection(Socket socket, std::optional<TlsChannel> tls, const ipdb::IpAddress& peer,
             const TcpPatience& patience, absl::Duration now)
      : socket(std::move(socket)), tls(std::move(tls)), peer(peer), session(patience, now) {}

  ssize_t Receive(std::span<uint8_t> room) {
    return tls.has_value() ? tls->Receive(room) : recv(socket.fd(), room.data(), room.size(), 0);
  }

  ssize_t Send(std::span<const uint8_t> bytes) {
    if (tls.has_value()) return tls->Send(bytes);
    return send(socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  Socket socket;
  std::optional<TlsChannel> tls;  // after the socket: it uses it to the end
  ipdb::IpAddress peer;
  TcpSession session;
  uint32_t events = EPOLLIN;
  bool peer_is_done = false;  // it sends no more, but may still want its replies
};

TcpServer::TcpServer(std::vector<Socket> listeners, const TcpLimits& limits,
                     const http::TlsContext* tls, const AnswerOptions* answer_options,
                     const SnapshotHolder<scheduler::Snapshot>* snapshots, const Clock* clock)
    : listeners_(std::move(listeners)),
      limits_(limits),
      tls_(tls),
      answer_options_(answer_options),
      clock_(clock),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      reader_(snapshots),
      received_(kReadBytes),
      reply_(kTcpBytesMax),
      thread_([this] { Run(); }) {}

TcpServer::~TcpServer() { Stop(); }

void TcpServer::Stop() {
  if (!thread_.joinable()) return;
  stopping_.store(true);
  const uint64_t one = 1;
  NC_CHECK(write(wake_.fd(), &one, sizeof(one)) == sizeof(one));
  thread_.join();
}

void TcpServer::Run() {
  NC_CHECK(epoll_.fd() >= 0 && wake_.fd() >= 0);
  Watch(epoll_.fd(), EPOLL_CTL_ADD, wake_.fd(), EPOLLIN);
  for (const Socket& listener : listeners_) {
    Watch(epoll_.fd(), EPOLL_CTL_ADD, listener.fd(), EPOLLIN);
  }
  epoll_event events[kEventsMax];
  while (!stopping_.load()) {
    const int wait_ms = connections_.empty() ? kIdleMs : kSweepMs;
    const int count = epoll_wait(epoll_.fd(), events, kEventsMax, wait_ms);
    now_ = clock_->Monotonic();
    reader_.Get();
    for (int i = 0; i < count; ++i) OnEvent(events[i].data.fd, events[i].events);
    CloseExpired();
  }
  while (!connections_.empty()) Close(connections_.front(), transport_counters_.tcp_closed);
}

void TcpServer::OnEvent(int fd, uint32_t events) {
  const auto found = connection_of_fd_.find(fd);
  if (found == connection_of_fd_.end()) {
    if (fd != wake_.fd()) Accept(fd);
    return;
  }
  Connection& connection = *found->second;
  // TLS may have waited for room to go on reading.
  const bool reads = connection.tls.has_value() && connection.tls->wants_output();
  if ((events & EPOLLOUT) != 0 && !reads) return Write(connection);
  Read(connection);
}

void TcpServer::Accept(int listener) {
  for (int i = 0; i < kAcceptsPerEventMax; ++i) {
    sockaddr_in6 address = {};
    socklen_t bytes = sizeof(address);
    Socket socket(accept4(listener, reinterpret_cast<sockaddr*>(&address), &bytes,
                          SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket.fd() >= 0) {
      Admit(std::move(socket), AddressOf(address));
      continue;
    }
    // Out of descriptors: the longest idle makes room, and the next event brings the new one.
    if (errno != EMFILE && errno != ENFILE) return;
    if (connections_.empty()) {
      poll(nullptr, 0, kSweepMs);
    } else {
      Close(connections_.front(), transport_counters_.tcp_evicted);
    }
    return;
  }
}

void TcpServer::Admit(Socket socket, const ipdb::IpAddress& peer) {
  transport_counters_.tcp_accepted.Add();
  size_t& count = count_of_address_[LimitKey(peer)];
  if (count >= limits_.connections_per_address_max) return transport_counters_.tcp_refused.Add();
  ++count;
  if (connections_.size() >= limits_.connections_max) {
    Close(connections_.front(), transport_counters_.tcp_evicted);
  }
  const int fd = socket.fd();
  std::optional<TlsChannel> tls;
  if (tls_ != nullptr) tls.emplace(tls_->NewSession(fd));
  const int at_once = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof(at_once));
  connections_.emplace_back(std::move(socket), std::move(tls), peer, limits_.patience, now_);
  connection_of_fd_[fd] = std::prev(connections_.end());
  Watch(epoll_.fd(), EPOLL_CTL_ADD, fd, EPOLLIN);
}

void TcpServer::Read(Connection& connection) {
  if (!connection.session.wants_input()) return Settle(connection, 0);
  const ssize_t bytes = connection.Receive(received_);
  if (bytes < 0) {
    if (errno == EAGAIN || errno == EINTR) return Settle(connection, 0);
    return Close(connection, ReasonOf(errno));
  }
  if (bytes == 0) {
    connection.peer_is_done = true;
    return Settle(connection, 0);
  }
  const auto answer = [&](std::span<const uint8_t> m) { return AnswerMessage(connection, m); };
  Settle(connection, connection.session.Receive(std::span<const uint8_t>(received_).first(bytes),
                                                now_, answer));
}

void TcpServer::Write(Connection& connection) { Settle(connection, 0); }

void TcpServer::Settle(Connection& connection, size_t messages) {
  const int fd = connection.socket.fd();
  const auto answer = [&](std::span<const uint8_t> m) { return AnswerMessage(connection, m); };
  for (std::span<const uint8_t> output = connection.session.output(); !output.empty();
       output = connection.session.output()) {
    const ssize_t sent = connection.Send(output);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) return Close(connection, ReasonOf(errno));
    messages += connection.session.Sent(static_cast<size_t>(sent), now_, answer);
  }
  const bool has_output = !connection.session.output().empty();
  if (connection.session.state() == TcpSession::State::kMalformed) {
    return Close(connection, transport_counters_.tcp_malformed);
  }
  if (connection.peer_is_done && !has_output) {
    return Close(connection, transport_counters_.tcp_closed);
  }
  if (messages > 0) {
    connections_.splice(connections_.end(), connections_, connection_of_fd_.at(fd));
  }
  const bool reads = connection.session.wants_input() && !connection.peer_is_done;
  const bool writes = has_output || (connection.tls.has_value() && connection.tls->wants_output());
  const uint32_t events = (reads ? EPOLLIN : 0u) | (writes ? EPOLLOUT : 0u);
  if (events == connection.events) return;
  connection.events = events;
  Watch(epoll_.fd(), EPOLL_CTL_MOD, fd, events);
}

Counter& TcpServer::ReasonOf(int error) {
  return error == EPROTO ? transport_counters_.tcp_malformed : transport_counters_.tcp_closed;
}

void TcpServer::Close(Connection& connection, Counter& reason) {
  reason.Add();
  if (connection.tls.has_value()) connection.tls->End();
  const auto count = count_of_address_.find(LimitKey(connection.peer));
  if (--count->second == 0) count_of_address_.erase(count);
  const auto found = connection_of_fd_.find(connection.socket.fd());
  const Connections::iterator closed = found->second;
  connection_of_fd_.erase(found);
  connections_.erase(closed);  // closing the socket also ends its watch
}

void TcpServer::CloseExpired() {
  if (now_ < next_sweep_) return;
  next_sweep_ = now_ + absl::Milliseconds(kSweepMs);
  for (auto next = connections_.begin(); next != connections_.end();) {
    Connection& connection = *next++;
    if (connection.session.deadline() > now_) continue;
    Close(connection, transport_counters_.tcp_timed_out);
  }
}

std::span<const uint8_t> TcpServer::AnswerMessage(const Connection& connection,
                                                  std::span<const uint8_t> message) {
  const Request request = {.packet = message,
                           .source = connection.peer,
                           .transport = tls_ == nullptr ? Transport::kTcp : Transport::kTls,
                           .now_s = static_cast<uint32_t>(absl::ToUnixSeconds(clock_->Now())),
                           .options = answer_options_};
  const size_t bytes = Answer(reader_.Get(), request, reply_, counters_);
  return std::span<const uint8_t>(reply_).first(bytes);
}

}  // namespace nearcast::dns
