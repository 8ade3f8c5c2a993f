// DecidePlay: which lines, tiers and URLs one viewer of one stream gets. Renderers write the
// result; they never decide.
//
//   const PlayDecision decision = DecidePlay(snapshot, stream, viewer, now, context);
//   std::string json = WriteStreamUrl(snapshot, decision, now);
#ifndef SCHEDULERLIB_STREAM_PLAY_H_
#define SCHEDULERLIB_STREAM_PLAY_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/quality/tier_choice.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "schedulerlib/split/ratio.h"
#include "schedulerlib/stream/node_choice.h"
#include "schedulerlib/stream/offered_tiers.h"
#include "schedulerlib/stream/play_context.h"
#include "schedulerlib/stream/viewer_latency.h"
#include "schedulerlib/switches/switch_board.h"
#include "schedulerlib/transcode/made_tiers.h"

namespace nearcast::scheduler {

// A ranking that the snapshot has, or one of the decision's own.
class LineRanking {
 public:
  LineRanking() = default;
  explicit LineRanking(const CellRanking* shared) : shared_(shared) {}
  explicit LineRanking(CellRanking own) : own_(std::move(own)) {}

  const CellRanking& get() const { return shared_ == nullptr ? own_ : *shared_; }

 private:
  const CellRanking* shared_ = nullptr;
  CellRanking own_;
};

// One way to the stream.
struct PlayLine {
  absl::string_view role;  // "main" or "backup"
  CdnIndex cdn;

  // For a CDN of one's own: the decided node, and the ranking that it came from.
  std::optional<NodeIndex> node;
  LineRanking ranking;
  bool nodes_kept = false;  // switches would have left none that is not down

  // What {host} stands for in URLs, and in RTMP URLs, whose port differs.
  absl::string_view host;
  absl::string_view rtmp_host;

  // Whose pictures it has: the push line's place in Stream::push_lines.
  uint8_t push = 0;

  // Who makes its tiers, and which nobody does.
  MadeTiers made;

  // The wanted GOP cache in the CDN's words, and the delay that it gives.
  GopCacheSetting gop_cache;
};

// Points into the snapshot, the stream and the viewer that it was made from: it must not outlive
// them.
struct PlayDecision {
  PlayDecision() noexcept {}  // defaulted it would clear first what the vectors have room for

  const Stream* stream = nullptr;
  const Viewer* viewer = nullptr;
  uint64_t stream_hash = 0;  // StableHash of the stream's name
  uint64_t viewer_hash = 0;  // StableHash of the viewer's key
  const CompiledPublishPoint* publish_point = nullptr;
  ClientPlace place;
  RatioChoice ratio;

  // The stream is held at ratio.main (Stream.play_cdn), whatever the rules would have chosen.
  bool held = false;

  // What the state of the pushes has changed of that (standby/fed_lines.h).
  bool main_stands_in = false;             // the CDN that was chosen is not fed any more
  bool backup_moved = false;               // to another push, or away
  bool backup_has_no_tier = false;         // none that is offered is made for it: it was dropped
  absl::InlinedVector<PlayLine, 2> lines;  // main, and backup where there is one

  // What is turned off or overridden for this viewer.
  SwitchEffects switches;

  // What is left of the publish point's tiers: all of them when switches would leave no ordinary
  // one; of those, what is made for the main line. Never empty.
  OfferedTiers tiers;
  bool tiers_kept = false;  // switches wanted to take them all

  Tier default_tier = Tier::kOrigin;  // tier_choice.tier
  TierChoice tier_choice;

  // What the session is expected to carry: the default tier's bitrate for the publish point's
  // watch_s.
  double session_mbit = 0;

  ViewerLatency latency;
  int64_t now_s = 0;  // when it was decided, in Unix seconds
};

// Assumed of tiers whose bitrate is not declared (origin).
inline constexpr uint32_t kAssumedBitrateBps = 4'000'000;

// FAILED_PRECONDITION: the stream is not being published. PERMISSION_DENIED: it is banned, or turned
// off by a switch.
// NOT_FOUND: its publish point is gone. UNAVAILABLE: no rule matches, or its CDNs are
// all out, or deliver no format that is not turned off, or no tier is made for the one that was
// chosen. `now`: signed URLs hold from then on; switches and pins expire by it.
absl::StatusOr<PlayDecision> DecidePlay(const Snapshot& snapshot, const Stream& stream,
                                        const Viewer& viewer, absl::Time now = absl::UnixEpoch(),
                                        const PlayContext& context = {});

// What a line gives for a tier that is offered: the tier itself, or, where that is not made for it,
// the next lower ordinary one that is, else the next higher one.
const TranscodeTemplate& TierOn(const PlayDecision& decision, const PlayLine& line,
                                const TranscodeTemplate& tier);

// What rules and switches were matched against.
MatchQuestion MatchQuestionOf(const PlayDecision& decision);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_PLAY_H_
