// ReadZone: the text of a master file → records, or what is wrong with it, line by line.
//
// Source: RFC 1035 §5 with $ORIGIN, RFC 2308 §4 ($TTL), RFC 3597 §5 (\# for unknown types).
// $INCLUDE is refused: a zone is one text. Records are parsed by libldns; nothing but the string is
// read.
#ifndef SCHEDULERLIB_ZONE_ZONE_READER_H_
#define SCHEDULERLIB_ZONE_ZONE_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schedulerlib/zone/dns_name.h"
#include "schedulerlib/zone/zone_entries.h"

namespace nearcast::scheduler::zone {

struct ZoneRecord {
  DnsName owner;
  uint16_t type = 0;
  uint32_t ttl_s = 0;
  std::string rdata;  // wire form, names uncompressed and in the case of the text
  int line = 0;       // where the record begins; the first line is 1
};

struct ZoneText {
  std::vector<ZoneRecord> records;
  std::vector<LineProblem> problems;  // a line with a problem gives no record
};

// Names that are not absolute lie below `apex`. Records of a class other than IN are problems. A
// text of more than kZoneBytesMax is refused as a whole.
ZoneText ReadZone(absl::string_view text, const DnsName& apex);

inline constexpr size_t kZoneBytesMax = 64 << 20;
inline constexpr uint32_t kDefaultTtlS = 3600;  // where neither the record nor $TTL says one

// "A", "TXT", "TYPE65280".
std::string TypeName(uint16_t type);

}  // namespace nearcast::scheduler::zone

#endif  // SCHEDULERLIB_ZONE_ZONE_READER_H_
