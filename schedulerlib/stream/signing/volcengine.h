// Volcengine and BytePlus live streaming: volcTime and volcSecret.
//
// Source: volcengine.com/docs/6469/107759: volcSecret = MD5("/{AppName}/{StreamName}" + SecretKey +
// volcTime), volcTime the expiry. The stream's name has the tier's suffix and no ending.
#ifndef SCHEDULERLIB_STREAM_SIGNING_VOLCENGINE_H_
#define SCHEDULERLIB_STREAM_SIGNING_VOLCENGINE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "schedulerlib/stream/signing/url_parts.h"

namespace nearcast::scheduler {

// Appends "volcTime=1653632422&volcSecret=…"; the parameters' names can be set at the vendor's.
void SignVolcengine(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                    absl::string_view secret_parameter, absl::string_view time_parameter,
                    std::string& query);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_STREAM_SIGNING_VOLCENGINE_H_
