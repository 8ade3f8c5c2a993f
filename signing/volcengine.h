// Volcengine and BytePlus live streaming: volcTime and volcSecret.
//
// Source: volcengine.com/docs/6469/107759: volcSecret = MD5("/{AppName}/{StreamName}" + SecretKey +
// volcTime), volcTime the expiry. The stream's name has the tier's suffix and no ending.
#ifndef SIGNING_VOLCENGINE_H_
#define SIGNING_VOLCENGINE_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "signing/url_parts.h"

namespace nearcast {

// Appends the digest alone; `time` as the URL has it.
void AppendVolcengineDigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                            std::string& out);

// Appends "volcTime=1653632422&volcSecret=…"; the parameters' names can be set at the vendor's.
void SignVolcengine(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                    absl::string_view secret_parameter, absl::string_view time_parameter,
                    std::string& query);

}  // namespace nearcast

#endif  // SIGNING_VOLCENGINE_H_
