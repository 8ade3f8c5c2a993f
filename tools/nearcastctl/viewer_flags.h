// The flags that describe a viewer.
#ifndef TOOLS_NEARCASTCTL_VIEWER_FLAGS_H_
#define TOOLS_NEARCASTCTL_VIEWER_FLAGS_H_

#include <vector>

#include "absl/status/status.h"
#include "nearcast/v1/scheduler.pb.h"
#include "tools/nearcastctl/call.h"
#include "tools/nearcastctl/command.h"

namespace nearcast::ctl {

std::vector<Flag> ViewerFlags();

// INVALID_ARGUMENT when the grade is no number from 1 to 8.
absl::Status FillViewer(const Call& call, v1::Viewer* viewer);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_VIEWER_FLAGS_H_
