// CompileConfig: stored resources → a configuration that may be published, or every reason why not.
#ifndef SERVICES_SYNC_COMPILE_CONFIG_H_
#define SERVICES_SYNC_COMPILE_CONFIG_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "nearcast/v1/config.pb.h"
#include "schedulerlib/model/config.h"

namespace nearcast {

// INVALID_ARGUMENT: one problem a line, "Kind/name: path: message".
absl::StatusOr<scheduler::Config> CompileConfig(const std::vector<v1::Resource>& resources,
                                                int64_t revision);

}  // namespace nearcast

#endif  // SERVICES_SYNC_COMPILE_CONFIG_H_
