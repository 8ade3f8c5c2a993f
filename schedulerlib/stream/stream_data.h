// stream_data: a play decision as the JSON that public players and recorders parse.
//
// Shape: the `stream_url` object with the legacy maps and live_core_sdk_data.pull_data, whose
// `stream_data` is a string that holds JSON, whose every `sdk_params` is a string that holds JSON
// again. Rules that clients rely on: every tier has a main.flv, non-empty unless a switch turns FLV
// off, and an integer vbitrate;
// every format key is present, "" when there is none; resolution is "WxH" or ""; flv_pull_url has
// no empty value; AUTO is never a tier.
//
// What does not depend on who asks comes as parts, which many answers share (line_part.h), and as
// frames, where lines, tiers and the default tier are the same besides. An answer is its frame with
// the viewer's own `common` in it:
//
//   stream_data = common + frame.data_end
//   stream_url  = frame.url_begin + common, escaped + frame.url_end
//
// (answer_terms.h).
#ifndef SCHEDULERLIB_STREAM_STREAM_DATA_H_
#define SCHEDULERLIB_STREAM_STREAM_DATA_H_

#include <cstddef>
#include <span>
#include <string>

#include "absl/time/time.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/stream/answer_terms.h"
#include "schedulerlib/stream/line_part.h"
#include "schedulerlib/stream/play.h"

namespace nearcast::scheduler {

// One for each of the decision's lines, as RenderLine gives them (for WriteStreamUrl: as
// RenderLineForUrl does).
using LineParts = std::span<const LinePart* const>;

struct StreamData {
  std::string text;        // {"common":{…},"data":{…}}
  size_t common_size = 0;  // of what stands before "data"
};

struct AnswerFrame {
  std::string url_begin;  // up to the first octet inside stream_data
  std::string url_end;
  std::string data_end;

  size_t bytes() const;
};

// Of parts that RenderLineForUrl gave.
AnswerFrame BuildFrame(const PlayDecision& decision, LineParts parts);

// Answers with equal keys have the same frame.
PartKey FrameKeyOf(const Snapshot& snapshot, const PlayDecision& decision);

// The inner text. `now` is the issue time.
StreamData WriteStreamData(const Snapshot& snapshot, const PlayDecision& decision, LineParts parts,
                           absl::Time now);

// The whole `stream_url` object around `data`.
std::string WriteStreamUrl(const PlayDecision& decision, LineParts parts, const StreamData& data);

// The same, for one answer alone.
std::string WriteStreamData(const Snapshot& snapshot, const PlayDecision& decision, absl::Time now);
std::string WriteStreamUrl(const Snapshot& snapshot, const PlayDecision& decision, absl::Time now);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_STREAM_DATA_H_
