#include "schedulerlib/preheat/preheat_nodes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/split/ratio_index.h"
#include "schedulerlib/stream/node_choice.h"
#include "schedulerlib/transcode/made_tiers.h"

namespace nearcast::scheduler {
namespace {

// A backup line is asked for by the few whose main line fails.
constexpr double kBackupWeight = 1e-6;

bool Covers(const ipdb::Location& wanted, const ipdb::Location& place) {
  const auto fits = [](const std::string& want, const std::string& is) {
    return want.empty() || want == is;
  };
  return fits(wanted.country, place.country) && fits(wanted.region, place.region) &&
         fits(wanted.city, place.city) && fits(wanted.isp, place.isp);
}

// Addresses by cell; addresses that no source knows weigh nothing.
std::vector<double> CellWeights(const ClientTable& clients) {
  std::vector<double> weights(clients.cell_count());
  const auto& v4 = clients.v4();
  for (size_t i = 0; i < v4.runs().size(); ++i) {
    weights[v4.runs()[i].value] += 1.0 + v4.last(i) - v4.runs()[i].start;
  }
  const auto& v6 = clients.v6();
  for (size_t i = 0; i < v6.runs().size(); ++i) {
    const absl::uint128 networks = (v6.last(i) - v6.runs()[i].start) >> 80;
    weights[v6.runs()[i].value] += 1.0 + static_cast<double>(networks);
  }
  weights[ipdb::kUnknownCell.value()] = 0;
  return weights;
}

// Expected viewers by node.
class Expectation {
 public:
  Expectation(const Snapshot& snapshot, const Stream& stream)
      : snapshot_(snapshot), stream_(stream), hash_(StableHash(stream.name)) {}

  void Add(const ClientPlace& place, double viewers) {
    if (!stream_.play_cdn.empty()) {
      const auto held = snapshot_.FindCdn(stream_.play_cdn);
      if (held) AddCdn(*held, place, viewers);
      return;
    }
    const RatioQuestion question{
        .publish_point = stream_.publish_point, .stream = stream_.name, .place = &place.location};
    const CompiledRatioRule* rule = snapshot_.ratio_index.Find(snapshot_.ratio_rules, question);
    if (rule == nullptr) return;
    AddWeights(rule->main, place, viewers);
    AddWeights(rule->backup, place, viewers * kBackupWeight);
  }

  std::vector<NodeIndex> Most(size_t nodes_max) const {
    std::vector<std::pair<double, NodeIndex>> order;
    for (const auto& [node, viewers] : viewers_) order.emplace_back(-viewers, NodeIndex(node));
    std::sort(order.begin(), order.end());  // nodes are in the order of their names
    if (order.size() > nodes_max) order.resize(nodes_max);
    std::vector<NodeIndex> nodes;
    for (const auto& [viewers, node] : order) nodes.push_back(node);
    return nodes;
  }

 private:
  void AddWeights(const CompiledWeights& weights, const ClientPlace& place, double viewers) {
    double sum = 0;
    for (const auto& [cdn, weight] : weights) sum += weight;
    for (const auto& [cdn, weight] : weights) AddCdn(cdn, place, viewers * weight / sum);
  }

  void AddCdn(CdnIndex cdn, const ClientPlace& place, double viewers) {
    if (snapshot_.cdn_buckets[cdn.value()].standing == CdnStanding::kOut) return;
    const auto nodes = ChooseNodesFor(snapshot_, RankFor(snapshot_, cdn, place), hash_, 1);
    if (!nodes.empty()) viewers_[nodes.front().value()] += viewers;
  }

  const Snapshot& snapshot_;
  const Stream& stream_;
  const uint64_t hash_;
  std::map<uint32_t, double> viewers_;
};

}  // namespace

std::vector<NodeIndex> ChoosePreheatNodes(const Snapshot& snapshot,
                                          const PreheatQuestion& question) {
  Expectation expectation(snapshot, question.stream);
  const ClientTable& clients = *snapshot.clients;
  const std::vector<double> weights = CellWeights(clients);
  std::vector<bool> is_known(question.places.size());
  for (uint32_t cell = 0; cell < clients.cell_count(); ++cell) {
    const ipdb::CellId id(cell);
    const ClientPlace place{
        .cell = id, .location = clients.location(id), .override = clients.override_of(id)};
    bool wanted = question.places.empty();
    for (size_t i = 0; i < question.places.size(); ++i) {
      if (!Covers(question.places[i], place.location)) continue;
      wanted = is_known[i] = true;
    }
    if (wanted) expectation.Add(place, weights[cell]);
  }
  for (size_t i = 0; i < question.places.size(); ++i) {
    if (is_known[i]) continue;
    expectation.Add({.cell = ipdb::kUnknownCell, .location = question.places[i], .is_cell = false},
                    1);
  }
  return expectation.Most(question.nodes_max);
}

std::vector<std::string> HeldNames(const Snapshot& snapshot, const Stream& stream, CdnIndex cdn) {
  std::vector<std::string> names;
  const auto point = snapshot.publish_points.find(stream.publish_point);
  if (point == snapshot.publish_points.end()) return names;
  const MadeTiers made = FindMadeTiers(snapshot, point->second, stream, cdn);
  for (const TranscodeTemplate& tier : point->second.tiers) {
    if (made.Misses(tier.tier)) continue;
    const std::string suffix = MadeSuffix(snapshot, made, cdn, tier);
    std::string name = suffix.empty() ? stream.name : absl::StrCat(stream.name, "_", suffix);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace nearcast::scheduler
