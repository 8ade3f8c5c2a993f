// What nodes have measured, as decisions see it.
#ifndef SCHEDULERLIB_LIVE_MEASURED_DELAY_H_
#define SCHEDULERLIB_LIVE_MEASURED_DELAY_H_

#include <cstdint>
#include <string>

#include "ipdb/location.h"

namespace nearcast::scheduler {

// Round trip from a node to a place, which goes before what the delay model says. It has been
// smoothed and moves in steps (delay_board.h): a change of it is worth a new snapshot. At most one
// for each node and place.
struct MeasuredDelay {
  std::string node;
  ipdb::Location location;
  int32_t delay_us = 0;

  friend bool operator==(const MeasuredDelay&, const MeasuredDelay&) = default;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_MEASURED_DELAY_H_
