// How a CDN's URLs are signed, as declared: nearcast.v1.Signing.
#ifndef SIGNING_SIGNING_H_
#define SIGNING_SIGNING_H_

#include <cstdint>
#include <string>

namespace nearcast {

enum class SignMethod {
  kNone,
  kTencent,
  kAlibabaA,
  kAlibabaB,
  kAlibabaC,
  kVolcengine,
  kHuawei,
  kHmacSha256,
  kMd5,
};

struct Signing {
  SignMethod method = SignMethod::kNone;
  std::string key;
  std::string backup_key;
  bool use_backup_key = false;
  uint32_t validity_s = 3600;    // never 0
  std::string text;              // kHmacSha256, kMd5; empty = the default
  std::string secret_parameter;  // empty = the method's own
  std::string time_parameter;
  bool hex_time = false;

  const std::string& active_key() const { return use_backup_key ? backup_key : key; }
};

}  // namespace nearcast

#endif  // SIGNING_SIGNING_H_
