#include "schedulerlib/stream/node_choice.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/choose.h"

namespace nearcast::scheduler {

ClientPlace FindPlace(const Snapshot& snapshot, const ipdb::IpAddress& address,
                      const std::string& isp_override) {
  const auto match = snapshot.places->Find(address);
  ClientPlace place;
  place.cell = match.cell;
  place.location = snapshot.places->location(match.cell);
  place.scope_bits = match.scope_bits;
  if (!isp_override.empty() && isp_override != place.location.isp) {
    place.location.isp = isp_override;
    place.is_cell = false;
  }
  return place;
}

CellRanking RankFor(const Snapshot& snapshot, CdnIndex cdn, const ClientPlace& place) {
  const CompiledCdn& compiled = snapshot.cdn(cdn);
  if (compiled.ranking_of_cell.empty()) return {};
  if (place.is_cell) return compiled.ranking_of_cell[place.cell.value()];
  std::vector<Candidate> candidates;
  for (const NodeIndex index : compiled.nodes) {
    const CompiledNode& node = snapshot.node(index);
    candidates.push_back(
        {index, node.spec.location, node.spec.announces, node.standing, node.load_penalty_us});
  }
  return RankBest(place.location, candidates, kRankedNodesMax);
}

std::vector<NodeIndex> ChooseNodesFor(const Snapshot& snapshot, const CellRanking& ranking,
                                      uint64_t stream_hash, uint32_t nodes_max) {
  const auto traits_of = [&snapshot](NodeIndex node) {
    const Endpoint& endpoint = snapshot.node(node).endpoint;
    return NodeTraits{
        .hash = endpoint.hash, .weight = endpoint.weight, .location = &endpoint.location};
  };
  return ChooseNodes(ranking, traits_of, stream_hash, nodes_max);
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
