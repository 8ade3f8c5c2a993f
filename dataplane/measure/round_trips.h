// RoundTrips: how long single round trips to addresses take.
#ifndef DATAPLANE_MEASURE_ROUND_TRIPS_H_
#define DATAPLANE_MEASURE_ROUND_TRIPS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace nearcast::measure {

// Thread rule: one owner; Wake from any thread.
class RoundTrips {
 public:
  // `us` is the round trip in microseconds, at least 1; nothing when there was no answer in time.
  using Done = std::function<void(uint64_t id, std::optional<uint32_t> us)>;

  virtual ~RoundTrips() = default;

  // Begins one, which Wait tells the end of. `id` must not be on its way already.
  virtual void Begin(uint64_t id, const std::string& address, uint16_t port,
                     int64_t timeout_ms) = 0;

  // Waits until one ends, `wait_ms` have passed or Wake is called, and calls `done` for each that
  // has ended. `done` may Begin.
  virtual void Wait(int64_t wait_ms, const Done& done) = 0;

  // Ends the Wait that is going on, or the next one at once.
  virtual void Wake() = 0;
};

}  // namespace nearcast::measure

#endif  // DATAPLANE_MEASURE_ROUND_TRIPS_H_
