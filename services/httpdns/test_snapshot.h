// A small plan for tests: three provinces with two ISPs each, one node per pair, and names over
// them.
#ifndef SERVICES_HTTPDNS_TEST_SNAPSHOT_H_
#define SERVICES_HTTPDNS_TEST_SNAPSHOT_H_

#include <cstdint>
#include <memory>

#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::httpdns {

// 10.0.0.0/8 and 2001:db8::/32 in `networks` random pieces, each in one of the six
// cells; 14.215.0.0/16 is Guangdong Telecom. "pull.live.example" answers with two IPv4 addresses
// and, where nodes have them, IPv6; TTL 60. Nodes of "v4.live.example" have no IPv6; TTL 30.
std::shared_ptr<const scheduler::Snapshot> MakeTestSnapshot(uint32_t seed, int networks = 300);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_TEST_SNAPSHOT_H_
