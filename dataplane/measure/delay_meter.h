// DelayMeter: measures the delay to the targets that control planes name, each at its interval, and
// keeps what was found for each of them until it is taken.
//
//   DelayMeter meter(options, std::make_unique<TcpRoundTrips>());
//   meter.Start();
//   meter.SetTargets(0, targets);                 // what control plane 0 wants
//   for (const Measurement& m : meter.Take(0)) …  // what it has not been told yet
//
// What several control planes want is measured once. When one cannot be reached, its last targets
// go on being measured; of each target only the newest measurement waits.
#ifndef DATAPLANE_MEASURE_DELAY_METER_H_
#define DATAPLANE_MEASURE_DELAY_METER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/measure/measure_schedule.h"
#include "dataplane/measure/measure_target.h"
#include "dataplane/measure/round_trips.h"

namespace nearcast::measure {

struct DelayMeterOptions {
  uint64_t seed = 0;
  size_t in_flight_max = 32;  // connects at a time
  size_t targets_max = 4096;  // of all control planes; more are not measured, and counted
};

struct DelayMeterCounters {
  uint64_t targets = 0;          // now
  uint64_t targets_refused = 0;  // of the plans that are in force
  uint64_t measured = 0;
  uint64_t connects = 0;
  uint64_t connects_lost = 0;
};

// Thread rule: any thread; Start once.
class DelayMeter {
 public:
  DelayMeter(const DelayMeterOptions& options, std::unique_ptr<RoundTrips> trips);
  ~DelayMeter();  // stops

  void Start();
  void Stop();

  // Replaces what `control` wants measured.
  void SetTargets(size_t control, std::vector<MeasureTarget> targets);

  // What was measured for `control` since the last call, in the order of targets.
  std::vector<Measurement> Take(size_t control);

  DelayMeterCounters Counters() const;

 private:
  struct Control {
    std::vector<MeasureTarget> targets;
    std::map<std::string, Measurement> found;  // by target; not taken yet
  };
  struct Running {
    MeasureTarget target;
    Measurement found;
  };

  void Run();
  void TakePlan();
  void BeginDue();
  void Try(uint64_t id, const MeasureTarget& target);
  void OnDone(uint64_t id, std::optional<uint32_t> us);
  void Keep(const Measurement& found);

  const DelayMeterOptions options_;
  const std::unique_ptr<RoundTrips> trips_;

  // The measuring thread's own.
  MeasureSchedule schedule_;
  std::map<uint64_t, Running> running_;
  uint64_t next_id_ = 1;

  mutable absl::Mutex mutex_;
  std::map<size_t, Control> controls_ ABSL_GUARDED_BY(mutex_);
  bool plan_is_new_ ABSL_GUARDED_BY(mutex_) = false;
  DelayMeterCounters counters_ ABSL_GUARDED_BY(mutex_);

  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace nearcast::measure

#endif  // DATAPLANE_MEASURE_DELAY_METER_H_
