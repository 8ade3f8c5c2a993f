// Clock: where loops get the time. Pure code never sees one: it takes absl::Time or absl::Duration
// as a parameter. Tests pass a FakeClock (base/fake_clock.h) in its place.
#ifndef BASE_CLOCK_H_
#define BASE_CLOCK_H_

#include "absl/time/time.h"

namespace nearcast {

// Thread rule: any thread may call either method at any time.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall time, which may step: for what leaves the process (signatures, records, logs).
  virtual absl::Time Now() const = 0;

  // Time since an arbitrary fixed moment, which never steps back: for timers, ages and rates.
  virtual absl::Duration Monotonic() const = 0;

  // The machine's clock; lives as long as the process.
  static const Clock* System();
};

}  // namespace nearcast

#endif  // BASE_CLOCK_H_
