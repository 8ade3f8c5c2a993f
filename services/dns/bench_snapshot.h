// BenchSnapshot: 100 nodes over the full networks table, for benchmarks: live.example with
// pull.live.example.
#ifndef SERVICES_DNS_BENCH_SNAPSHOT_H_
#define SERVICES_DNS_BENCH_SNAPSHOT_H_

#include <memory>

#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::dns {

// Networks are those of $NEARCAST_SHARED/data/ipdb/networks.mmdb if present; else 400,000 synthetic
// ones, which cost as much to search. Takes some seconds.
std::shared_ptr<const scheduler::Snapshot> BuildBenchSnapshot();

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_BENCH_SNAPSHOT_H_
