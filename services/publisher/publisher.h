// Publisher: the one writer of the snapshot. Configuration, live state and IP database come in,
// snapshots go out.
//
//   Publisher publisher(Clock::System(), places, {});
//   SnapshotHolder<Snapshot>::Reader reader(publisher.holder());  // one per reading thread
//   publisher.SetConfig(config);                   // live in every answer when it returns
//   publisher.Report({.node = "gz-1", .live = …});  // applied by the publisher's own thread
//
// A report makes a new snapshot only when it changes how a node stands; numbers that change no
// answer cost nothing. All reports that wait are taken before one is made. A switch of nodes or CDNs
// that ends makes one by itself, within a sweep.
#ifndef SERVICES_PUBLISHER_PUBLISHER_H_
#define SERVICES_PUBLISHER_PUBLISHER_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/bounded_queue.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "ipdb/prefix_table.h"
#include "schedulerlib/live/check_board.h"
#include "schedulerlib/live/delay_board.h"
#include "schedulerlib/live/live_state.h"
#include "schedulerlib/live/published_streams.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/place/delay_target.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast {

struct PublisherOptions {
  // How long a node may say nothing before it counts as down.
  absl::Duration silence = absl::Seconds(5);

  // How often silence is looked for.
  absl::Duration sweep = absl::Milliseconds(500);

  // How often measured delays are counted anew: they make at most one snapshot in this time.
  absl::Duration settle_delays = absl::Seconds(5);

  // Reports that may wait; more are refused and counted.
  size_t reports_max = 4096;

  // Threads that build a snapshot, > 0: the caller's or the publisher's own, and others as long as it
  // takes.
  size_t build_threads = 1;
};

struct PublisherCounters {
  uint64_t snapshots = 0;        // published since the start
  uint64_t reports = 0;          // applied
  uint64_t check_results = 0;    // taken
  uint64_t checks_lost = 0;      // times that checks brought a node down
  uint64_t reports_dropped = 0;  // refused because the queue was full
  uint64_t nodes_lost = 0;       // times that a node went down by silence
  uint64_t delays_measured = 0;  // measurements taken
  uint64_t delays_lost = 0;      // of these, those that nobody answered
  uint64_t delays_refused = 0;   // for want of room
  uint64_t delay_changes = 0;    // times that what counts of them changed
  uint64_t delay_paths = 0;      // now
  uint64_t cells_undivided = 0;  // now: places where a switch's percentage does not apply to names
};

struct NodeReport {
  std::string node;
  scheduler::NodeLive live;
  std::set<std::string> streams;                      // "app/stream", all that are published to it
  std::vector<scheduler::DelayBoard::Result> delays;  // measured since the last report
};

// What one vantage has found since its last report.
struct CheckReport {
  std::string vantage;
  std::vector<scheduler::CheckResult> results;
};

// Thread rule: every method may be called from any thread. Writers take turns under one mutex,
// which readers of snapshots never touch.
class Publisher {
 public:
  // Called on the publisher's thread after each report that changed something, outside its mutex.
  using StreamWatcher = std::function<void(const scheduler::PublishedStreams::Change&)>;

  using ConfigWatcher = std::function<void()>;

  Publisher(const Clock* clock, std::shared_ptr<const ipdb::PrefixTable> places,
            PublisherOptions options);
  ~Publisher();

  const SnapshotHolder<scheduler::Snapshot>* holder() const { return &holder_; }

  // `config` must be valid. Every answer that begins after the return is made from it.
  void SetConfig(scheduler::Config config);

  // The same for a new IP database.
  void SetPlaces(std::shared_ptr<const ipdb::PrefixTable> places);

  // False when too many reports wait already: the node will report again in a second.
  bool Report(NodeReport report) { return reports_.TryPush(std::move(report)); }

  // The same for what a vantage has found. It is put together with what others say at the next
  // sweep.
  bool ReportChecks(CheckReport report) { return reports_.TryPush(std::move(report)); }

  // Set before the first report comes.
  void WatchStreams(StreamWatcher watcher);

  // `watcher` is called after each SetConfig, on its thread, outside the mutex.
  void WatchConfig(ConfigWatcher watcher);

  // With what checks say of each node, in words.
  scheduler::LiveView CopyLive() const;

  // What snapshots are built with of what was measured.
  std::vector<scheduler::MeasuredDelay> CopyDelays() const;

  // Nodes that hold a publisher of "app/stream" now.
  std::vector<std::string> PublishersOf(absl::string_view stream) const;

  // What has to be measured; never null. Another pointer whenever it may have changed.
  std::shared_ptr<const std::vector<scheduler::DelayTarget>> DelayTargets() const;

  // What was measured between nodes, as far as it counts; never null.
  std::shared_ptr<const scheduler::NodeDelays> DelaysBetween() const;

  // As DelayBoard::Describe; and how many there are.
  std::vector<scheduler::DelayView> DescribeDelays(const std::string& node, size_t count_max) const;
  size_t DelayPathCount(const std::string& node) const;

  PublisherCounters Counters() const;

 private:
  // What answers depend on: how a node stands, its load penalty (µs), its weight by load.
  using NodeState = std::tuple<scheduler::Standing, int32_t, double>;

  void Run();
  void TakeWaiting();
  void TakeConfig(scheduler::Config config) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  scheduler::PublishedStreams::Change Apply(const NodeReport& report);
  void Apply(const CheckReport& report);
  void JudgeChecks() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeDelays(const NodeReport& report) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FindDelayTargets() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool SettleDelays() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Tell(const scheduler::PublishedStreams::Change& change);
  void Sweep();
  NodeState StateOf(const scheduler::Node& node) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void PublishIfChanged() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock* const clock_;
  const PublisherOptions options_;

  mutable absl::Mutex mutex_;
  scheduler::Config config_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const ipdb::PrefixTable> places_ ABSL_GUARDED_BY(mutex_);
  bool base_is_new_ ABSL_GUARDED_BY(mutex_) = true;  // one of the two, since the last snapshot
  scheduler::LiveState live_ ABSL_GUARDED_BY(mutex_);
  scheduler::PublishedStreams published_ ABSL_GUARDED_BY(mutex_);
  scheduler::CheckBoard checks_ ABSL_GUARDED_BY(mutex_);
  scheduler::DelayBoard delays_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const std::vector<scheduler::DelayTarget>> delay_targets_
      ABSL_GUARDED_BY(mutex_) = std::make_shared<const std::vector<scheduler::DelayTarget>>();
  absl::Duration delays_settled_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  // By place in config_.nodes: names to places, and the states in the published snapshot.
  absl::flat_hash_map<std::string, size_t> node_at_ ABSL_GUARDED_BY(mutex_);
  std::vector<NodeState> states_ ABSL_GUARDED_BY(mutex_);
  bool states_changed_ ABSL_GUARDED_BY(mutex_) = false;  // by a report, since then
  PublisherCounters counters_ ABSL_GUARDED_BY(mutex_);
  StreamWatcher watcher_ ABSL_GUARDED_BY(mutex_);
  ConfigWatcher config_watcher_ ABSL_GUARDED_BY(mutex_);

  // Synchronise themselves.
  SnapshotHolder<scheduler::Snapshot> holder_;
  BoundedQueue<std::variant<NodeReport, CheckReport>> reports_;
  std::thread thread_;
};

}  // namespace nearcast

#endif  // SERVICES_PUBLISHER_PUBLISHER_H_
