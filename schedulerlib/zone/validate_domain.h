// ValidateDomain: everything that is wrong with one Domain's zone, all at once.
//
// Rules, besides the syntax of the zone file and of names:
//   - one SOA, at the apex, and NS records there (RFC 1035 §5.2)
//   - nothing outside the zone, and no type that is not data (OPT, TSIG, ANY …); DNAME is not
//   served
//   - one TTL for an RRset (RFC 2181 §5.2), of at most kRrSetBytesMax in all
//   - a CNAME stands alone at its name (RFC 2181 §10.1) and leads to no circle
//   - at a delegation only NS, DS and glue, below it only glue; none at a wildcard (RFC 4592 §4.2)
//   - a name server of the zone itself has an address and is no alias (RFC 2181 §10.3)
//   - a scheduled name lies in the zone, once, not at or below a delegation, and without static A,
//   AAAA or CNAME
#ifndef SCHEDULERLIB_ZONE_VALIDATE_DOMAIN_H_
#define SCHEDULERLIB_ZONE_VALIDATE_DOMAIN_H_

#include <cstddef>
#include <vector>

#include "schedulerlib/model/config.h"
#include "schedulerlib/zone/domain_records.h"

namespace nearcast::scheduler::zone {

// So that every RRset fits into one message over TCP, with the question and all options.
inline constexpr size_t kRrSetBytesMax = 60'000;
// So that compression pointers reach the name of every server (RFC 1035 §4.1.4: the first 16384
// octets).
inline constexpr size_t kNsRrSetBytesMax = 8'000;

// Empty when ZoneSet::Build may be called. In the order of the text, then of the scheduled names.
std::vector<ZoneProblem> ValidateDomain(const Domain& domain);

}  // namespace nearcast::scheduler::zone

#endif  // SCHEDULERLIB_ZONE_VALIDATE_DOMAIN_H_
