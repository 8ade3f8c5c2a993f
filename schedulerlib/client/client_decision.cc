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

ClientAddress PushAddress(const Snapshot& snapshot, const PushTarget& target,
                          const Viewer& client) {
  const Cdn& cdn = snapshot.cdn(target.cdn).spec;
  if (!target.node) return {cdn.name, "", cdn.push_domain};
  const CompiledNode& node = snapshot.node(*target.node);
  const bool by_domain = cdn.addressing == Addressing::kDomain;
  return {cdn.name, node.spec.name,
          by_domain ? cdn.push_domain
                    : WriteHost(node, client.address, node.spec.rtmp_port, kRtmpPort)};
}

std::vector<ClientAddress> PushAddresses(const Snapshot& snapshot,
                                         const CompiledPublishPoint& point,
                                         const ClientPlace& place, const Viewer& client,
                                         const SwitchEffects& switches) {
  std::vector<ClientAddress> addresses;
  for (const PushTarget& target : FindPushTargets(snapshot, point, place, client.key, switches)) {
    if (addresses.size() == kClientAddressesMax) break;
    addresses.push_back(PushAddress(snapshot, target, client));
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
    addresses.push_back({snapshot.cdn(line.cdn).spec.name,
                         line.node ? snapshot.node(*line.node).spec.name : "",
                         std::string(line.host)});
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
  decision.push = PushAddresses(snapshot, point->second, decision.place, client, switches);
  decision.play = PlayAddresses(snapshot, publish_point, client, now);
  if (!decision.push.empty()) return decision;
  return absl::UnavailableError(absl::StrCat("no CDN of publish point ", publish_point,
                                             " can take a push; see nearcastctl node list"));
}

}  // namespace nearcast::scheduler
