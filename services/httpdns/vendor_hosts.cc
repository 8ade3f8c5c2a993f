#include "services/httpdns/vendor_hosts.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace nearcast::httpdns {
namespace {

bool IsHost(absl::string_view domain, absl::string_view name) {
  return absl::EqualsIgnoreCase(absl::StripSuffix(domain.substr(0, domain.find(':')), "."), name);
}

bool HasHost(const scheduler::Cdn& cdn, absl::string_view name) {
  const auto is_host = [name](const auto& domain) { return IsHost(domain.second, name); };
  return IsHost(cdn.push_domain, name) || IsHost(cdn.pull_domain, name) ||
         std::any_of(cdn.push_domains.begin(), cdn.push_domains.end(), is_host) ||
         std::any_of(cdn.pull_domains.begin(), cdn.pull_domains.end(), is_host);
}

}  // namespace

bool IsVendorHost(const std::vector<scheduler::CompiledCdn>& cdns, absl::string_view name) {
  return std::any_of(cdns.begin(), cdns.end(), [name](const scheduler::CompiledCdn& cdn) {
    return !cdn.spec.disabled && HasHost(cdn.spec, name);
  });
}

}  // namespace nearcast::httpdns
