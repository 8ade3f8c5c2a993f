#include "schedulerlib/snapshot/node_rankings.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

namespace nearcast::scheduler {
namespace {

// One ranking of a CDN: of all its nodes, or of those with an address of a family.
struct RankTask {
  CdnIndex cdn;
  std::optional<Family> family;
  bool is_switched = false;  // over the places that switches make

  CellRankings CompiledCdn::*kept() const {
    if (family == Family::kV4) return &CompiledCdn::rankings_v4;
    if (family == Family::kV6) return &CompiledCdn::rankings_v6;
    return is_switched ? &CompiledCdn::switched_rankings : &CompiledCdn::rankings;
  }
};

bool Takes(const CompiledNode& node, std::optional<Family> family) {
  return !family || node.endpoint.Has(*family);
}

bool AllHave(const Snapshot& snapshot, const CompiledCdn& cdn, Family family) {
  return std::all_of(cdn.nodes.begin(), cdn.nodes.end(), [&snapshot, family](NodeIndex node) {
    return Takes(snapshot.node(node), family);
  });
}

std::vector<bool> ScheduledCdns(const std::vector<Domain>& domains, const Snapshot& snapshot) {
  std::vector<bool> is_scheduled(snapshot.cdns.size(), false);
  for (const Domain& domain : domains) {
    for (const ScheduledName& name : domain.scheduled_names) {
      is_scheduled[snapshot.FindCdn(name.cdn)->value()] = true;
    }
  }
  return is_scheduled;
}

std::vector<NodeIndex> MovedAmong(const std::vector<Candidate>& candidates,
                                  const Changes& changes) {
  std::vector<NodeIndex> moved;
  for (const NodeIndex node : changes.moved_nodes) {
    const bool is_one =
        std::binary_search(candidates.begin(), candidates.end(), Candidate{.node = node},
                           [](const Candidate& a, const Candidate& b) { return a.node < b.node; });
    if (is_one) moved.push_back(node);
  }
  return moved;
}

// How many of a CDN's nodes switches name, expired or not.
size_t NodesNamedOff(const Snapshot& snapshot, CdnIndex cdn) {
  std::set<NodeIndex> named;
  for (const CompiledSwitch& each : snapshot.switches.switches()) {
    for (const NodeIndex node : each.nodes_off) {
      if (snapshot.node(node).cdn == cdn) named.insert(node);
    }
  }
  return named.size();
}

// The same ranking of the snapshot before; null when there is none that is over the same places.
const CellRankings* FindBefore(const RankTask& task, const Changes& changes,
                               const Snapshot& snapshot) {
  const Snapshot* const previous = changes.previous;
  if (previous == nullptr || (previous->cdn(task.cdn).*task.kept()).empty()) return nullptr;
  const bool was_switched = task.is_switched && previous->is_switched[task.cdn.value()];
  const bool same_places = task.is_switched
                               ? was_switched && previous->switched == snapshot.switched
                               : !task.family || !previous->is_switched[task.cdn.value()];
  return same_places ? &(previous->cdn(task.cdn).*task.kept()) : nullptr;
}

CellRankings Rank(const RankTask& task, const Changes& changes, const Snapshot& snapshot) {
  const CellRankings* const before = FindBefore(task, changes, snapshot);
  if (before != nullptr && !changes.concerns(task.cdn)) return *before;
  CellRankerInput input;
  for (const NodeIndex node : snapshot.cdn(task.cdn).nodes) {
    if (Takes(snapshot.node(node), task.family)) {
      input.candidates.push_back(CandidateOf(snapshot, node));
    }
  }
  input.clients = snapshot.clients.get();
  if (task.is_switched) {
    input.clients = snapshot.switched->clients().get();
    input.off = snapshot.switched->OffOf(task.cdn);
  }
  input.nearness = snapshot.nearness.get();
  input.measured = snapshot.measured.get();
  input.count = kRankedNodesMax + std::min(NodesNamedOff(snapshot, task.cdn), kOffNodesMax);
  if (before == nullptr || changes.measured) return RankCells(input);
  return RankCellsAgain(input, *before, MovedAmong(input.candidates, changes));
}

}  // namespace

void RankNodes(const std::vector<Domain>& domains, const Changes& changes, RunTasks run,
               Snapshot& snapshot) {
  const std::vector<bool> is_scheduled = ScheduledCdns(domains, snapshot);
  std::vector<RankTask> tasks;
  for (uint32_t i = 0; i < snapshot.cdns.size(); ++i) {
    const CompiledCdn& cdn = snapshot.cdns[i];
    const bool is_switched = snapshot.is_switched[i];
    if (cdn.spec.kind == CdnKind::kOwn) tasks.push_back({CdnIndex(i), std::nullopt});
    if (is_switched) tasks.push_back({CdnIndex(i), std::nullopt, true});
    for (const Family family : {Family::kV4, Family::kV6}) {
      if (is_scheduled[i] && !AllHave(snapshot, cdn, family)) {
        tasks.push_back({CdnIndex(i), family, is_switched});
      }
    }
  }
  run(tasks.size(), [&tasks, &changes, &snapshot](size_t i) {
    const RankTask& task = tasks[i];
    snapshot.cdns[task.cdn.value()].*task.kept() = Rank(task, changes, snapshot);
  });
}

const CellRankings* RankingsOfNames(const Snapshot& snapshot, CdnIndex cdn, Family family) {
  const CompiledCdn& compiled = snapshot.cdn(cdn);
  RankTask task{cdn, std::nullopt, snapshot.is_switched[cdn.value()]};
  if (!AllHave(snapshot, compiled, family)) task.family = family;
  return &(compiled.*task.kept());
}

}  // namespace nearcast::scheduler
