// DecidePlay: which lines, tiers and URLs one viewer of one stream gets. Renderers write the
// result; they never decide.
//
//   const PlayDecision decision = DecidePlay(snapshot, stream, viewer);
//   std::string json = WriteStreamUrl(snapshot, decision, now);
#ifndef SCHEDULERLIB_STREAM_PLAY_H_
#define SCHEDULERLIB_STREAM_PLAY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/split/ratio.h"
#include "schedulerlib/stream/node_choice.h"

namespace nearcast::scheduler {

// One way to the stream.
struct PlayLine {
  absl::string_view role;  // "main" or "backup"
  CdnIndex cdn;

  // For a CDN of one's own: the decided node, and the ranking that it came from.
  std::optional<NodeIndex> node;
  CellRanking ranking;

  // What {host} stands for in URLs, and in RTMP URLs, whose port differs.
  std::string host;
  std::string rtmp_host;
};

// Points into the snapshot, the stream and the viewer that it was made from: it must not outlive
// them.
struct PlayDecision {
  const Stream* stream = nullptr;
  const Viewer* viewer = nullptr;
  const CompiledPublishPoint* publish_point = nullptr;
  ClientPlace place;
  RatioChoice ratio;

  // The stream is held at ratio.main (Stream.play_cdn), whatever the rules would have chosen.
  bool held = false;
  std::vector<PlayLine> lines;  // main, and backup where there is one
  Tier default_tier = Tier::kOrigin;

  // Which of the policy's rules set default_tier; null when it was the policy's default.
  const GradeRule* grade_rule = nullptr;
};

// FAILED_PRECONDITION: the stream is not being published. PERMISSION_DENIED: it is banned.
// NOT_FOUND: its publish point is gone. UNAVAILABLE: no rule matches, or its CDNs are
// all out.
absl::StatusOr<PlayDecision> DecidePlay(const Snapshot& snapshot, const Stream& stream,
                                        const Viewer& viewer);

// The URL of one tier of one line in one of the formats of Cdn.pull_templates; "" when the line's
// CDN does not deliver that format, or the tier is sound alone and the format is not "flv".
std::string BuildPlayUrl(const Snapshot& snapshot, const PlayDecision& decision,
                         const PlayLine& line, const TranscodeTemplate& tier,
                         const std::string& format);

// What follows '_' in the tier's stream names: "hd", "hd5"; empty for origin and ao.
std::string TierSuffix(const TranscodeTemplate& tier);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_PLAY_H_
