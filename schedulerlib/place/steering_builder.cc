#include "schedulerlib/place/steering_builder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

std::array<uint8_t, 4> V4Bytes(const ipdb::IpAddress& address) {
  const uint32_t a = address.v4();
  return {static_cast<uint8_t>(a >> 24), static_cast<uint8_t>(a >> 16),
          static_cast<uint8_t>(a >> 8), static_cast<uint8_t>(a)};
}

std::array<uint8_t, 16> V6Bytes(const ipdb::IpAddress& address) {
  std::array<uint8_t, 16> bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<uint8_t>(absl::Uint128Low64(address.v6() >> (120 - 8 * i)));
  }
  return bytes;
}

// The same for every table that knows the place, however it numbers its cells.
uint64_t HashOf(const ipdb::Location& place) {
  return StableHash(
      absl::StrCat(place.country, "/", place.region, "/", place.city, "/", place.isp));
}

NameAnswer AnswerOf(std::vector<NodeIndex> nodes, std::span<const Endpoint* const> endpoints) {
  NameAnswer answer;
  for (const NodeIndex node : nodes) {
    for (const ipdb::IpAddress& address : endpoints[node.value()]->addresses) {
      if (address.is_v4()) {
        answer.ipv4.push_back(V4Bytes(address));
      } else {
        answer.ipv6.push_back(V6Bytes(address));
      }
    }
  }
  answer.nodes = std::move(nodes);
  return answer;
}

}  // namespace

std::vector<NodeIndex> ChooseNodes(const std::vector<Ranked>& ranking, NodeHash hash_of,
                                   uint64_t key, uint32_t answers_max) {
  std::vector<std::pair<double, NodeIndex>> near;
  const size_t equal = EquallyNear(ranking);
  for (size_t i = 0; i < equal; ++i) {
    const NodeIndex node = ranking[i].node;
    near.emplace_back(RendezvousScore(key, hash_of(node), 1.0), node);
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<NodeIndex> chosen;
  for (const auto& [score, node] : near) chosen.push_back(node);
  for (size_t i = equal; i < ranking.size() && ranking[i].standing == ranking[0].standing; ++i) {
    chosen.push_back(ranking[i].node);
  }
  if (chosen.size() > answers_max) chosen.resize(answers_max);
  return chosen;
}

std::shared_ptr<const SteeringMap> BuildSteeringMap(
    const std::vector<std::vector<Ranked>>& ranking_of_cell,
    std::span<const Endpoint* const> endpoints, const ipdb::PrefixTable& places, uint64_t name_hash,
    uint32_t answers_max) {
  auto map = std::make_shared<SteeringMap>();
  std::map<std::vector<NodeIndex>, uint32_t> index_of;
  map->answer_of_cell.reserve(ranking_of_cell.size());
  const auto hash_of = [endpoints](NodeIndex node) { return endpoints[node.value()]->hash; };
  for (size_t cell = 0; cell < ranking_of_cell.size(); ++cell) {
    const uint64_t key =
        MixHash(name_hash, HashOf(places.location(ipdb::CellId(static_cast<uint32_t>(cell)))));
    auto nodes = ChooseNodes(ranking_of_cell[cell], hash_of, key, answers_max);
    const auto [at, is_new] = index_of.emplace(nodes, map->answers.size());
    if (is_new) map->answers.push_back(AnswerOf(std::move(nodes), endpoints));
    map->answer_of_cell.push_back(at->second);
  }
  const auto answer_of = [&map](uint32_t cell) { return map->answer_of_cell[cell]; };
  map->v4 = places.v4().MapValues(answer_of);
  map->v6 = places.v6().MapValues(answer_of);
  return map;
}

}  // namespace nearcast::scheduler
