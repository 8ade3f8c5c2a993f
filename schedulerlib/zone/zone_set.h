// ZoneSet: the zones that this server is authoritative for, compiled for lookup by wire-form name.
//
// A zone has static RRsets, read from RFC 1035 master text, and scheduled names, whose addresses are decided per
// client. Thread rule: immutable after Build; any number of threads may read.
#ifndef SCHEDULERLIB_ZONE_ZONE_SET_H_
#define SCHEDULERLIB_ZONE_ZONE_SET_H_

namespace nearcast::scheduler::zone {

class ZoneSet {};

}  // namespace nearcast::scheduler::zone

#endif  // SCHEDULERLIB_ZONE_ZONE_SET_H_
