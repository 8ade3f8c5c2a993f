// UdpServer: one socket and the one thread that answers on it.
//
// Batches of packets go in by recvmmsg and out by sendmmsg; between them is Answer(), and nothing
// else. A server has as many as it has cores, all on one port: the kernel spreads clients over them
// (SO_REUSEPORT).
#ifndef SERVICES_DNS_UDP_SERVER_H_
#define SERVICES_DNS_UDP_SERVER_H_

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "base/snapshot_holder.h"
#include "services/dns/counters.h"
#include "services/dns/socket.h"

namespace nearcast::scheduler {
struct Snapshot;
}

namespace nearcast::dns {

class UdpServer {
 public:
  // Starts the thread, on `core` if given. `socket` is from BindUdp; `snapshots` must outlive the
  // server.
  UdpServer(Socket socket, const SnapshotHolder<scheduler::Snapshot>* snapshots,
            std::optional<int> core);
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
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  std::atomic<bool> stopping_{false};
  Counters counters_;
  TransportCounters transport_counters_;
  std::thread thread_;  // last: it uses the others
};

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_UDP_SERVER_H_
