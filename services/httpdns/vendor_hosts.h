// IsVendorHost: whether a name is one of a CDN's own, which clients may ask for beside scheduled
// names.
#ifndef SERVICES_HTTPDNS_VENDOR_HOSTS_H_
#define SERVICES_HTTPDNS_VENDOR_HOSTS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "schedulerlib/snapshot/snapshot.h"

namespace nearcast::httpdns {

// Push and pull domains of all CDNs but disabled ones, without their ports. `name` is a host name, in
// any case, no dot at the end. Looks through all CDNs: there are some tens of them.
bool IsVendorHost(const std::vector<scheduler::CompiledCdn>& cdns, absl::string_view name);

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_VENDOR_HOSTS_H_
