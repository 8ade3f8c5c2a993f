#include "schedulerlib/stream/play.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/url_template.h"

namespace nearcast::scheduler {
namespace {

constexpr uint16_t kHttpPort = 80;
constexpr uint16_t kRtmpPort = 1935;

absl::Status CheckPlayable(const Stream& stream) {
  switch (stream.state) {
    case StreamState::kPublishing:
    case StreamState::kInterrupted:  // it may come back, and players wait better than they ask
                                     // again
      return absl::OkStatus();
    case StreamState::kBanned:
      return absl::PermissionDeniedError(absl::StrCat("stream ", stream.name, " is banned"));
    default:
      return absl::FailedPreconditionError(absl::StrCat("stream ", stream.name,
                                                        " is not being published: it is ",
                                                        StreamStateName(stream.state)));
  }
}

void SetNode(const Snapshot& snapshot, const PlayDecision& decision, PlayLine& line) {
  const CompiledCdn& cdn = snapshot.cdn(line.cdn);
  line.ranking = RankFor(snapshot, line.cdn, decision.place);
  const auto nodes = ChooseNodesFor(snapshot, line.ranking, StableHash(decision.stream->name), 1);
  if (nodes.empty()) return;
  line.node = nodes.front();
  if (cdn.spec.addressing != Addressing::kNodeAddress) return;
  const CompiledNode& node = snapshot.node(*line.node);
  line.host = WriteHost(node, decision.viewer->address, node.spec.http_port, kHttpPort);
  line.rtmp_host = WriteHost(node, decision.viewer->address, node.spec.rtmp_port, kRtmpPort);
}

PlayLine DecideLine(const Snapshot& snapshot, const PlayDecision& decision, absl::string_view role,
                    CdnIndex cdn) {
  PlayLine line;
  line.role = role;
  line.cdn = cdn;
  line.host = snapshot.cdn(cdn).spec.pull_domain;
  line.rtmp_host = line.host;
  if (snapshot.cdn(cdn).spec.kind == CdnKind::kOwn) SetNode(snapshot, decision, line);
  return line;
}

// The held CDN goes first as long as it is not out; what the rules chose stands behind it.
void HoldAtCdn(const Snapshot& snapshot, PlayDecision& decision) {
  const auto held = snapshot.FindCdn(decision.stream->play_cdn);
  if (!held || snapshot.cdn_buckets[held->value()].standing == CdnStanding::kOut) return;
  decision.held = true;
  RatioChoice& ratio = decision.ratio;
  if (ratio.main == *held) return;
  if (!ratio.backup || ratio.backup == *held) ratio.backup = ratio.main;
  ratio.main = *held;
}

void DecideDefaultTier(PlayDecision& decision) {
  const CompiledPublishPoint& point = *decision.publish_point;
  decision.default_tier = point.default_tier;
  if (decision.viewer->network_grade == 0) return;
  for (const GradeRule& rule : point.by_grade) {
    if (decision.viewer->network_grade > rule.grade_max) continue;
    decision.default_tier = rule.tier;
    decision.grade_rule = &rule;
    return;
  }
}

}  // namespace

absl::StatusOr<PlayDecision> DecidePlay(const Snapshot& snapshot, const Stream& stream,
                                        const Viewer& viewer) {
  if (absl::Status status = CheckPlayable(stream); !status.ok()) return status;
  const auto point = snapshot.publish_points.find(stream.publish_point);
  if (point == snapshot.publish_points.end()) {
    return absl::NotFoundError(absl::StrCat("publish point ", stream.publish_point, " of stream ",
                                            stream.name, " does not exist any more"));
  }
  PlayDecision decision;
  decision.stream = &stream;
  decision.viewer = &viewer;
  decision.publish_point = &point->second;
  decision.place = FindPlace(snapshot, viewer.address, "");
  decision.ratio = ChooseCdns(snapshot.ratio_rules, snapshot.cdn_buckets,
                              {.publish_point = stream.publish_point,
                               .stream = stream.name,
                               .place = &decision.place.location,
                               .viewer_key = StableHash(viewer.key)});
  if (decision.ratio.rule != nullptr && !stream.play_cdn.empty()) {
    HoldAtCdn(snapshot, decision);
  }
  if (!decision.ratio.main) {
    return absl::UnavailableError(
        absl::StrCat(decision.ratio.rule == nullptr ? "no ratio rule matches"
                                                    : "no CDN of the ratio rule is usable",
                     " for stream ", stream.name, "; see nearcastctl get ratiorule"));
  }
  decision.lines.push_back(DecideLine(snapshot, decision, "main", *decision.ratio.main));
  if (decision.ratio.backup) {
    decision.lines.push_back(DecideLine(snapshot, decision, "backup", *decision.ratio.backup));
  }
  DecideDefaultTier(decision);
  return decision;
}

std::string TierSuffix(const TranscodeTemplate& tier) {
  if (tier.tier == Tier::kOrigin || tier.tier == Tier::kAo) return "";
  if (!tier.suffix.empty()) return tier.suffix;
  return absl::StrCat(TierKey(tier.tier), tier.codec == Codec::kH265 ? "5" : "");
}

std::string BuildPlayUrl(const Snapshot& snapshot, const PlayDecision& decision,
                         const PlayLine& line, const TranscodeTemplate& tier,
                         const std::string& format) {
  const auto& templates = snapshot.cdn(line.cdn).spec.pull_templates;
  const auto at = templates.find(format);
  const bool sound_alone = tier.tier == Tier::kAo;
  if (at == templates.end() || (sound_alone && format != "flv")) return "";
  const std::string suffix = TierSuffix(tier);
  const std::string suffix_part = suffix.empty() ? "" : absl::StrCat("_", suffix);
  const PublishPoint& point = decision.publish_point->spec;
  std::string url = WriteUrl(at->second, {.host = format == "rtmp" ? line.rtmp_host : line.host,
                                          .app = point.app,
                                          .stream = decision.stream->name,
                                          .suffix = suffix_part,
                                          .gop_cache_ms = point.gop_cache_ms});
  if (sound_alone) absl::StrAppend(&url, absl::StrContains(url, '?') ? "&" : "?", "only_audio=1");
  return url;
}

}  // namespace nearcast::scheduler
