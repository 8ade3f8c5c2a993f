// A DNS front over BenchSnapshot on 127.0.0.1, for tools/bench/dns.
// usage: dns_bench_server PORT   prints "listening on PORT", ends with SIGTERM or SIGINT
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "services/dns/bench_snapshot.h"
#include "services/dns/dns_service.h"

int main(int argc, char** argv) {
  using nearcast::dns::DnsService;
  if (argc != 2) {
    std::fprintf(stderr, "usage: dns_bench_server PORT\n");
    return 2;
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGINT);
  sigaddset(&ends, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const nearcast::SnapshotHolder<nearcast::scheduler::Snapshot> snapshots(
      nearcast::dns::BuildBenchSnapshot());
  nearcast::dns::DnsServiceOptions options;
  options.port = static_cast<uint16_t>(std::atoi(argv[1]));
  const auto service = DnsService::Listen(options, &snapshots, nearcast::Clock::System());
  if (!service.ok()) {
    std::fprintf(stderr, "%s\n", service.status().ToString().c_str());
    return 1;
  }
  std::printf("listening on %d\n", (*service)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  (*service)->Stop();
  return 0;
}
