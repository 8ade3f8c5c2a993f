// DelayBoard: what nodes have measured of places and of one another, and what of it counts.
//
//   DelayBoard board;
//   board.SetConfig({{.name = "sample/192.0.2.1:443", .place = …, .interval = …}, …}, nodes);
//   board.Report("gz-1", {{"sample/192.0.2.1:443", {.delay_us = 12'300, .tries = 3}}}, now);
//   if (board.Settle(now)) Publish(board.Delays());
//
// Each path has a DelayTrack: smoothed, in steps, with hysteresis. A place's delay from a node is
// the median of its samples'. A measurement that is older than kAgeIntervals of its intervals does
// not count any more: then the delay model speaks again.
//
// Times are the monotonic clock's. Thread rule: one owner.
#ifndef SCHEDULERLIB_LIVE_DELAY_BOARD_H_
#define SCHEDULERLIB_LIVE_DELAY_BOARD_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "ipdb/location.h"
#include "schedulerlib/live/delay_track.h"
#include "schedulerlib/live/measured_delay.h"

namespace nearcast::scheduler {

// What is measured. A target that is a node says so; its delays are not of a place.
struct DelaySubject {
  std::string name;  // "sample/192.0.2.1:443", "node/gz-1"
  std::string node;  // the node's name; empty for a sample
  ipdb::Location place;
  absl::Duration interval = absl::Seconds(60);
};

// One path, for people.
struct DelayView {
  std::string node;
  std::string target;
  ipdb::Location place;
  std::optional<int32_t> counted_us;
  std::optional<int32_t> median_us;
  std::optional<int32_t> last_us;
  double loss = 0;
  absl::Duration age;
};

// Delays between nodes that count, in steps. Immutable once a board has given it away.
class NodeDelays {
 public:
  // As `from` has measured it, else as `to` has; nothing when neither did.
  std::optional<int32_t> Between(absl::string_view from, absl::string_view to) const;

 private:
  friend class DelayBoard;
  absl::flat_hash_map<std::pair<std::string, std::string>, int32_t> delay_us_;
};

class DelayBoard {
 public:
  using Result = std::pair<std::string, DelayResult>;  // of the target's name

  static constexpr int kAgeIntervals = 3;
  static constexpr size_t kPathsMax = 1 << 20;

  explicit DelayBoard(size_t paths_max = kPathsMax) : paths_max_(paths_max) {}

  // Paths from nodes and to targets that are not named any more are forgotten.
  void SetConfig(const std::vector<DelaySubject>& subjects, const std::vector<std::string>& nodes);

  // Results of unknown nodes and targets are passed over. Returns how many were refused because
  // the board holds paths_max paths.
  size_t Report(const std::string& node, const std::vector<Result>& results, absl::Duration now);

  // Counts anew what answers may be made from. True when Delays or Between has changed.
  bool Settle(absl::Duration now);

  // As of the last Settle, in the order of nodes and places.
  const std::vector<MeasuredDelay>& Delays() const { return delays_; }
  const std::shared_ptr<const NodeDelays>& Between() const { return between_; }

  // Every path of `node`, or of all nodes when it is empty, in the order of nodes and targets; at
  // most `count_max` of them, which do not count the ones left out.
  std::vector<DelayView> Describe(const std::string& node, size_t count_max,
                                  absl::Duration now) const;

  // Paths of `node`, or of all.
  size_t PathCount(const std::string& node) const;
  size_t path_count() const { return path_count_; }

 private:
  using Tracks = std::map<std::string, DelayTrack>;  // by target

  static bool Fresh(const DelayTrack& track, const DelaySubject& subject, absl::Duration now) {
    return now - track.last_at() <= kAgeIntervals * subject.interval;
  }
  void SettleNode(const std::string& node, const Tracks& tracks, absl::Duration now,
                  std::vector<MeasuredDelay>& delays, NodeDelays& between) const;

  const size_t paths_max_;
  size_t path_count_ = 0;
  absl::flat_hash_map<std::string, DelaySubject> subjects_;
  std::map<std::string, Tracks> tracks_of_node_;  // every node of the configuration
  std::vector<MeasuredDelay> delays_;
  std::shared_ptr<const NodeDelays> between_ = std::make_shared<const NodeDelays>();
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_DELAY_BOARD_H_
