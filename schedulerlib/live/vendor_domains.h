// VendorDomain: what a HealthCheck of a vendor looks at: the domains of its Cdn, for one role.
//
//   for (const VendorDomain& domain : FindVendorDomains(check, cdn)) …
//   domain.subject                        // "cdn/alpha/play/pull.alpha.example:443"
//   CdnRoleKey("alpha", CdnRole::kPlay)   // "cdn/alpha/play": whose word it is part of
//
// Names of resources have no '/', so that neither can be mistaken for a node's.
#ifndef SCHEDULERLIB_LIVE_VENDOR_DOMAINS_H_
#define SCHEDULERLIB_LIVE_VENDOR_DOMAINS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

struct VendorDomain {
  std::string subject;
  std::string authority;  // as the Cdn has it, with its port if it names one
  std::string host;       // without port and brackets
  uint16_t port = 0;      // the check's, else the authority's, else the type's or scheme's
  bool tls = false;       // the URLs' scheme is one over TLS
};

// Empty unless the check is of this Cdn and it is a vendor's. Each host and port once, in the order
// of formats. Without `formats` those whose URLs suit the type: for FLV flv, for RTMP rtmp and
// rtmps, for HTTP and HTTPS whatever goes over those, for TCP everything but srt.
std::vector<VendorDomain> FindVendorDomains(const HealthCheck& check, const Cdn& cdn);

std::string CdnRoleKey(absl::string_view cdn, CdnRole role);

// "cdn/alpha/play/…" → "cdn/alpha"; a node's name → itself: what fails as one.
absl::string_view CheckedParty(absl::string_view subject);

// "cdn/alpha/play/…" → "cdn/alpha/play"; a node's name → itself: whose word it is part of.
absl::string_view CheckedOwner(absl::string_view subject);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LIVE_VENDOR_DOMAINS_H_
