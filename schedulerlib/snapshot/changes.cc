#include "schedulerlib/snapshot/changes.h"

namespace nearcast::scheduler {

Changes FindChanges(const Snapshot* previous, const Snapshot& snapshot) {
  Changes changes;
  changes.previous = previous;
  changes.measured = previous == nullptr || previous->measured != snapshot.measured;
  changes.cdns.resize(snapshot.cdns.size(), changes.measured);
  if (previous == nullptr) return changes;
  for (size_t i = 0; previous->switched != snapshot.switched && i < snapshot.cdns.size(); ++i) {
    if (previous->is_switched[i] || snapshot.is_switched[i]) changes.cdns[i] = true;
  }
  for (size_t i = 0; i < snapshot.nodes.size(); ++i) {
    const CompiledNode& was = previous->nodes[i];
    const CompiledNode& is = snapshot.nodes[i];
    const bool moves = was.standing != is.standing || was.load_penalty_us != is.load_penalty_us;
    if (moves) changes.moved_nodes.push_back(NodeIndex(static_cast<uint32_t>(i)));
    if (moves || was.endpoint.load_weight != is.endpoint.load_weight) {
      changes.cdns[is.cdn.value()] = true;
    }
  }
  return changes;
}

}  // namespace nearcast::scheduler
