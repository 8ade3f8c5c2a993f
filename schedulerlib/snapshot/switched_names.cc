#include "schedulerlib/snapshot/switched_names.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace nearcast::scheduler {
namespace {

// Calls take(CDN of the name, CDN of a node that it may give) for each pair.
template <typename Take>
void ForEachAnswered(const std::vector<Domain>& domains, const Snapshot& snapshot, Take take) {
  for (const Domain& domain : domains) {
    for (const ScheduledName& name : domain.scheduled_names) {
      const CdnIndex cdn = *snapshot.FindCdn(name.cdn);
      take(cdn, cdn);
      for (const PlaceRule& rule : name.rules) {
        for (const std::string& node : rule.nodes) {
          take(cdn, snapshot.node(*snapshot.FindNode(node)).cdn);
        }
      }
    }
  }
}

SwitchedPlacesInput InputOf(const std::vector<Domain>& domains, const Snapshot& snapshot) {
  SwitchedPlacesInput input;
  input.board = &snapshot.switches;
  for (const CompiledNode& node : snapshot.nodes) input.cdn_of_node.push_back(node.cdn);
  input.is_answered.resize(snapshot.cdns.size(), false);
  ForEachAnswered(domains, snapshot,
                  [&input](CdnIndex, CdnIndex given) { input.is_answered[given.value()] = true; });
  input.clients = snapshot.clients;
  return input;
}

uint32_t SecondsOf(absl::Duration left) {
  return static_cast<uint32_t>(std::clamp<int64_t>(absl::ToInt64Seconds(left), 0, UINT32_MAX));
}

}  // namespace

void AddSwitchedPlaces(const std::vector<Domain>& domains, const Snapshot* previous, absl::Time now,
                       Snapshot& snapshot) {
  snapshot.is_switched.resize(snapshot.cdns.size(), false);
  const SwitchedPlacesInput input = InputOf(domains, snapshot);
  std::vector<uint32_t> switches = FindNameSwitches(input, now);
  if (switches.empty()) return;
  const bool holds = previous != nullptr && previous->switched != nullptr &&
                     previous->switched->switches() == switches;
  snapshot.switched = holds ? previous->switched
                            : std::make_shared<const SwitchedPlaces>(input, std::move(switches));
  ForEachAnswered(domains, snapshot, [&snapshot](CdnIndex cdn, CdnIndex given) {
    if (snapshot.switched->OffOf(given) != nullptr) snapshot.is_switched[cdn.value()] = true;
  });
}

void ShortenTtls(absl::Time now, Snapshot& snapshot) {
  if (snapshot.switched == nullptr) return;
  const absl::Time end = snapshot.switched->expire_at();
  if (end == absl::InfiniteFuture()) return;
  uint32_t longest_s = 0;
  for (const CompiledName& name : snapshot.names) {
    if (snapshot.is_switched[name.cdn.value()]) longest_s = std::max(longest_s, name.ttl_s);
  }
  const absl::Duration left = end - now;
  const bool is_near = left <= absl::Seconds(longest_s);
  const absl::Duration half = left / 2;
  const bool is_last = half < absl::Seconds(kShortTtlS);
  snapshot.names_change_at = !is_near ? end - absl::Seconds(longest_s) : is_last ? end : now + half;
  if (!is_near) return;
  const uint32_t short_s = std::max(SecondsOf(half), kShortTtlS);
  for (CompiledName& name : snapshot.names) {
    if (snapshot.is_switched[name.cdn.value()]) name.ttl_s = std::min(name.ttl_s, short_s);
  }
}

}  // namespace nearcast::scheduler
