// Huawei Cloud Live, method D: hwSecret and hwTime.
//
// Source: support.huaweicloud.com, live_01_0049 (URL validation), which asks for this method before
// A, B and C: hwSecret = HMAC-SHA256(Key, StreamName + hwTime), hwTime the time in hexadecimal.
#ifndef SIGNING_HUAWEI_H_
#define SIGNING_HUAWEI_H_

#include <cstdint>
#include <string>

#include "base/digest.h"
#include "signing/url_parts.h"

namespace nearcast {

// Appends the digest alone; `time` as the URL has it.
void AppendHuaweiDigest(const UrlParts& url, const HmacSha256& key, absl::string_view time,
                        std::string& out);

// Appends "hwSecret=…&hwTime=6657f41d".
void SignHuawei(const UrlParts& url, const HmacSha256& key, int64_t expiry_s, std::string& query);

}  // namespace nearcast

#endif  // SIGNING_HUAWEI_H_
