// RatioDesk: the one owner of what changes while ratios are kept: which session has which CDN, the
// accounts of debts, what CDNs carry, and what follows from that.
//
//   RatioDesk desk(clock, publisher->holder(), {});
//   const auto decision = desk.Decide(*snapshot, stream, viewer);   // decides and books
//   desk.ReportUsage("vendor-a", 3.2e9);                            // as its console says
//   desk.Step(publisher->CopyLive());                               // every few seconds
//
// A decision stays a pure function (DecidePlay): the desk hands it the accounts and the session, and
// books what it decided. Sessions and accounts are in shards, each with a mutex of its own; two
// decisions at the same moment read the same accounts, so shares may be off by a session a thread.
// Everything is bounded and forgotten with the process: after a restart sessions are chosen by hash
// again, which gives nearly all of them what they had.
#ifndef SERVICES_SCHEDULER_RATIO_DESK_H_
#define SERVICES_SCHEDULER_RATIO_DESK_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "schedulerlib/live/node_live.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/split/debt_ledger.h"
#include "schedulerlib/split/session_table.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/traffic/booked_bits.h"
#include "schedulerlib/traffic/traffic_steps.h"

namespace nearcast {

struct RatioDeskOptions {
  // Sessions that are remembered, sixteen bytes each, and for how long after they were booked last.
  size_t sessions_max = 1 << 20;
  uint32_t session_ttl_s = 3600;

  // Accounts of debts in each of 16 shards, and when half of a session is forgotten in them.
  size_t accounts_max = 4096;
  double half_life_s = 600;

  // How long a reported usage counts.
  absl::Duration usage_ttl = absl::Minutes(3);

  // Corrections and ladders move this often.
  absl::Duration step = absl::Seconds(15);
};

struct RatioCounters {
  // By how the main line's CDN was chosen: by scheduler::RatioReason.
  std::array<std::atomic<uint64_t>, 5> decisions_by_reason{};
  std::atomic<uint64_t> usage_reports{0};
};

// Over all shards.
struct DeskTotals {
  uint64_t sessions = 0;
  uint64_t sessions_forgotten = 0;  // that had to make room
  uint64_t accounts = 0;
  uint64_t accounts_refused = 0;  // bookings that found no room
};

struct PolicyRates {
  std::string policy;
  uint32_t step = 0;
  double share = 0;
};

// One ratio rule's part of the demand, by what was booked lately.
struct RuleDemand {
  std::string rule;
  double bps = 0;
};

// Thread rule: any thread may call any method.
class RatioDesk {
 public:
  RatioDesk(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots,
            const RatioDeskOptions& options);

  // DecidePlay with everything that is known, booked. Its errors. The decision points into
  // `snapshot`, `stream` and `viewer`.
  absl::StatusOr<scheduler::PlayDecision> Decide(const scheduler::Snapshot& snapshot,
                                                 const scheduler::Stream& stream,
                                                 const scheduler::Viewer& viewer);

  // The same decision, not booked and with RatioChoice::trace: for explanations.
  absl::StatusOr<scheduler::PlayDecision> Look(const scheduler::Snapshot& snapshot,
                                               const scheduler::Stream& stream,
                                               const scheduler::Viewer& viewer) const;

  // NOT_FOUND when there is no such CDN, INVALID_ARGUMENT for a rate that is below 0 or infinite.
  absl::Status ReportUsage(absl::string_view cdn, double bits_per_s);

  // Takes what own nodes report, and moves corrections, caps and ladders, at most once every
  // `options.step`. One thread at a time.
  void Step(const scheduler::LiveView& live);

  std::vector<scheduler::CdnRates> Rates() const;  // by CdnIndex
  std::vector<PolicyRates> Policies() const;       // those with a budget, by name
  std::vector<RuleDemand> Demands() const;         // by name

  DeskTotals Totals() const;
  const RatioCounters& counters() const { return counters_; }

 private:
  static constexpr size_t kSessionShards = 64;
  static constexpr size_t kLedgerShards = 16;

  struct SessionShard {
    explicit SessionShard(size_t sessions_max) : table(sessions_max) {}
    mutable absl::Mutex mutex;
    scheduler::SessionTable table ABSL_GUARDED_BY(mutex);
  };
  struct LedgerShard {
    explicit LedgerShard(const scheduler::LedgerTerms& terms)
        : ledger(terms), booked(terms.half_life_s) {}
    mutable absl::Mutex mutex;
    scheduler::DebtLedger ledger ABSL_GUARDED_BY(mutex);
    scheduler::BookedBits booked ABSL_GUARDED_BY(mutex);
  };
  struct Usage {
    double bits_per_s = 0;
    absl::Duration reported_at;
  };

  class Reader;

  uint32_t NowS() const;
  SessionShard& SessionsOf(uint64_t session) const;
  LedgerShard& LedgerOf(const scheduler::CompiledRatioRule& rule) const;
  std::optional<scheduler::HeldCdn> FindHeld(uint64_t session) const;
  scheduler::LedgerSession LedgerSessionOf(const scheduler::CompiledRatioRule& rule, double mbit,
                                           const std::optional<scheduler::HeldCdn>& held) const;
  double PartLeft(const scheduler::HeldCdn& held) const;
  bool IsFresh(const scheduler::HeldCdn& held, const scheduler::CompiledRatioRule& rule) const;
  absl::StatusOr<scheduler::PlayDecision> DecideFor(const scheduler::Snapshot& snapshot,
                                                    const scheduler::Stream& stream,
                                                    const scheduler::Viewer& viewer,
                                                    const std::optional<scheduler::HeldCdn>& held,
                                                    bool traced) const;
  // `cdn`: StableHash of the chosen one's name.
  void Book(const scheduler::PlayDecision& decision, const std::optional<scheduler::HeldCdn>& held,
            uint64_t cdn);

  // By CdnIndex.
  std::vector<scheduler::CdnTraffic> Measure(const scheduler::Snapshot& snapshot,
                                             const scheduler::LiveView& live) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddBooked(const scheduler::Snapshot& snapshot,
                 std::vector<scheduler::CdnTraffic>& seen) const;

  const Clock* const clock_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  const RatioDeskOptions options_;
  const absl::Duration started_at_;

  std::vector<std::unique_ptr<SessionShard>> sessions_;
  std::vector<std::unique_ptr<LedgerShard>> ledgers_;
  SnapshotHolder<scheduler::LiveRates> live_rates_;
  RatioCounters counters_;

  mutable absl::Mutex mutex_;
  absl::Duration stepped_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::flat_hash_map<std::string, Usage> usage_ ABSL_GUARDED_BY(mutex_);  // at most one a CDN
  scheduler::TrafficSteps steps_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_RATIO_DESK_H_
