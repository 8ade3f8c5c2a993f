// What a change did, as text; shared by every command that changes the configuration.
#ifndef TOOLS_NEARCASTCTL_CHANGE_REPORT_H_
#define TOOLS_NEARCASTCTL_CHANGE_REPORT_H_

#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "nearcast/v1/admin.pb.h"
#include "proto/yaml/resource_reader.h"
#include "tools/nearcastctl/call.h"

namespace nearcast::ctl {

// A line "Node/a configured" for each resource, and the revision.
std::string WriteChanges(const v1::ApplyResponse& response, bool dry_run);

// A unified diff of the YAML of each resource that changes; those that `sources` has are shown with
// their place there. Empty when nothing does.
std::string WriteChangeDiff(const v1::ApplyResponse& response,
                            std::span<const yaml::ResourceSource> sources);

// Prints what the server answered to a change, and ends the command.
ExitCode ReportChange(Call& call, const absl::StatusOr<v1::ApplyResponse>& response);

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_CHANGE_REPORT_H_
