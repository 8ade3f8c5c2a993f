// The AUTO list: the tiers that a player adapts among, as one MPD-like presentation.
//
//   {"version":"1.0","adaptationSet":[{"gopDuration":2,"representation":[{"id":1,"codec":"h264",…}]}]}
//
// AUTO is never a tier of stream_data (seed 003); this is what players build from
// common.auto.list, written out for those that take it ready-made.
#ifndef SCHEDULERLIB_STREAM_AUTO_LIST_H_
#define SCHEDULERLIB_STREAM_AUTO_LIST_H_

#include <string>

#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

// Whether players may adapt to and from the tier: the ordinary transcoded ones. Origin has no known
// bitrate, md and ao serve special cases.
bool IsAdaptive(Tier tier);

// The main line's FLV URLs. Tiers whose keyframes come at the same interval share an adaptation set,
// since players change between them at keyframes; sets in the order of their first tier, best first. Without any where a switch
// turns `feature/auto` off.
std::string WriteAutoList(const Snapshot& snapshot, const PlayDecision& decision);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_AUTO_LIST_H_
