// DecidePush: where a broadcaster pushes a new stream.
#ifndef SCHEDULERLIB_STREAM_PUSH_H_
#define SCHEDULERLIB_STREAM_PUSH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::scheduler {

struct PushQuestion {
  std::string publish_point;
  std::string stream;
  ipdb::IpAddress broadcaster;  // the default, "::", is in no place
  std::string isp;              // overrides the IP database; empty = as it says
};

struct PushDecision {
  std::vector<PushLine> lines;       // main, and backup where the publish point stands by
  std::vector<std::string> reasons;  // a step a line
};

// The main line goes to the first usable CDN of the publish point's list, the backup to the next
// one, or to the next node of the same CDN when there is no other; when none is usable, to those
// that are a last resort. NOT_FOUND: no such publish point. UNAVAILABLE: its CDNs are all out.
absl::StatusOr<PushDecision> DecidePush(const Snapshot& snapshot, const PushQuestion& question);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_PUSH_H_
