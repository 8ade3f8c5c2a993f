// Content steering: a play decision as the manifest that HLS and DASH players poll to learn which
// CDN's pathway goes first. A pathway's id is its CDN's name.
//
// Source: draft-pantos-content-steering-01 and ETSI TS 103 998. DASH players of early drafts know
// the list as SERVICE-LOCATION-PRIORITY, so DASH gets it under both names.
#ifndef SCHEDULERLIB_STREAM_STEERING_MANIFEST_H_
#define SCHEDULERLIB_STREAM_STEERING_MANIFEST_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

enum class SteeringForm { kHls, kDash };

// How soon a player asks again. Always said: players' own default is five minutes.
inline constexpr absl::Duration kSteeringTtl = absl::Seconds(60);

struct SteeringQuestion {
  SteeringForm form = SteeringForm::kHls;

  // The pathway that the player is on, as it says; empty = it has just begun.
  absl::string_view pathway;

  // Where to ask again; empty = where it asked now.
  absl::string_view reload_uri;
};

// The main line's CDN first. A player that is on a pathway of `snapshot` also learns of the lines
// that its playlist may not have, as clones of that pathway with the URL of every tier
// (STABLE-VARIANT-ID = the tier's key); players pass over clones that they know already.
std::string WriteSteeringManifest(const Snapshot& snapshot, const PlayDecision& decision,
                                  const SteeringQuestion& question);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_STEERING_MANIFEST_H_
