#include "schedulerlib/snapshot/snapshot.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
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

Snapshot::NameMatch Snapshot::FindName(absl::string_view name) const {
  const std::string lower = absl::AsciiStrToLower(absl::StripSuffix(name, "."));
  if (const auto at = name_index.find(lower); at != name_index.end())
    return {&names[at->second], {}};
  const size_t dot = lower.find('.');
  if (dot == std::string::npos) return {};
  const auto wildcard = name_index.find(absl::StrCat("*", absl::string_view(lower).substr(dot)));
  if (wildcard == name_index.end()) return {};
  return {&names[wildcard->second], name.substr(0, dot)};
}

}  // namespace nearcast::scheduler
