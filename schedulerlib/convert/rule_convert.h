// nearcast.v1's matches and switches as the model's. Nothing is checked here: Validate does.
#ifndef SCHEDULERLIB_CONVERT_RULE_CONVERT_H_
#define SCHEDULERLIB_CONVERT_RULE_CONVERT_H_

#include <string>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "nearcast/v1/rules.pb.h"
#include "schedulerlib/model/rule_match.h"
#include "schedulerlib/model/switch.h"

namespace nearcast::scheduler {

RuleMatch MatchOf(const v1::Match& from);
Switch SwitchOf(const std::string& name, const v1::Switch& from);

// InfiniteFuture when there is none.
absl::Time ExpiryOf(bool is_set, const google::protobuf::Timestamp& time);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_RULE_CONVERT_H_
