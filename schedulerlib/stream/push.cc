#include "schedulerlib/stream/push.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace nearcast::scheduler {
namespace {

absl::StatusOr<const CompiledPublishPoint*> FindPoint(const Snapshot& snapshot,
                                                      const std::string& name) {
  const auto at = snapshot.publish_points.find(name);
  if (at != snapshot.publish_points.end()) return &at->second;
  return absl::NotFoundError(
      absl::StrCat("there is no publish point \"", name, "\"; see nearcastctl get publishpoint"));
}

absl::Status NobodyCan(const std::string& publish_point) {
  return absl::UnavailableError(absl::StrCat("no CDN of publish point ", publish_point,
                                             " can take a push; see nearcastctl node list"));
}

// Where the node is named, that one, whatever stands nearer.
absl::StatusOr<PushTarget> NamedTarget(const Snapshot& snapshot, const CompiledPublishPoint& point,
                                       const MoveQuestion& question,
                                       const std::vector<PushTarget>& targets) {
  const auto cdn = snapshot.FindCdn(question.cdn);
  if (!cdn || std::count(point.push_cdns.begin(), point.push_cdns.end(), *cdn) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("push.cdn: \"", question.cdn, "\" is none of the publish point's push_cdns"));
  }
  if (question.node.empty()) {
    for (const PushTarget& target : targets) {
      if (target.cdn == *cdn) return target;
    }
    return absl::UnavailableError(absl::StrCat("CDN ", question.cdn, " can take no push"));
  }
  const auto node = snapshot.FindNode(question.node);
  if (!node || snapshot.node(*node).cdn != *cdn) {
    return absl::InvalidArgumentError(
        absl::StrCat("push.node: \"", question.node, "\" is no node of CDN ", question.cdn));
  }
  PushTarget target{*cdn, *node, {}};
  target.ranked.node = *node;
  target.ranked.standing = snapshot.node(*node).standing;
  return target;
}

bool Leads(const Snapshot& snapshot, const PushLine& line, const PushTarget& target) {
  const std::string node = target.node ? snapshot.node(*target.node).spec.name : "";
  return line.cdn == snapshot.cdn(target.cdn).spec.name && line.node == node;
}

absl::StatusOr<PushTarget> OtherTarget(const Snapshot& snapshot, const std::vector<PushLine>& lines,
                                       const MoveQuestion& question,
                                       const std::vector<PushTarget>& targets) {
  for (const PushTarget& target : targets) {
    const bool taken = std::any_of(lines.begin(), lines.end(), [&](const PushLine& line) {
      return Leads(snapshot, line, target);
    });
    if (!taken) return target;
  }
  return absl::UnavailableError(
      absl::StrCat("publish point ", question.push.publish_point,
                   " has no other CDN or node that can take the push; name one with push.cdn"));
}

}  // namespace

absl::StatusOr<PushDecision> DecidePush(const Snapshot& snapshot, const PushQuestion& question) {
  NC_ASSIGN_OR_RETURN(const CompiledPublishPoint* point,
                      FindPoint(snapshot, question.publish_point));
  const ClientPlace place = FindPlace(snapshot, question.broadcaster, question.isp);
  const SwitchEffects switches = FindPushSwitches(snapshot, place, question);
  if (const CompiledSwitch* off = StreamOffForAll(switches, question.stream)) {
    return absl::PermissionDeniedError(
        absl::StrCat("stream ", question.stream, " is turned off by switch ", off->spec.name));
  }
  const auto targets = FindPushTargets(snapshot, *point, place, question.stream, switches);
  if (targets.empty()) return NobodyCan(question.publish_point);
  PushDecision decision;
  decision.reasons = ExplainPassedOver(snapshot, *point, switches);
  decision.reasons.insert(decision.reasons.begin(), ExplainBroadcaster(place));
  decision.lines.push_back(WritePushLine(snapshot, *point, question, targets[0], "main"));
  decision.reasons.push_back(ExplainPushTarget(snapshot, targets[0], "main"));
  if (point->spec.standby != Standby::kNone && targets.size() > 1) {
    decision.lines.push_back(WritePushLine(snapshot, *point, question, targets[1], "backup"));
    decision.lines.back().on_failure_only = point->spec.standby == Standby::kCold;
    decision.reasons.push_back(ExplainPushTarget(snapshot, targets[1], "backup"));
  }
  return decision;
}

absl::StatusOr<PushDecision> DecideMove(const Snapshot& snapshot,
                                        const std::vector<PushLine>& lines,
                                        const MoveQuestion& question) {
  NC_ASSIGN_OR_RETURN(const CompiledPublishPoint* point,
                      FindPoint(snapshot, question.push.publish_point));
  PushDecision decision{lines, {}};
  const auto moved =
      std::find_if(decision.lines.begin(), decision.lines.end(),
                   [&question](const PushLine& line) { return line.line == question.line; });
  if (moved == decision.lines.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("push.line: the stream has no push line \"", question.line, "\""));
  }
  const ClientPlace place = FindPlace(snapshot, question.push.broadcaster, question.push.isp);
  const auto targets = FindPushTargets(snapshot, *point, place, question.push.stream,
                                       FindPushSwitches(snapshot, place, question.push));
  NC_ASSIGN_OR_RETURN(const PushTarget target,
                      question.cdn.empty() ? OtherTarget(snapshot, lines, question, targets)
                                           : NamedTarget(snapshot, *point, question, targets));
  const bool on_failure_only = moved->on_failure_only;
  *moved = WritePushLine(snapshot, *point, question.push, target, question.line);
  moved->on_failure_only = on_failure_only;
  decision.reasons = {ExplainBroadcaster(place),
                      ExplainPushTarget(snapshot, target, question.line)};
  return decision;
}

}  // namespace nearcast::scheduler
