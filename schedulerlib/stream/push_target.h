// Push targets: the places that can take a broadcaster's push, and the line that leads there.
#ifndef SCHEDULERLIB_STREAM_PUSH_TARGET_H_
#define SCHEDULERLIB_STREAM_PUSH_TARGET_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/node_choice.h"
#include "schedulerlib/switches/switch_board.h"

namespace nearcast::scheduler {

struct PushQuestion {
  std::string publish_point;
  std::string stream;
  ipdb::IpAddress broadcaster;  // the default, "::", is in no place
  std::string isp;              // overrides the IP database; empty = as it says
  int64_t now_s = 0;            // Unix seconds: which switches hold
};

// A vendor's CDN, or a node of one's own.
struct PushTarget {
  CdnIndex cdn;
  std::optional<NodeIndex> node;
  Ranked ranked;  // of `node`

  friend bool operator==(const PushTarget& a, const PushTarget& b) {
    return a.cdn == b.cdn && a.node == b.node;
  }
};

// In the order to use them: for each CDN of the publish point's list its best node, then the second
// nodes, so that a backup line lands on another CDN if there is one. Usable CDNs only; when there is
// none, those that are a last resort. CDNs that `switches` turn off are left out, and nodes as long
// as their CDN has another.
std::vector<PushTarget> FindPushTargets(const Snapshot& snapshot, const CompiledPublishPoint& point,
                                        const ClientPlace& place, absl::string_view stream,
                                        const SwitchEffects& switches);

// What is turned off for a broadcaster of this stream, of whom its place is all that is known.
SwitchEffects FindPushSwitches(const Snapshot& snapshot, const ClientPlace& place,
                               const PushQuestion& question);

// "push.a.example" or "192.0.2.2:1936": where the target takes the publish point's protocol from
// that address. Empty for a vendor's CDN without a domain.
std::string WritePushHost(const Snapshot& snapshot, const CompiledPublishPoint& point,
                          const PushTarget& target, const ipdb::IpAddress& broadcaster);

// The switch that turns the stream off for everybody, and so for its broadcaster; null when none
// does. One with a percentage is for some viewers only. It lives as long as the snapshot.
const CompiledSwitch* StreamOffForAll(const SwitchEffects& switches, absl::string_view stream);
const CompiledSwitch* PushTurnedOffBy(const Snapshot& snapshot, const PushQuestion& question);

// `role` is "main" or "backup". The URL is the CDN's template for the publish point's protocol, with
// what asks for a recording behind it; not signed, as a signature is only of its time.
PushLine WritePushLine(const Snapshot& snapshot, const CompiledPublishPoint& point,
                       const PushQuestion& question, const PushTarget& target,
                       absl::string_view role);

// The line's URL as it is told to the publisher at `now_s` (Unix seconds): signed with its CDN's
// active key, if the CDN signs. Within a period of the CDN's validity it stays the same
// (signing/expiry.h). Unsigned where the publish point or the CDN is gone.
std::string SignedPushUrl(const Snapshot& snapshot, const Stream& stream, const PushLine& line,
                          int64_t now_s);

// "main: node gz of CDN own: same city and ISP, 10.0 ms, usable".
std::string ExplainPushTarget(const Snapshot& snapshot, const PushTarget& target,
                              absl::string_view role);

// "CDN alpha takes no push while another can: disabled", for each that does not stand well or is
// turned off.
std::vector<std::string> ExplainPassedOver(const Snapshot& snapshot,
                                           const CompiledPublishPoint& point,
                                           const SwitchEffects& switches);

// "broadcaster: in CN/440000/440100, ISP chinatelecom".
std::string ExplainBroadcaster(const ClientPlace& place);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_PUSH_TARGET_H_
