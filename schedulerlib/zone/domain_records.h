// DomainRecords: one Domain taken apart: its static records and the names that are scheduled, or
// why not.
#ifndef SCHEDULERLIB_ZONE_DOMAIN_RECORDS_H_
#define SCHEDULERLIB_ZONE_DOMAIN_RECORDS_H_

#include <string>
#include <vector>

#include "schedulerlib/model/config.h"
#include "schedulerlib/zone/dns_name.h"
#include "schedulerlib/zone/zone_reader.h"

namespace nearcast::scheduler::zone {

// One mistake in a Domain resource. Paths are as operators see them: "spec.zone_file line 7",
// "spec.scheduled_names[1].name".
struct ZoneProblem {
  std::string path;
  std::string message;
};

struct ScheduledOwner {
  DnsName owner;
  size_t index = 0;  // into Domain::scheduled_names
};

struct DomainRecords {
  DnsName apex;
  std::vector<ZoneRecord> records;
  std::vector<ScheduledOwner> scheduled;
};

// Leaves out what does not parse, and appends a problem for each.
DomainRecords ReadDomain(const Domain& domain, std::vector<ZoneProblem>& problems);

// The path of a place in the zone file; line 0 means the file as a whole.
std::string ZoneFilePath(int line);

// The path of a scheduled name.
std::string ScheduledNamePath(size_t index);

}  // namespace nearcast::scheduler::zone

#endif  // SCHEDULERLIB_ZONE_DOMAIN_RECORDS_H_
