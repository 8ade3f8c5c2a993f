// LiveState: from nodes' reports to what is known of each node now.
//
// A node is up with its first report and down when it has been silent for a while; one report
// brings it back. Times are the monotonic clock's. Thread rule: one owner.
#ifndef SCHEDULERLIB_LIVE_LIVE_STATE_H_
#define SCHEDULERLIB_LIVE_LIVE_STATE_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schedulerlib/live/node_live.h"

namespace nearcast::scheduler {

class LiveState {
 public:
  static constexpr int kSlowStartS = 60;

  // `silence` is how long a node may say nothing.
  explicit LiveState(absl::Duration silence) : silence_(silence) {}

  // Takes the load from `live`; the rest is set here. `free_share` is the part of the node's
  // capacity that is free, 0..1. A node that was down starts slowly: its share grows over
  // kSlowStartS seconds.
  void Report(const std::string& node, NodeLive live, double free_share, absl::Duration now);

  // Begins to watch a node that should report by itself; does nothing for one that is watched
  // already.
  void Watch(const std::string& node, absl::Duration now);

  // What checks say of a node, whether it reports by itself or not.
  void SetChecks(const std::string& node, Health checks) { view_[node].checks = checks; }

  // Ends the watch of a node that need not report any more; it is not down by silence then.
  void Unwatch(const std::string& node);

  // Marks silent nodes as down: those whose last report, or else the beginning of the watch, is too
  // long ago. Returns the names of those that have just gone down.
  std::vector<std::string> Expire(absl::Duration now);

  // Forgets a node that is not configured any more.
  void Forget(const std::string& node) { view_.erase(node); }

  const LiveView& view() const { return view_; }

 private:
  const absl::Duration silence_;
  LiveView view_;
};

// `current` eighths as long as the free share is within three quarters of an eighth of it, else the
// nearest eighth: a load that trembles on a border changes nothing.
uint8_t NextFreeEighths(uint8_t current, double free_share);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_LIVE_STATE_H_
