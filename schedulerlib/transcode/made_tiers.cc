#include "schedulerlib/transcode/made_tiers.h"

#include "schedulerlib/standby/carrier.h"
#include "schedulerlib/stream/tier_suffix.h"

namespace nearcast::scheduler {
namespace {

bool MakesPulled(const Cdn& cdn) {
  return cdn.transcoding == Transcoding::kBoth || cdn.transcoding == Transcoding::kPullOnly;
}

bool MakesPushed(const Cdn& cdn) {
  return cdn.transcoding == Transcoding::kBoth || cdn.transcoding == Transcoding::kPushOnly;
}

// Where the pictures that `cdn` has are pushed to.
CdnIndex PushedTo(const Snapshot& snapshot, const Stream& stream, CdnIndex cdn) {
  if (stream.push_lines.empty()) return cdn;
  const auto line = FeedOf(stream, snapshot.cdn(cdn).spec.name);
  if (!line) return cdn;
  return snapshot.FindCdn(stream.push_lines[*line].cdn).value_or(cdn);
}

}  // namespace

MadeTiers FindMadeTiers(const Snapshot& snapshot, const CompiledPublishPoint& point,
                        const Stream& stream, CdnIndex cdn) {
  MadeTiers made{.maker = cdn};
  if (point.pull_side_tiers != 0 && !MakesPulled(snapshot.cdn(cdn).spec)) {
    made.missing |= point.pull_side_tiers;
  }
  if (point.push_side_tiers == 0) return made;
  made.maker = PushedTo(snapshot, stream, cdn);
  if (!MakesPushed(snapshot.cdn(made.maker).spec)) made.missing |= point.push_side_tiers;
  return made;
}

std::string MadeSuffix(const Snapshot& snapshot, const MadeTiers& made, CdnIndex cdn,
                       const TranscodeTemplate& tier) {
  const bool is_pushed = tier.side == TranscodeSide::kPush;
  return TierSuffix(snapshot.cdn(is_pushed ? made.maker : cdn).spec, tier);
}

}  // namespace nearcast::scheduler
