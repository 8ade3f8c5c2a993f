// DecidePush: where a broadcaster pushes a new stream. DecideMove: where a live one's push line goes
// instead.
#ifndef SCHEDULERLIB_STREAM_PUSH_H_
#define SCHEDULERLIB_STREAM_PUSH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/push_target.h"

namespace nearcast::scheduler {

struct PushDecision {
  std::vector<PushLine> lines;       // main, and backup where the publish point stands by
  std::vector<std::string> reasons;  // a step a line
};

// The main line goes to the first usable CDN of the publish point's list, the backup to the next
// one, or to the next node of the same CDN when there is no other; when none is usable, to those
// that are a last resort; never to CDNs that a switch turns off. NOT_FOUND: no such publish
// point. UNAVAILABLE: its CDNs are all out. PERMISSION_DENIED: a switch turns the stream off.
absl::StatusOr<PushDecision> DecidePush(const Snapshot& snapshot, const PushQuestion& question);

struct MoveQuestion {
  PushQuestion push;
  std::string line = "main";
  std::string cdn;   // empty = the next usable target that neither of the lines has
  std::string node;  // empty = the nearest usable one; only with `cdn`
};

// All of `lines`, the one named moved. INVALID_ARGUMENT: no such line, a CDN that the publish point
// does not list, or a node that the CDN does not have. NOT_FOUND and UNAVAILABLE as DecidePush.
absl::StatusOr<PushDecision> DecideMove(const Snapshot& snapshot,
                                        const std::vector<PushLine>& lines,
                                        const MoveQuestion& question);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_PUSH_H_
