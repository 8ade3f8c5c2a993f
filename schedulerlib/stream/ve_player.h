// VeLivePlayerStreamData: a play decision as the second public player's JSON.
//
// Source: the vendor's documentation of the type (documents 6469/1800618 and 6469/1909483):
// mainStream and backupStream are lists of {url, resolution, bitrate, protocol, format};
// resolutions are Origin, UHD, HD, SD, LD; bitrate in bits per second is our reading, the document
// names no unit.
#ifndef SCHEDULERLIB_STREAM_VE_PLAYER_H_
#define SCHEDULERLIB_STREAM_VE_PLAYER_H_

#include <string>

#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

std::string WriteVeLivePlayerStreamData(const Snapshot& snapshot, const PlayDecision& decision);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_VE_PLAYER_H_
