#include "signing/parameter_names.h"

namespace nearcast {
namespace {

ParameterNames Chosen(const Signing& signing, ParameterNames names) {
  if (!signing.secret_parameter.empty()) names.secret = signing.secret_parameter;
  if (!signing.time_parameter.empty()) names.time = signing.time_parameter;
  return names;
}

}  // namespace

ParameterNames ParameterNamesOf(const Signing& signing) {
  switch (signing.method) {
    case SignMethod::kNone:
    case SignMethod::kAlibabaB:
      return {};
    case SignMethod::kTencent:
      return {"txSecret", "txTime"};
    case SignMethod::kAlibabaA:
      return {"auth_key", ""};
    case SignMethod::kHuawei:
      return {"hwSecret", "hwTime"};
    case SignMethod::kAlibabaC:
      return Chosen(signing, {"KEY1", "KEY2"});
    case SignMethod::kVolcengine:
      return Chosen(signing, {"volcSecret", "volcTime"});
    case SignMethod::kHmacSha256:
    case SignMethod::kMd5:
      break;
  }
  return Chosen(signing, {"sign", "expire"});
}

}  // namespace nearcast
