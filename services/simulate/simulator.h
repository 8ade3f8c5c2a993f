// Simulator: nearcast.v1.Simulator without its transport: one change, one trace, one report.
#ifndef SERVICES_SIMULATE_SIMULATOR_H_
#define SERVICES_SIMULATE_SIMULATOR_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nearcast/v1/simulation.pb.h"
#include "schedulerlib/simulate/recorded_view.h"
#include "schedulerlib/simulate/simulation.h"
#include "services/publisher/publisher.h"
#include "services/sync/config_follower.h"

namespace nearcast {

// Lines that a trace may have.
inline constexpr uint64_t kTraceLinesMax = 20'000'000;

// Thread rule: any thread may call Begin.
class Simulator {
 public:
  // Both must outlive the simulator and its runs.
  Simulator(const ConfigFollower* follower, const Publisher* publisher)
      : follower_(follower), publisher_(publisher) {}

  // One simulation. One owner at a time.
  class Run {
   public:
    explicit Run(Simulator* simulator) : simulator_(simulator) {}
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    // The change and lines of the trace. After an error there is no way on.
    absl::Status Take(const v1::SimulateRequest& request);

    absl::StatusOr<v1::SimulationReport> Finish();

   private:
    absl::Status Start(const v1::SimulateRequest& request);
    absl::Status Replay(absl::string_view trace);

    Simulator* const simulator_;
    bool holds_turn_ = false;
    int64_t revision_ = 0;
    uint64_t line_ = 0;
    scheduler::TraceReader reader_;
    scheduler::RecordedView view_;
    std::optional<scheduler::Simulation> simulation_;
  };

  // Simulations that have ended with a report.
  uint64_t runs() const { return runs_; }

 private:
  // INVALID_ARGUMENT for a change that cannot be.
  absl::StatusOr<std::shared_ptr<const scheduler::Snapshot>> BuildAfter(
      const v1::SimulateRequest& request, int64_t* revision) const;

  const ConfigFollower* const follower_;
  const Publisher* const publisher_;
  std::atomic<bool> busy_{false};
  std::atomic<uint64_t> runs_{0};
};

}  // namespace nearcast

#endif  // SERVICES_SIMULATE_SIMULATOR_H_
