// PrefixTable::Find beside libmaxminddb's own lookup, over the same database and addresses in one
// run.
//
//   NEARCAST_SHARED=../shared bazel-bin/ipdb/prefix_table_benchmark
//
// random: uniform over the IPv4 space, every cache line cold. clients: 20,000 addresses of clients,
// as in service.
#include <sys/socket.h>

#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "benchmark/benchmark.h"
#include "ipdb/database.h"
#include "ipdb/ip_address.h"
#include "ipdb/prefix_table.h"
#include "ipdb/shared_data.h"
#include "maxminddb.h"
#include "netinet/in.h"

namespace nearcast::ipdb {
namespace {

constexpr size_t kAddresses = 1 << 20;

std::string DatabasePath() { return SharedDataPath("data/ipdb/networks.mmdb"); }

const PrefixTable& Table() {
  static const std::shared_ptr<const PrefixTable> table =
      LoadPrefixTable(std::vector<std::string>{DatabasePath()}, {}).value();
  return *table;
}

const MMDB_s& Mmdb() {
  static const MMDB_s mmdb = [] {
    MMDB_s opened;
    NC_CHECK(MMDB_open(DatabasePath().c_str(), MMDB_MODE_MMAP, &opened) == MMDB_SUCCESS);
    return opened;
  }();
  return mmdb;
}

std::vector<IpAddress> RandomAddresses() {
  std::mt19937 random(1);
  std::vector<IpAddress> addresses(kAddresses);
  for (IpAddress& address : addresses) address = IpAddress::FromV4(random());
  return addresses;
}

std::vector<IpAddress> ClientAddresses() {
  std::ifstream in(SharedDataPath("data/ipdb/clients.txt"));
  std::vector<IpAddress> clients;
  for (std::string line; std::getline(in, line);) clients.push_back(ParseIpAddress(line).value());
  std::vector<IpAddress> addresses(kAddresses);
  for (size_t i = 0; i < addresses.size(); ++i) addresses[i] = clients[i % clients.size()];
  return addresses;
}

enum class Workload { kRandom, kClients };

const std::vector<IpAddress>& Addresses(Workload workload) {
  static const std::vector<IpAddress> random = RandomAddresses();
  static const std::vector<IpAddress> clients = ClientAddresses();
  return workload == Workload::kRandom ? random : clients;
}

void Find(benchmark::State& state, Workload workload) {
  const std::vector<IpAddress>& addresses = Addresses(workload);
  const PrefixTable& table = Table();
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(table.Find(addresses[i++ & (kAddresses - 1)]));
  }
}

// Each address hangs on the last answer, so that no two searches overlap: the latency of one.
void FindOneByOne(benchmark::State& state, Workload workload) {
  const std::vector<IpAddress>& addresses = Addresses(workload);
  const PrefixTable& table = Table();
  size_t i = 0;
  for (auto _ : state) {
    const PrefixTable::Match match = table.Find(addresses[i & (kAddresses - 1)]);
    i += 1 + (match.scope_bits >> 7);
    benchmark::DoNotOptimize(i);
  }
}

sockaddr_in ToSocketAddress(const IpAddress& address) {
  sockaddr_in socket_address{};
  socket_address.sin_family = AF_INET;
  socket_address.sin_addr.s_addr = htonl(address.v4());
  return socket_address;
}

MMDB_lookup_result_s Lookup(const IpAddress& address) {
  const sockaddr_in socket_address = ToSocketAddress(address);
  int error = 0;
  return MMDB_lookup_sockaddr(&Mmdb(), reinterpret_cast<const sockaddr*>(&socket_address), &error);
}

void MmdbLookup(benchmark::State& state, Workload workload) {
  const std::vector<IpAddress>& addresses = Addresses(workload);
  size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(Lookup(addresses[i++ & (kAddresses - 1)]));
  }
}

// What the table's cell stands for: the record's four fields.
void MmdbLookupAndRead(benchmark::State& state, Workload workload) {
  static const char* const kCountry[] = {"country", "iso_code", nullptr};
  static const char* const kRegion[] = {"subdivisions", "0", "iso_code", nullptr};
  static const char* const kCity[] = {"city", "names", "en", nullptr};
  static const char* const kIsp[] = {"traits", "isp", nullptr};
  const std::vector<IpAddress>& addresses = Addresses(workload);
  size_t i = 0;
  for (auto _ : state) {
    MMDB_lookup_result_s result = Lookup(addresses[i++ & (kAddresses - 1)]);
    if (!result.found_entry) continue;
    for (const char* const* path : {kCountry, kRegion, kCity, kIsp}) {
      MMDB_entry_data_s data;
      benchmark::DoNotOptimize(MMDB_aget_value(&result.entry, &data, path));
    }
  }
}

void Load(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(LoadPrefixTable(std::vector<std::string>{DatabasePath()}, {}));
  }
}

const bool kRegistered = [] {
  if (DatabasePath().empty()) {
    std::fprintf(stderr, "shared data is absent; set NEARCAST_SHARED to its directory\n");
    return false;
  }
  const struct {
    const char* name;
    Workload workload;
  } workloads[] = {{"random", Workload::kRandom}, {"clients", Workload::kClients}};
  for (const auto& [name, workload] : workloads) {
    const std::string suffix = std::string("/") + name;
    benchmark::RegisterBenchmark(("Find" + suffix).c_str(), Find, workload);
    benchmark::RegisterBenchmark(("FindOneByOne" + suffix).c_str(), FindOneByOne, workload);
    benchmark::RegisterBenchmark(("MmdbLookup" + suffix).c_str(), MmdbLookup, workload);
    benchmark::RegisterBenchmark(("MmdbLookupAndRead" + suffix).c_str(), MmdbLookupAndRead,
                                 workload);
  }
  benchmark::RegisterBenchmark("Load", Load)->Unit(benchmark::kMillisecond);
  return true;
}();

}  // namespace
}  // namespace nearcast::ipdb
