// Tencent Cloud Streaming Services: txSecret and txTime.
//
// Source: cloud.tencent.com/document/product/267/31560: txSecret = MD5(KEY + StreamName + txTime),
// txTime the expiry in hexadecimal. Huawei's method B is the same.
#ifndef SCHEDULERLIB_STREAM_SIGNING_TENCENT_H_
#define SCHEDULERLIB_STREAM_SIGNING_TENCENT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "schedulerlib/stream/signing/url_parts.h"

namespace nearcast::scheduler {

// Appends "txSecret=…&txTime=5C271099".
void SignTencent(const UrlParts& url, absl::string_view key, int64_t expiry_s, std::string& query);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_SIGNING_TENCENT_H_
