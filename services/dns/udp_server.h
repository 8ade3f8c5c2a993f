// UdpServer: one socket and the one thread that answers on it.
//
// Batches of packets go in by recvmmsg and out by sendmmsg; between them is Answer(), and nothing
// else; the time is read once a batch. A server has as many as it has cores, all on one port: the
// kernel spreads clients over them (SO_REUSEPORT). Source: RFC 1035 §4.2.1; sizes by RFC 6891 §6.2.
#ifndef SERVICES_DNS_UDP_SERVER_H_
#define SERVICES_DNS_UDP_SERVER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "services/dns/answer.h"
#include "services/dns/counters.h"
#include "services/dns/rate_limiter.h"
#include "services/dns/socket.h"

namespace nearcast::scheduler {
struct Snapshot;
}

namespace nearcast::dns {

struct UdpOptions {
  std::optional<int> core;  // the thread stays on it
  RateLimits limits;
};

class UdpServer {
 public:
  // Starts the thread. `socket` is from BindUdp; the pointers must outlive the server.
  UdpServer(Socket socket, const UdpOptions& options, const AnswerOptions* answer_options,
            const SnapshotHolder<scheduler::Snapshot>* snapshots, const Clock* clock);
  ~UdpServer() { Stop(); }

  // Returns when the thread has ended; what it has received is answered. The owner's thread.
  void Stop();

  // Any thread.
  const Counters& counters() const { return counters_; }
  const TransportCounters& transport_counters() const { return transport_counters_; }

 private:
  class Batch;

  void Run();

  const Socket socket_;
  const AnswerOptions* const answer_options_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  const Clock* const clock_;
  RateLimiter limiter_;  // the thread's own
  std::atomic<bool> stopping_{false};
  Counters counters_;
  TransportCounters transport_counters_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_UDP_SERVER_H_
