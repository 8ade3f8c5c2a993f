// nearcast.v1's signing, GOP-cache dialects and latency policies as the model's, with the documented
// defaults in place. Nothing is checked here: Validate does.
#ifndef SCHEDULERLIB_CONVERT_VENDOR_CONVERT_H_
#define SCHEDULERLIB_CONVERT_VENDOR_CONVERT_H_

#include <string>

#include "nearcast/v1/config.pb.h"
#include "nearcast/v1/vendor.pb.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

// Everything of a Cdn that tells vendors apart: domains by role, signing, GOP cache, suffixes, caps
// and prices.
void ConvertVendor(const v1::Cdn& from, Cdn& to);

LatencyPolicy LatencyPolicyOf(const std::string& name, const v1::LatencyPolicy& from);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_VENDOR_CONVERT_H_
