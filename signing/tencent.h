// Tencent Cloud Streaming Services: txSecret and txTime.
//
// Source: cloud.tencent.com/document/product/267/31560: txSecret = MD5(KEY + StreamName + txTime),
// txTime the expiry in hexadecimal. Huawei's method B is the same.
#ifndef SIGNING_TENCENT_H_
#define SIGNING_TENCENT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "signing/url_parts.h"

namespace nearcast {

// Appends the digest alone; `time` as the URL has it.
void AppendTencentDigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                         std::string& out);

// Appends "txSecret=…&txTime=5C271099".
void SignTencent(const UrlParts& url, absl::string_view key, int64_t expiry_s, std::string& query);

}  // namespace nearcast

#endif  // SIGNING_TENCENT_H_
