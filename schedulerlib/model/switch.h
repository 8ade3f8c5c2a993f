// Switch: something turned off or overridden at once, as declared. nearcast.v1.Switch documents
// each field.
#ifndef SCHEDULERLIB_MODEL_SWITCH_H_
#define SCHEDULERLIB_MODEL_SWITCH_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "schedulerlib/model/rule_match.h"

namespace nearcast::scheduler {

struct SwitchOverride {
  std::string default_tier;  // a tier's key; empty = as decided
  std::string main_cdn;
  std::string backup_cdn;
  uint32_t gop_cache_ms = 0;                      // 0 = as decided
  uint32_t start_buffer_ms = 0;                   // 0 = as decided
  std::map<std::string, std::string> sdk_params;  // name → JSON value
};

struct Switch {
  std::string name;
  RuleMatch match;
  std::vector<std::string> off;  // "tier/uhd", "cdn/NAME" …
  SwitchOverride set;
  absl::Time expire_at = absl::InfiniteFuture();
  uint32_t priority = 0;
  bool disabled = false;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MODEL_SWITCH_H_
