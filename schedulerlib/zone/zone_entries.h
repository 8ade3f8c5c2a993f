// SplitEntries: a master file's text → its entries, one a line, each with the line on which it
// begins.
//
// Comments are gone and what parentheses held together stands on one line; quotes and escapes stay
// for the parser of records. Source: RFC 1035 §5.1.
#ifndef SCHEDULERLIB_ZONE_ZONE_ENTRIES_H_
#define SCHEDULERLIB_ZONE_ZONE_ENTRIES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace nearcast::scheduler::zone {

struct ZoneEntry {
  int line = 0;  // the first line is 1
  std::string
      text;  // begins with a blank if the owner is that of the entry before; never blank as a whole
};

struct LineProblem {
  int line = 0;  // 0 = the zone as a whole
  std::string message;
};

struct ZoneEntries {
  std::vector<ZoneEntry> entries;

  // Quotes left open at the end of a line, parentheses that do not match, NUL octets.
  std::vector<LineProblem> problems;
};

ZoneEntries SplitEntries(absl::string_view text);

}  // namespace nearcast::scheduler::zone

#endif  // SCHEDULERLIB_ZONE_ZONE_ENTRIES_H_
