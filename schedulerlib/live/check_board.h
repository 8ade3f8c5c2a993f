// CheckBoard: from the results that vantages report to one word of state per node, and one per role
// of each vendor that is checked ("cdn/alpha/play", live/vendor_domains.h).
//
//   CheckBoard board;
//   board.SetConfig(config.health_checks, config.nodes, config.cdns);
//   board.Report("vantage-1", {{"http", "gz-1", CheckOutcome::kFailed, "status 503"}}, now);
//   for (const std::string& node : board.Judge(now)) … board.WordOf(node) …
//
//   result → word of (check, node, vantage): thresholds and damping (CheckTrack)
//          → word of (check, node): quorum of the vantages that are heard
//          → word of the node: down when any of its checks is down
//
// Where nodes are spoken of, a vendor's domains are meant as well: each of them has a word of its
// own for each check, and the role is down when any of its domains is.
//
// Who is cut off changes nothing. A vantage is heard while its last result is no older than three
// intervals of the check, and while it is not blind: one whose last results are failures without
// exception, on two nodes or more, is itself the one that is cut off (all domains of one vendor
// count as one here). The word of a check changes
// only when a vantage that is heard changes its mind or is heard again, never because one falls
// silent; when none is heard the last word stays. Without any word a node counts as up.
//
// Times are the monotonic clock's. Thread rule: one owner.
#ifndef SCHEDULERLIB_LIVE_CHECK_BOARD_H_
#define SCHEDULERLIB_LIVE_CHECK_BOARD_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schedulerlib/live/check_track.h"
#include "schedulerlib/live/node_live.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

enum class CheckOutcome { kPassed, kFailed };

struct CheckResult {
  std::string check;
  std::string node;  // or VendorDomain::subject
  CheckOutcome outcome = CheckOutcome::kPassed;
  std::string detail;  // why it failed, for people
};

// Whether `check` is one of `node`'s.
bool Covers(const HealthCheck& check, const Node& node);

class CheckBoard {
 public:
  // More vantages than this are not listened to; a vantage that said nothing for kForgetVantage is
  // forgotten and makes room.
  static constexpr size_t kVantagesMax = 64;
  static constexpr absl::Duration kForgetVantage = absl::Hours(1);

  // Checks, nodes and domains that stay keep what is known of them.
  void SetConfig(const std::vector<HealthCheck>& checks, const std::vector<Node>& nodes,
                 const std::vector<Cdn>& cdns = {});

  // Results for what is not checked (any more) are passed over. False when there are too many
  // vantages.
  bool Report(const std::string& vantage, const std::vector<CheckResult>& results,
              absl::Duration now);

  // Puts the words together; returns the nodes and roles whose word changed. Call it after reports, and now
  // and then without: damping ends by itself. O(checks × nodes × vantages).
  std::vector<std::string> Judge(absl::Duration now);

  Health WordOf(const std::string& node) const;

  // Its worst check, as in "2 of 3 vantages down: flv (no keyframe within 2s)" or "3 vantages up";
  // empty when nothing is known.
  std::string Describe(const std::string& node, absl::Duration now) const;

 private:
  struct Opinion {
    CheckTrack track;
    CheckOutcome last = CheckOutcome::kPassed;
    absl::Duration last_at;
    std::string detail;                // of the last failure
    Health judged = Health::kUnknown;  // what it said when it was last heard by Judge
  };
  struct Subject {
    CheckThresholds thresholds;
    absl::Duration interval;
    uint32_t quorum = 0;
    Health word = Health::kUnknown;
    std::map<std::string, Opinion> opinions;  // by vantage
  };
  struct Count {
    size_t heard = 0;
    size_t down = 0;
    std::string detail;  // of one that says down
  };
  using Key = std::pair<std::string, std::string>;  // node or domain, check
  using Subjects = std::map<Key, Subject>;

  void Keep(const HealthCheck& check, const std::string& name, Subjects& kept);
  static bool Fresh(const Subject& subject, const Opinion& opinion, absl::Duration now);
  bool Blind(const std::string& vantage, absl::Duration now) const;
  void JudgeSubject(Subject& subject, absl::Duration now);
  Count CountOf(const Subject& subject, absl::Duration now) const;
  void ForgetSilent(absl::Duration now);

  Subjects subjects_;
  std::map<std::string, absl::Duration> vantages_;  // when each reported last
  std::set<std::string> blind_;                     // as of the last Report or Judge
  std::map<std::string, Health> words_;             // by node, or role
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_CHECK_BOARD_H_
