#include "schedulerlib/stream/node_choice.h"

#include <algorithm>

#include "schedulerlib/place/choose.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// A node is one of thousands: what its line needs is awaited while others are scored.
void PrefetchHosts(const CompiledNode& node) {
  const char* const begin = reinterpret_cast<const char*>(&node.play_hosts);
  __builtin_prefetch(begin);
  __builtin_prefetch(begin + sizeof(node.play_hosts) - 1);
}

}  // namespace

ClientPlace FindPlace(const Snapshot& snapshot, const ipdb::IpAddress& address,
                      const std::string& isp_override) {
  const auto match = snapshot.clients->Find(address);
  ClientPlace place;
  place.cell = match.cell;
  place.location = snapshot.clients->location(match.cell);
  place.scope_bits = match.scope_bits;
  place.override = snapshot.clients->override_of(match.cell);
  if (!isp_override.empty() && isp_override != place.location.isp) {
    place.location.isp = isp_override;
    place.is_cell = false;
  }
  return place;
}

const CellRanking* FindRanking(const Snapshot& snapshot, CdnIndex cdn, const ClientPlace& place) {
  const CompiledCdn& compiled = snapshot.cdn(cdn);
  if (compiled.rankings.empty() || !place.is_cell) return nullptr;
  return &compiled.rankings[place.cell.value()];
}

CellRanking RankFor(const Snapshot& snapshot, CdnIndex cdn, const ClientPlace& place) {
  if (const CellRanking* ranking = FindRanking(snapshot, cdn, place)) return *ranking;
  const CompiledCdn& compiled = snapshot.cdn(cdn);
  if (compiled.rankings.empty()) return {};
  std::vector<Candidate> candidates;
  for (const NodeIndex index : compiled.nodes) candidates.push_back(CandidateOf(snapshot, index));
  RankingTerms terms;
  terms.nearness = snapshot.nearness.get();
  terms.measured = snapshot.measured->Find(place.location);
  if (place.override != nullptr) terms.pinned = place.override->nodes;
  return RankBest(place.location, candidates, kRankedNodesMax, terms);
}

std::optional<CellRanking> WithoutOff(const CellRanking& ranking, std::span<const NodeIndex> off) {
  CellRanking left;
  for (const Ranked& ranked : ranking) {
    if (std::find(off.begin(), off.end(), ranked.node) == off.end()) left.push_back(ranked);
  }
  const auto serves = [](const CellRanking& nodes) {
    return !nodes.empty() && nodes.front().standing < Standing::kDown;
  };
  if (left.empty() || (!serves(left) && serves(ranking))) return std::nullopt;
  return left;
}

std::vector<NodeIndex> ChooseNodesFor(const Snapshot& snapshot, const CellRanking& ranking,
                                      uint64_t stream_hash, uint32_t nodes_max) {
  const auto traits_of = [&snapshot](NodeIndex node) {
    const NodeBucket& bucket = snapshot.node_buckets[node.value()];
    return NodeTraits{.hash = bucket.hash,
                      .weight = bucket.weight,
                      .location = &snapshot.node(node).endpoint.location};
  };
  return ChooseNodes(ranking, traits_of, stream_hash, nodes_max, Diversity::kAny,
                     snapshot.nearness->equal_cost_us());
}

std::optional<NodeIndex> ChooseNodeFor(const Snapshot& snapshot, const CellRanking& ranking,
                                       uint64_t stream_hash) {
  const size_t equal = EquallyNear(ranking, snapshot.nearness->equal_cost_us());
  const RendezvousKey key(stream_hash);
  return ChooseLeader(ranking, equal, [&](NodeIndex node, double floor) {
    const NodeBucket& bucket = snapshot.node_buckets[node.value()];
    const double score = key.ScoreAbove(bucket.hash, bucket.weight, floor);
    if (score > floor) PrefetchHosts(snapshot.node(node));
    return score;
  });
}

Family FamilyOf(const ipdb::IpAddress& client) {
  return client.is_v4() || client == ipdb::IpAddress() ? Family::kV4 : Family::kV6;
}

std::string WriteHost(const CompiledNode& node, const ipdb::IpAddress& client, uint16_t port,
                      uint16_t default_port) {
  return WriteHost(node.endpoint, FamilyOf(client), port, default_port);
}

}  // namespace nearcast::scheduler
