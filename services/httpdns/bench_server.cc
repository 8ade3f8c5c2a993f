// An HTTPDNS server for tools/bench/httpdns: 100 nodes over a full IP database, one thread.
// usage: bench_server PORT DATABASE   Serves until SIGTERM.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "ipdb/database.h"
#include "ipdb/name_table.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "services/http/router.h"
#include "services/http/server.h"
#include "services/httpdns/httpdns.h"

namespace nearcast::httpdns {
namespace {

constexpr size_t kNodes = 100;

// Nodes stand in places that the database knows, evenly over its cells.
scheduler::Config MakeConfig(const ipdb::PrefixTable& places) {
  scheduler::Config config;
  config.revision = 1;
  scheduler::Cdn cdn;
  cdn.name = "own";
  cdn.kind = scheduler::CdnKind::kOwn;
  config.cdns = {cdn};
  for (size_t i = 0; i < kNodes; ++i) {
    scheduler::Node node;
    node.name = absl::StrCat("node-", i);
    node.cdn = cdn.name;
    node.location =
        places.location(ipdb::CellId(static_cast<uint32_t>(i * places.cell_count() / kNodes)));
    node.addresses = {absl::StrCat("10.0.", i / 10, ".", i % 10 + 1)};
    node.health = scheduler::HealthSource::kAlwaysUp;
    config.nodes.push_back(std::move(node));
  }
  scheduler::Domain domain;
  domain.name = "live.example";
  domain.zone_file = "@ 3600 IN SOA ns1 hostmaster 1 7200 1800 259200 900\n@ 3600 IN NS ns1\n";
  domain.scheduled_names = {{.name = "pull", .cdn = cdn.name, .ttl_s = 60, .answers = 2}};
  config.domains = {domain};
  return config;
}

int Run(uint16_t port, const std::string& database) {
  const auto places = ipdb::LoadPrefixTable(std::vector<std::string>{database}, {});
  if (!places.ok()) {
    std::fprintf(stderr, "%s\n", places.status().ToString().c_str());
    return 1;
  }
  SnapshotHolder<scheduler::Snapshot> holder(
      scheduler::BuildSnapshot(MakeConfig(**places), {}, *places));
  const ipdb::NameTable names;
  Httpdns httpdns(&holder, &names, {});
  http::Router router;
  httpdns.Register(&router);
  // Signals are taken by sigwait below, so the server's thread must inherit them blocked.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto server = http::Server::Listen({.port = port}, &router, Clock::System());
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
    return 1;
  }
  std::printf("serving on port %d\n", (*server)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->Stop();
  return 0;
}

}  // namespace
}  // namespace nearcast::httpdns

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_server PORT DATABASE\n");
    return 2;
  }
  return nearcast::httpdns::Run(static_cast<uint16_t>(std::atoi(argv[1])), argv[2]);
}
