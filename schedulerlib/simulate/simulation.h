// Simulation: a day of the past decided twice, as things are and as they would be.
//
//   Simulation simulation(before, after);
//   for (const RecordedView& view : trace) simulation.Add(view);
//   const SimulationReport report = simulation.Report();
//
// Every view goes through DecidePlay, with debts of its own for either side, so shares, bandwidth and
// cost are what the scheduler would have made of that day. Who moves is told by the rendezvous
// behind each choice: the sessions that debts place otherwise would move in the same number. Tiers
// carry their declared bitrate, and what a CDN carries is what its views would: every 15 s caps,
// budget ladders and corrections follow it, as they follow what is measured live. A view asks once;
// of its stream only the publish point is known, neither pushes nor moves.
#ifndef SCHEDULERLIB_SIMULATE_SIMULATION_H_
#define SCHEDULERLIB_SIMULATE_SIMULATION_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schedulerlib/simulate/recorded_view.h"
#include "schedulerlib/simulate/usage_meter.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/split/debt_ledger.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/traffic/booked_bits.h"
#include "schedulerlib/traffic/traffic_steps.h"

namespace nearcast::scheduler {

// One CDN on one side.
struct SimulatedCdn {
  std::string cdn;
  uint64_t views = 0;
  double share = 0;  // of the bits, 0..1
  double peak_mbps = 0;
  double p95_mbps = 0;
  double cost = 0;
};

// One CDN's part of one cell's bits, before and after.
struct SimulatedShare {
  std::string cdn;
  double before = 0;
  double after = 0;
};

struct SimulatedCell {
  std::string country;
  std::string region;
  std::string isp;
  uint64_t views = 0;
  uint64_t moved = 0;
  std::vector<SimulatedShare> shares;  // in the order of names
};

struct SimulationReport {
  uint64_t views = 0;
  uint64_t moved = 0;           // to another CDN
  uint64_t moved_nodes = 0;     // to another node of the same CDN
  uint64_t moved_tiers = 0;     // open with another tier
  uint64_t refused_before = 0;  // nothing could be decided
  uint64_t refused_after = 0;
  std::vector<SimulatedCdn> before;  // in the order of names
  std::vector<SimulatedCdn> after;
  double cost_before = 0;
  double cost_after = 0;

  // Those with the most views first, at most kSimulatedCellsMax.
  std::vector<SimulatedCell> cells;
};

inline constexpr size_t kSimulatedCellsMax = 200;

// One owner. Cost of a view: two decisions.
class Simulation {
 public:
  // Neither may be null.
  Simulation(std::shared_ptr<const Snapshot> before, std::shared_ptr<const Snapshot> after);

  // In the order of time.
  void Add(const RecordedView& view);

  SimulationReport Report() const;

 private:
  // What one view was given.
  struct Outcome {
    std::string cdn;  // empty = refused
    std::string node;
    Tier tier = Tier::kOrigin;
    double bits = 0;
    ipdb::Location place;
    std::string lasting_cdn;  // by rendezvous, or as it was set
  };

  // One configuration with what it remembers.
  struct Side {
    explicit Side(std::shared_ptr<const Snapshot> of);

    std::shared_ptr<const Snapshot> snapshot;
    DebtLedger ledger;
    BookedBits booked;
    TrafficSteps steps;
    LiveRates rates;                                // as of the last step
    std::vector<double> carried_bps;                // by CdnIndex
    std::map<int64_t, std::vector<double>> ending;  // of it, by the step when the views are over
    std::map<std::string, UsageMeter> meters;
    std::map<std::string, uint64_t> views;
    uint64_t refused = 0;
  };

  struct Cell {
    uint64_t views = 0;
    uint64_t moved = 0;
    std::map<std::string, std::array<double, 2>> bits;  // by CDN; before, after
  };

  static Outcome Decide(const RecordedView& view, Side& side);
  static void Book(const PlayDecision& decision, double now_s, Side& side);
  static void Carry(CdnIndex cdn, int64_t time_s, uint32_t watch_s, double bits_per_s, Side& side);

  // Takes the steps up to a view's time.
  void StepUntil(int64_t time_s);
  void Step(Side& side) const;

  static std::vector<SimulatedCdn> Summarize(const Side& side);

  std::array<Side, 2> sides_;
  std::optional<int64_t> begun_s_;                    // the first view's time
  int64_t step_ = 0;                                  // the next one, time / kTrafficStepS
  std::map<std::array<std::string, 3>, Cell> cells_;  // by country, region, ISP
  uint64_t views_ = 0;
  uint64_t moved_ = 0;
  uint64_t moved_nodes_ = 0;
  uint64_t moved_tiers_ = 0;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SIMULATE_SIMULATION_H_
