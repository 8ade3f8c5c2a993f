#include "schedulerlib/stream/node_choice.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/choose.h"

namespace nearcast::scheduler {

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

CellRanking RankFor(const Snapshot& snapshot, CdnIndex cdn, const ClientPlace& place) {
  const CompiledCdn& compiled = snapshot.cdn(cdn);
  if (compiled.rankings.empty()) return {};
  if (place.is_cell) return compiled.rankings[place.cell.value()];
  std::vector<Candidate> candidates;
  for (const NodeIndex index : compiled.nodes) candidates.push_back(CandidateOf(snapshot, index));
  RankingTerms terms;
  terms.nearness = snapshot.nearness.get();
  terms.measured = snapshot.measured->Find(place.location);
  if (place.override != nullptr) terms.pinned = place.override->nodes;
  return RankBest(place.location, candidates, kRankedNodesMax, terms);
}

std::vector<NodeIndex> ChooseNodesFor(const Snapshot& snapshot, const CellRanking& ranking,
                                      uint64_t stream_hash, uint32_t nodes_max) {
  const auto traits_of = [&snapshot](NodeIndex node) {
    const Endpoint& endpoint = snapshot.node(node).endpoint;
    return NodeTraits{
        .hash = endpoint.hash, .weight = endpoint.weight, .location = &endpoint.location};
  };
  return ChooseNodes(ranking, traits_of, stream_hash, nodes_max, Diversity::kAny,
                     snapshot.nearness->equal_cost_us());
}

std::string WriteHost(const CompiledNode& node, const ipdb::IpAddress& client, uint16_t port,
                      uint16_t default_port) {
  const auto& addresses = node.endpoint.addresses;
  const bool wants_v4 = client.is_v4() || client == ipdb::IpAddress();
  auto at = std::find_if(addresses.begin(), addresses.end(),
                         [wants_v4](const auto& a) { return a.is_v4() == wants_v4; });
  if (at == addresses.end()) at = addresses.begin();
  std::string host = at->is_v4() ? at->ToString() : absl::StrCat("[", at->ToString(), "]");
  if (port != default_port) absl::StrAppend(&host, ":", port);
  return host;
}

}  // namespace nearcast::scheduler
