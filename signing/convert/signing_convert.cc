#include "signing/convert/signing_convert.h"

#include <utility>

namespace nearcast {
namespace {

constexpr std::pair<v1::Signing::Method, SignMethod> kMethods[] = {
    {v1::Signing::TENCENT, SignMethod::kTencent},
    {v1::Signing::ALIBABA_A, SignMethod::kAlibabaA},
    {v1::Signing::ALIBABA_B, SignMethod::kAlibabaB},
    {v1::Signing::ALIBABA_C, SignMethod::kAlibabaC},
    {v1::Signing::VOLCENGINE, SignMethod::kVolcengine},
    {v1::Signing::HUAWEI, SignMethod::kHuawei},
    {v1::Signing::HMAC_SHA256, SignMethod::kHmacSha256},
    {v1::Signing::MD5, SignMethod::kMd5}};

SignMethod MethodOf(v1::Signing::Method method) {
  for (const auto& [message, known] : kMethods) {
    if (message == method) return known;
  }
  return SignMethod::kNone;
}

v1::Signing::Method MessageOf(SignMethod method) {
  for (const auto& [message, known] : kMethods) {
    if (known == method) return message;
  }
  return v1::Signing::METHOD_UNSPECIFIED;
}

}  // namespace

Signing SigningOf(const v1::Signing& from, uint32_t validity_s) {
  Signing to;
  to.method = MethodOf(from.method());
  to.key = from.key();
  to.backup_key = from.backup_key();
  to.use_backup_key = from.use_backup_key();
  to.validity_s = from.validity_s() == 0 ? validity_s : from.validity_s();
  to.text = from.text();
  to.secret_parameter = from.secret_parameter();
  to.time_parameter = from.time_parameter();
  to.hex_time = from.hex_time();
  return to;
}

v1::Signing SigningMessageOf(const Signing& from) {
  v1::Signing to;
  to.set_method(MessageOf(from.method));
  to.set_key(from.key);
  to.set_backup_key(from.backup_key);
  to.set_use_backup_key(from.use_backup_key);
  to.set_validity_s(from.validity_s);
  to.set_text(from.text);
  to.set_secret_parameter(from.secret_parameter);
  to.set_time_parameter(from.time_parameter);
  to.set_hex_time(from.hex_time);
  return to;
}

}  // namespace nearcast
