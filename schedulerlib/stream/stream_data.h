// stream_data: a play decision as the JSON that public players and recorders parse.
//
// Shape: the `stream_url` object with the legacy maps and live_core_sdk_data.pull_data, whose
// `stream_data` is a string that holds JSON, whose every `sdk_params` is a string that holds JSON
// again. Rules that clients rely on: every tier has a non-empty main.flv and an integer vbitrate;
// every format key is present, "" when there is none; resolution is "WxH" or ""; flv_pull_url has
// no empty value; AUTO is never a tier.
#ifndef SCHEDULERLIB_STREAM_STREAM_DATA_H_
#define SCHEDULERLIB_STREAM_STREAM_DATA_H_

#include <string>

#include "absl/time/time.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

// The inner text: {"common":{…},"data":{…}}. `now` is the issue time.
std::string WriteStreamData(const Snapshot& snapshot, const PlayDecision& decision, absl::Time now);

// The whole `stream_url` object; `stream_data` is what WriteStreamData gave.
std::string WriteStreamUrl(const Snapshot& snapshot, const PlayDecision& decision,
                           const std::string& stream_data);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_STREAM_DATA_H_
