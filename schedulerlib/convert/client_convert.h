// Client policies and settings between the model and nearcast.v1. Nothing is checked here: Validate
// does.
#ifndef SCHEDULERLIB_CONVERT_CLIENT_CONVERT_H_
#define SCHEDULERLIB_CONVERT_CLIENT_CONVERT_H_

#include <string>

#include "nearcast/v1/client_policy.pb.h"
#include "schedulerlib/model/client_policy.h"

namespace nearcast::scheduler {

ClientPolicy ClientPolicyOf(const std::string& name, const v1::ClientPolicy& from);

v1::EncoderSettings ToProto(const EncoderSettings& from);
v1::DecoderSettings ToProto(const DecoderSettings& from);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_CLIENT_CONVERT_H_
