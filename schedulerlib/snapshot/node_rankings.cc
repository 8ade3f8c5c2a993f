#include "schedulerlib/snapshot/node_rankings.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace nearcast::scheduler {
namespace {

// One ranking of a CDN: of all its nodes, or of those with an address of a family.
struct RankTask {
  CdnIndex cdn;
  std::optional<Family> family;
};

bool Takes(const CompiledNode& node, std::optional<Family> family) {
  return !family || node.endpoint.Has(*family);
}

bool AllHave(const Snapshot& snapshot, const CompiledCdn& cdn, Family family) {
  return std::all_of(cdn.nodes.begin(), cdn.nodes.end(), [&snapshot, family](NodeIndex node) {
    return Takes(snapshot.node(node), family);
  });
}

CellRankings CompiledCdn::*Kept(std::optional<Family> family) {
  if (!family) return &CompiledCdn::rankings;
  return *family == Family::kV4 ? &CompiledCdn::rankings_v4 : &CompiledCdn::rankings_v6;
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

CellRankings Rank(const RankTask& task, const Changes& changes, const Snapshot& snapshot) {
  const CellRankings* before =
      changes.previous != nullptr ? &(changes.previous->cdn(task.cdn).*Kept(task.family)) : nullptr;
  if (before != nullptr && before->empty()) before = nullptr;
  if (before != nullptr && !changes.concerns(task.cdn)) return *before;
  CellRankerInput input;
  for (const NodeIndex node : snapshot.cdn(task.cdn).nodes) {
    if (Takes(snapshot.node(node), task.family)) {
      input.candidates.push_back(CandidateOf(snapshot, node));
    }
  }
  input.clients = snapshot.clients.get();
  input.nearness = snapshot.nearness.get();
  input.measured = snapshot.measured.get();
  input.count = kRankedNodesMax;
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
    if (cdn.spec.kind == CdnKind::kOwn) tasks.push_back({CdnIndex(i), std::nullopt});
    for (const Family family : {Family::kV4, Family::kV6}) {
      if (is_scheduled[i] && !AllHave(snapshot, cdn, family))
        tasks.push_back({CdnIndex(i), family});
    }
  }
  run(tasks.size(), [&tasks, &changes, &snapshot](size_t i) {
    const RankTask& task = tasks[i];
    snapshot.cdns[task.cdn.value()].*Kept(task.family) = Rank(task, changes, snapshot);
  });
}

const CellRankings* RankingsOf(const Snapshot& snapshot, CdnIndex cdn, Family family) {
  const CompiledCdn& compiled = snapshot.cdn(cdn);
  return AllHave(snapshot, compiled, family) ? &compiled.rankings : &(compiled.*Kept(family));
}

}  // namespace nearcast::scheduler
