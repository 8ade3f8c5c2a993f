#include "schedulerlib/stream/push.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/node_choice.h"
#include "schedulerlib/stream/url_template.h"

namespace nearcast::scheduler {
namespace {

constexpr uint16_t kRtmpPort = 1935;

// One place that could take the push: a vendor's CDN, or a node of one's own.
struct Target {
  CdnIndex cdn;
  std::optional<NodeIndex> node;
  Ranked ranked;
};

// The targets in the order to use them: for each CDN of that standing in the publish point's order
// its best node, then the second nodes, so that a backup line lands on another CDN if there is one.
std::vector<Target> FindTargets(const Snapshot& snapshot, const CompiledPublishPoint& point,
                                const ClientPlace& place, uint64_t stream_hash,
                                CdnStanding standing) {
  std::vector<Target> first;
  std::vector<Target> second;
  for (const CdnIndex cdn : point.push_cdns) {
    if (snapshot.cdn_buckets[cdn.value()].standing != standing) continue;
    if (snapshot.cdn(cdn).spec.kind == CdnKind::kVendor) {
      first.push_back({cdn, std::nullopt, {}});
      continue;
    }
    const CellRanking ranking = RankFor(snapshot, cdn, place);
    const auto nodes = ChooseNodesFor(snapshot, ranking, stream_hash, 2);
    for (size_t i = 0; i < nodes.size(); ++i) {
      Target target{cdn, nodes[i], {}};
      for (const Ranked& ranked : ranking) {
        if (ranked.node == nodes[i]) target.ranked = ranked;
      }
      (i == 0 ? first : second).push_back(target);
    }
  }
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

PushLine WriteLine(const Snapshot& snapshot, const CompiledPublishPoint& point,
                   const PushQuestion& question, const Target& target, absl::string_view role) {
  const Cdn& cdn = snapshot.cdn(target.cdn).spec;
  PushLine line;
  line.line = std::string(role);
  line.cdn = cdn.name;
  std::string host = cdn.push_domain;
  if (target.node) {
    const CompiledNode& node = snapshot.node(*target.node);
    line.node = node.spec.name;
    if (cdn.addressing == Addressing::kNodeAddress) {
      host = WriteHost(node, question.broadcaster, node.spec.rtmp_port, kRtmpPort);
    }
  }
  line.url = WriteUrl(cdn.push_template, {.host = host,
                                          .app = point.spec.app,
                                          .stream = question.stream,
                                          .suffix = "",
                                          .gop_cache_ms = point.spec.gop_cache_ms});
  return line;
}

std::string Explain(const Snapshot& snapshot, const Target& target, absl::string_view role) {
  if (!target.node) {
    return absl::StrCat(role, ": CDN ", snapshot.cdn(target.cdn).spec.name,
                        " is the first usable one of the publish point's list");
  }
  return absl::StrFormat(
      "%s: node %s of CDN %s: %s, %.1f ms, %s", role, snapshot.node(*target.node).spec.name,
      snapshot.cdn(target.cdn).spec.name, std::string(RungName(target.ranked.delay.rung)),
      target.ranked.cost_us / 1000.0, std::string(StandingName(target.ranked.standing)));
}

std::string ExplainPlace(const ClientPlace& place) {
  const ipdb::Location& at = place.location;
  if (at.country.empty()) return "broadcaster: its place is unknown";
  return absl::StrCat("broadcaster: in ", at.country, "/", at.region, "/", at.city, ", ISP ",
                      at.isp.empty() ? "unknown" : at.isp, place.is_cell ? "" : " (as told)");
}

}  // namespace

absl::StatusOr<PushDecision> DecidePush(const Snapshot& snapshot, const PushQuestion& question) {
  const auto at = snapshot.publish_points.find(question.publish_point);
  if (at == snapshot.publish_points.end()) {
    return absl::NotFoundError(absl::StrCat("there is no publish point \"", question.publish_point,
                                            "\"; see nearcastctl get publishpoint"));
  }
  const CompiledPublishPoint& point = at->second;
  const ClientPlace place = FindPlace(snapshot, question.broadcaster, question.isp);
  const uint64_t stream_hash = StableHash(question.stream);
  auto targets = FindTargets(snapshot, point, place, stream_hash, CdnStanding::kUsable);
  if (targets.empty()) {
    targets = FindTargets(snapshot, point, place, stream_hash, CdnStanding::kLastResort);
  }
  if (targets.empty()) {
    return absl::UnavailableError(absl::StrCat("no CDN of publish point ", question.publish_point,
                                               " can take a push; see nearcastctl node list"));
  }
  PushDecision decision;
  decision.reasons.push_back(ExplainPlace(place));
  decision.lines.push_back(WriteLine(snapshot, point, question, targets[0], "main"));
  decision.reasons.push_back(Explain(snapshot, targets[0], "main"));
  if (point.spec.standby != Standby::kNone && targets.size() > 1) {
    decision.lines.push_back(WriteLine(snapshot, point, question, targets[1], "backup"));
    decision.lines.back().on_failure_only = point.spec.standby == Standby::kCold;
    decision.reasons.push_back(Explain(snapshot, targets[1], "backup"));
  }
  return decision;
}

}  // namespace nearcast::scheduler
