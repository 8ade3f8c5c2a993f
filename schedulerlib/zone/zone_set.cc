#include "schedulerlib/zone/zone_set.h"

#include <utility>

namespace nearcast::scheduler::zone {

ZoneSet::ZoneSet() : body_(std::make_shared<const Body>()) {}

ZoneSet::ZoneSet(std::shared_ptr<const Body> body) : body_(std::move(body)) {}

Lookup ZoneSet::At(const Node& node, Match match) const {
  const Zone* zone = &body_->zones[node.zone];
  if (node.cut != kNoNode) return {Match::kDelegation, zone, &body_->nodes[node.cut]};
  return {match, zone, &node};
}

Lookup ZoneSet::Find(absl::string_view name) const {
  const auto found = body_->node_of_name.find(name);
  if (found != body_->node_of_name.end()) return At(body_->nodes[found->second], Match::kName);
  return FindAbove(name);
}

Lookup ZoneSet::FindAbove(absl::string_view name) const {
  size_t labels = 0;
  for (absl::string_view rest = name; rest.size() > 1; rest = ParentWire(rest)) ++labels;
  while (name.size() > 1) {
    name = ParentWire(name);
    if (--labels > body_->labels_max) continue;
    const auto found = body_->node_of_name.find(name);
    if (found == body_->node_of_name.end()) continue;
    // The closest encloser (RFC 4592 §3.3.1).
    const Node& encloser = body_->nodes[found->second];
    if (encloser.cut == kNoNode && encloser.wildcard != kNoNode) {
      return At(body_->nodes[encloser.wildcard], Match::kWildcard);
    }
    Lookup result = At(encloser, Match::kMissing);
    if (result.match == Match::kMissing) result.node = nullptr;
    return result;
  }
  return {};
}

}  // namespace nearcast::scheduler::zone
