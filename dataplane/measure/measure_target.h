// Whose delay is measured, and what was found.
#ifndef DATAPLANE_MEASURE_MEASURE_TARGET_H_
#define DATAPLANE_MEASURE_MEASURE_TARGET_H_

#include <cstdint>
#include <optional>
#include <string>

namespace nearcast::measure {

struct MeasureTarget {
  std::string target;   // the control plane's word for it
  std::string address;  // IPv4 or IPv6
  uint16_t port = 0;
  int64_t interval_ms = 60'000;
  int64_t timeout_ms = 1'000;  // of one try
  uint32_t tries = 3;

  friend bool operator==(const MeasureTarget&, const MeasureTarget&) = default;
};

// One measurement: the least of a few connects.
struct Measurement {
  std::string target;
  std::optional<uint32_t> delay_us;  // nothing when no connect was answered
  uint32_t tries = 0;
  uint32_t lost = 0;
};

}  // namespace nearcast::measure

#endif  // DATAPLANE_MEASURE_MEASURE_TARGET_H_
