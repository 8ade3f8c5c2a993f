// The configuration's prefix overrides with names resolved, in the order of the configuration.
#ifndef SCHEDULERLIB_SNAPSHOT_CLIENT_OVERRIDES_H_
#define SCHEDULERLIB_SNAPSHOT_CLIENT_OVERRIDES_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/place/client_table.h"

namespace nearcast::scheduler {

// "Live.Example." → "live.example"
std::string CanonicalName(absl::string_view name);

// `config` is valid; `find_node` knows every node of it.
std::vector<ClientOverride> ResolveOverrides(
    const Config& config, absl::FunctionRef<NodeIndex(const std::string& name)> find_node);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SNAPSHOT_CLIENT_OVERRIDES_H_
