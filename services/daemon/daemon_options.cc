#include "services/daemon/daemon_options.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace nearcast {

absl::StatusOr<std::set<Role>> ParseRoles(absl::string_view text) {
  std::set<Role> roles;
  for (const absl::string_view role : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    if (role == "dns") {
      roles.insert(Role::kDns);
    } else if (role == "httpdns") {
      roles.insert(Role::kHttpdns);
    } else if (role == "scheduler") {
      roles.insert(Role::kScheduler);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", role, "\" is no role; choose from dns, httpdns, scheduler"));
    }
  }
  if (!roles.empty()) return roles;
  return absl::InvalidArgumentError("no role is given; choose from dns, httpdns, scheduler");
}

}  // namespace nearcast
