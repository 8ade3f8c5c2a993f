// PlayWorld: as large a world as a play decision is made in, drawn with a seed: for benchmarks and for
// tests of what a decision costs.
#ifndef SCHEDULERLIB_SPEED_PLAY_WORLD_H_
#define SCHEDULERLIB_SPEED_PLAY_WORLD_H_

#include <memory>
#include <vector>

#include "schedulerlib/model/stream.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play_context.h"

namespace nearcast::scheduler {

struct PlayWorldSize {
  int cdns = 10;      // every fifth is one's own
  int nodes = 10000;  // of these; over 120 places: 30 provinces by 4 ISPs
  int rules = 1000;   // ratio rules, and as many switches
  int streams = 1000000;
  int viewers = 10000;
};

struct PlayWorld {
  std::shared_ptr<const Snapshot> snapshot;
  std::vector<Stream> streams;
  std::vector<Viewer> viewers;
  LiveRates rates;
};

PlayWorld DrawPlayWorld(const PlayWorldSize& size);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPEED_PLAY_WORLD_H_
