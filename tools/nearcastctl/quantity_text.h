// Times and rates as people read them. Pure.
#ifndef TOOLS_NEARCASTCTL_QUANTITY_TEXT_H_
#define TOOLS_NEARCASTCTL_QUANTITY_TEXT_H_

#include <string>

#include "absl/time/time.h"

namespace google::protobuf {
class Timestamp;
}

namespace nearcast::ctl {

absl::Time ParseTime(const google::protobuf::Timestamp& time);

// "2026-01-31 12:00:00Z"; "-" when it is not set.
std::string WriteTime(const google::protobuf::Timestamp& time);

// "now" within a second and for what is still to come, else "8 s ago", "5 min ago", "3 h ago", "12
// d ago".
std::string WriteAge(absl::Duration age);

// "0", "950 bit/s", "2.5 Mbit/s": three digits.
std::string WriteBitRate(double bits_per_s);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_QUANTITY_TEXT_H_
