#include "schedulerlib/snapshot/snapshot.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace nearcast::scheduler {
namespace {

// RFC 1035 §2.3.4, as text without the dot at the end.
constexpr size_t kNameCharsMax = 253;

// The place of `name` in a list sorted by spec.name.
template <typename T>
std::optional<uint32_t> FindByName(const std::vector<T>& sorted, absl::string_view name) {
  const auto at = std::lower_bound(
      sorted.begin(), sorted.end(), name,
      [](const T& item, absl::string_view n) { return absl::string_view(item.spec.name) < n; });
  if (at == sorted.end() || at->spec.name != name) return std::nullopt;
  return static_cast<uint32_t>(at - sorted.begin());
}

}  // namespace

std::optional<NodeIndex> Snapshot::FindNode(absl::string_view name) const {
  const auto at = FindByName(nodes, name);
  if (!at) return std::nullopt;
  return NodeIndex(*at);
}

std::optional<CdnIndex> Snapshot::FindCdn(absl::string_view name) const {
  const auto at = FindByName(cdns, name);
  if (!at) return std::nullopt;
  return CdnIndex(*at);
}

Snapshot::NameMatch Snapshot::FindName(absl::string_view name) const {
  name = absl::StripSuffix(name, ".");
  if (name.size() > kNameCharsMax) return {};
  std::array<char, kNameCharsMax> characters;
  std::transform(name.begin(), name.end(), characters.begin(), absl::ascii_tolower);
  const absl::string_view lower(characters.data(), name.size());
  if (const auto at = name_index.find(lower); at != name_index.end())
    return {&names[at->second], {}};
  const size_t dot = lower.find('.');
  if (dot == lower.npos || dot == 0) return {};
  characters[dot - 1] = '*';
  const auto wildcard = name_index.find(lower.substr(dot - 1));
  if (wildcard == name_index.end()) return {};
  return {&names[wildcard->second], name.substr(0, dot)};
}

Candidate CandidateOf(const Snapshot& snapshot, NodeIndex node) {
  const CompiledNode& compiled = snapshot.node(node);
  return {node, compiled.spec.location, compiled.spec.announces, compiled.standing,
          compiled.load_penalty_us};
}

}  // namespace nearcast::scheduler
