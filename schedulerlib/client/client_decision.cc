#include "schedulerlib/client/client_decision.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/match/match_question.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/stream/push_target.h"
#include "schedulerlib/switches/switch_board.h"

namespace nearcast::scheduler {
namespace {

std::vector<ClientAddress> PushAddresses(const Snapshot& snapshot,
                                         const CompiledPublishPoint& point,
                                         const ClientPlace& place, const Viewer& client,
                                         const SwitchEffects& switches) {
  std::vector<ClientAddress> addresses;
  for (const PushTarget& target : FindPushTargets(snapshot, point, place, client.key, switches)) {
    if (addresses.size() == kClientAddressesMax) break;
    addresses.push_back({snapshot.cdn(target.cdn).spec.name,
                         target.node ? snapshot.node(*target.node).spec.name : "",
                         WritePushHost(snapshot, point, target, client.address)});
  }
  return addresses;
}

// Those of a stream that has no rules of its own.
std::vector<ClientAddress> PlayAddresses(const Snapshot& snapshot, const std::string& publish_point,
                                         const Viewer& client, absl::Time now) {
  Stream any;
  any.publish_point = publish_point;
  any.state = StreamState::kPublishing;
  std::vector<ClientAddress> addresses;
  const auto decision = DecidePlay(snapshot, any, client, now);
  if (!decision.ok()) return addresses;  // a scene may be pushed before anybody may watch it
  for (const PlayLine& line : decision->lines) {
    const Cdn& cdn = snapshot.cdn(line.cdn).spec;
    const auto domain = cdn.pull_domains.find("flv");
    const bool own = line.node && cdn.addressing == Addressing::kNodeAddress;
    addresses.push_back(
        {cdn.name, line.node ? snapshot.node(*line.node).spec.name : "",
         own || domain == cdn.pull_domains.end() ? std::string(line.host) : domain->second});
  }
  return addresses;
}

}  // namespace

absl::StatusOr<ClientDecision> DecideClient(const Snapshot& snapshot,
                                            const std::string& publish_point, const Viewer& client,
                                            absl::Time now) {
  const auto point = snapshot.publish_points.find(publish_point);
  if (point == snapshot.publish_points.end()) {
    return absl::NotFoundError(absl::StrCat("there is no publish point \"", publish_point,
                                            "\"; see nearcastctl get publishpoint"));
  }
  ClientDecision decision;
  decision.place = FindPlace(snapshot, client.address, "");
  const MatchQuestion question =
      QuestionOf(client, StableHash(client.key), decision.place.location, publish_point, "");
  const SwitchEffects switches = snapshot.switches.Find(question, now);
  decision.settings = snapshot.client_policies.SettingsFor(
      question,
      [&switches](absl::string_view policy) { return switches.IsClientPolicyOff(policy); });
  // Targets of delay and sameness hold only for keyframes at the interval that they are solved for.
  if (point->second.latency) decision.settings.encoder.gop_ms = point->second.latency->gop_ms;
  decision.push = PushAddresses(snapshot, point->second, decision.place, client, switches);
  decision.play = PlayAddresses(snapshot, publish_point, client, now);
  if (!decision.push.empty() || !decision.play.empty()) return decision;
  return absl::UnavailableError(absl::StrCat("no CDN of publish point ", publish_point,
                                             " can take a push, and none can be played from; see "
                                             "nearcastctl node list"));
}

}  // namespace nearcast::scheduler
