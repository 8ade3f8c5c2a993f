#include "schedulerlib/snapshot/snapshot.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace nearcast::scheduler {
namespace {

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

const CompiledName* Snapshot::FindName(absl::string_view name) const {
  const auto at = name_index.find(absl::AsciiStrToLower(absl::StripSuffix(name, ".")));
  return at == name_index.end() ? nullptr : &names[at->second];
}

}  // namespace nearcast::scheduler
