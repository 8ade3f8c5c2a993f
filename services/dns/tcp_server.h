// TcpServer: DNS over TCP (RFC 7766), plain or under TLS (RFC 7858), on all listening sockets, in
// one thread.
//
// Replies leave in the order of queries. Bounds: connections in all, of which the longest idle
// gives way to a new one, and connections of one address (IPv6: of one /64), of which one too many
// is closed at once; what one connection may keep and how long, tcp_session.h says.
#ifndef SERVICES_DNS_TCP_SERVER_H_
#define SERVICES_DNS_TCP_SERVER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "ipdb/ip_address.h"
#include "services/dns/answer.h"
#include "services/dns/counters.h"
#include "services/dns/socket.h"
#include "services/dns/tcp_session.h"

namespace nearcast::scheduler {
struct Snapshot;
}

namespace nearcast::http {
class TlsContext;
}

namespace nearcast::dns {

struct TcpLimits {
  TcpPatience patience;
  size_t connections_max = 8192;
  // Resolvers behind one address open a few at a time; a hundred are no resolver.
  size_t connections_per_address_max = 128;
};

class TcpServer {
 public:
  // Starts the thread. `listeners` are from ListenTcp; the pointers must outlive the server. `tls`
  // null = plain.
  TcpServer(std::vector<Socket> listeners, const TcpLimits& limits, const http::TlsContext* tls,
            const AnswerOptions* answer_options,
            const SnapshotHolder<scheduler::Snapshot>* snapshots, const Clock* clock);
  ~TcpServer();

  // Closes all connections; returns when the thread has ended. The owner's thread.
  void Stop();

  // Any thread.
  const Counters& counters() const { return counters_; }
  const TransportCounters& transport_counters() const { return transport_counters_; }

 private:
  struct Connection;
  using Connections = std::list<Connection>;

  void Run();
  void OnEvent(int fd, uint32_t events);
  void Accept(int listener);
  void Admit(Socket socket, const ipdb::IpAddress& peer);
  void Read(Connection& connection);
  void Write(Connection& connection);
  // Sends what it can, and sees to what the connection waits for next; may close it.
  void Settle(Connection& connection, size_t messages);
  // Which counter a connection that fails with that errno goes to.
  Counter& ReasonOf(int error);
  void Close(Connection& connection, Counter& reason);
  void CloseExpired();
  std::span<const uint8_t> AnswerMessage(const Connection& connection,
                                         std::span<const uint8_t> message);

  const std::vector<Socket> listeners_;
  const TcpLimits limits_;
  const http::TlsContext* const tls_;
  const AnswerOptions* const answer_options_;
  const Clock* const clock_;
  const Socket epoll_;
  const Socket wake_;
  std::atomic<bool> stopping_{false};
  Counters counters_;
  TransportCounters transport_counters_;

  // The thread's own.
  SnapshotHolder<scheduler::Snapshot>::Reader reader_;
  Connections connections_;  // the longest without a whole message first
  absl::flat_hash_map<int, Connections::iterator> connection_of_fd_;
  absl::flat_hash_map<ipdb::IpAddress, size_t> count_of_address_;
  absl::Duration now_;
  absl::Duration next_sweep_;
  std::vector<uint8_t> received_;
  std::vector<uint8_t> reply_;

  std::thread thread_;  // last: it uses the others
};

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_TCP_SERVER_H_
