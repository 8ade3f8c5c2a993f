#include "services/dns/prepared_query.h"

namespace nearcast::dns {
namespace {

using scheduler::SteeringMap;
using scheduler::zone::Match;
namespace rr_type = scheduler::zone::rr_type;

const SteeringMap* FindSteering(const scheduler::Snapshot& snapshot,
                                const PreparedQuery& prepared) {
  const scheduler::zone::Lookup& found = prepared.found;
  if (found.match != Match::kName && found.match != Match::kWildcard) return nullptr;
  if (!found.node->scheduled.has_value() || !IsDecided(prepared.query.type)) return nullptr;
  return snapshot.names[found.node->scheduled->value()].steering.get();
}

}  // namespace

bool IsDecided(uint16_t type) {
  return type == rr_type::kA || type == rr_type::kAaaa || type == kHttps || type == rr_type::kCname;
}

void PrepareQuery(const scheduler::Snapshot& snapshot, std::span<const uint8_t> packet,
                  const ipdb::IpAddress& source, PreparedQuery& prepared) {
  prepared.query.Clear();
  prepared.steering = nullptr;
  prepared.fault = ParseQuery(packet, prepared.query);
  if (prepared.fault != QueryFault::kNone) return;
  prepared.client = FindClient(prepared.query, source);
  if (prepared.query.has_no_question || prepared.query.question_class != kClassIn) return;
  prepared.found = snapshot.zones.Find(prepared.query.name_view());
  prepared.steering = FindSteering(snapshot, prepared);
  if (prepared.steering == nullptr) return;
  const ipdb::IpAddress& client = prepared.client.client;
  if (client.is_v4()) {
    prepared.steering->v4.FetchSlot(client.v4());
  } else {
    prepared.steering->v6.FetchSlot(client.v6());
  }
}

void FetchDecision(const PreparedQuery& prepared) {
  if (prepared.steering == nullptr) return;
  const ipdb::IpAddress& client = prepared.client.client;
  if (client.is_v4()) {
    prepared.steering->v4.FetchRun(client.v4());
  } else {
    prepared.steering->v6.FetchRun(client.v6());
  }
}

}  // namespace nearcast::dns
