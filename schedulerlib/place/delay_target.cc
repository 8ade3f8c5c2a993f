#include "schedulerlib/place/delay_target.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/model/sample_address.h"
#include "schedulerlib/place/delay.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

DelayTarget Measured(const DelayProbe& probe) {
  DelayTarget target;
  target.cdn = probe.cdn;
  target.interval_s = probe.interval_s;
  target.timeout_ms = probe.timeout_ms;
  target.tries = probe.tries;
  return target;
}

void AddSamples(const DelayProbe& probe, const ipdb::PrefixTable& places,
                std::vector<DelayTarget>& targets) {
  for (const DelaySample& sample : probe.samples) {
    const auto address = ParseSampleAddress(sample.address);
    if (!address.ok()) continue;
    DelayTarget target = Measured(probe);
    target.name = absl::StrCat("sample/", address->ToString());
    target.address = address->address;
    target.port = address->port;
    target.place = sample.place == ipdb::Location()
                       ? places.location(places.Find(address->address).cell)
                       : sample.place;
    if (target.place != ipdb::Location()) targets.push_back(std::move(target));
  }
}

void AddPeers(const DelayProbe& probe, const std::vector<Node>& nodes,
              std::vector<DelayTarget>& targets) {
  if (!probe.between_nodes) return;
  for (const Node& node : nodes) {
    if (!probe.cdn.empty() && node.cdn != probe.cdn) continue;
    const auto address = ipdb::ParseIpAddress(node.addresses.front());
    if (!address.ok()) continue;
    DelayTarget target = Measured(probe);
    target.name = absl::StrCat("node/", node.name);
    target.node = node.name;
    target.address = *address;
    target.port = node.http_port;
    target.place = node.location;
    targets.push_back(std::move(target));
  }
}

// The nearest `count_max` by the delay model.
void KeepNearest(const Node& node, size_t count_max, std::vector<const DelayTarget*>& targets) {
  if (targets.size() <= count_max) return;
  std::vector<std::tuple<int32_t, uint64_t, const DelayTarget*>> order;
  const uint64_t self = StableHash(node.name);
  for (const DelayTarget* target : targets) {
    order.emplace_back(EstimateDelay(target->place, node.location, node.announces).us,
                       MixHash(self, StableHash(target->name)), target);
  }
  const auto end = order.begin() + static_cast<ptrdiff_t>(count_max);
  std::nth_element(order.begin(), end, order.end());
  targets.clear();
  for (auto at = order.begin(); at != end; ++at) targets.push_back(std::get<2>(*at));
}

}  // namespace

std::vector<DelayTarget> FindDelayTargets(const std::vector<DelayProbe>& probes,
                                          const std::vector<Node>& nodes,
                                          const ipdb::PrefixTable& places) {
  std::vector<DelayTarget> targets;
  for (const DelayProbe& probe : probes) {
    AddSamples(probe, places, targets);
    AddPeers(probe, nodes, targets);
  }
  return targets;
}

std::vector<DelayTarget> ChooseDelayTargets(const Node& node,
                                            const std::vector<DelayTarget>& targets,
                                            size_t samples_max, size_t peers_max) {
  std::map<std::string, const DelayTarget*> by_name;
  for (const DelayTarget& target : targets) {
    if (target.node == node.name || (!target.cdn.empty() && target.cdn != node.cdn)) continue;
    const DelayTarget*& kept = by_name[target.name];
    if (kept == nullptr || target.interval_s < kept->interval_s) kept = &target;
  }
  std::vector<const DelayTarget*> samples;
  std::vector<const DelayTarget*> peers;
  for (const auto& [name, target] : by_name) {
    (target->node.empty() ? samples : peers).push_back(target);
  }
  KeepNearest(node, samples_max, samples);
  KeepNearest(node, peers_max, peers);
  samples.insert(samples.end(), peers.begin(), peers.end());
  std::sort(samples.begin(), samples.end(),
            [](const auto* a, const auto* b) { return a->name < b->name; });
  std::vector<DelayTarget> chosen;
  for (const DelayTarget* target : samples) chosen.push_back(*target);
  return chosen;
}

}  // namespace nearcast::scheduler
