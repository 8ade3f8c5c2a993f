// From nearcast.v1 resources to the model, and from decisions back to messages. This folder alone
// sees both.
#ifndef SCHEDULERLIB_CONVERT_CONFIG_CONVERT_H_
#define SCHEDULERLIB_CONVERT_CONFIG_CONVERT_H_

#include <cstdint>
#include <vector>

#include "nearcast/v1/config.pb.h"
#include "schedulerlib/config/validate.h"
#include "schedulerlib/model/config.h"

namespace nearcast::scheduler {

struct ConvertedConfig {
  Config config;
  // What cannot be expressed in the model: tiers that do not exist, ports out of range, a resource
  // without a spec.
  std::vector<Problem> problems;
};

// Defaults that the schema documents are filled in. `revision` goes into the result.
ConvertedConfig ConvertConfig(const std::vector<v1::Resource>& resources, int64_t revision);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_CONFIG_CONVERT_H_
