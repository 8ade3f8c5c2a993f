#include "signing/volcengine.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "signing/time_text.h"

namespace nearcast {

void AppendVolcengineDigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                            std::string& out) {
  AppendMd5Hex({"/", url.app, "/", url.stream, key, time}, out);
}

void SignVolcengine(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                    absl::string_view secret_parameter, absl::string_view time_parameter,
                    std::string& query) {
  const TimeText time = DecimalTime(expiry_s);
  absl::StrAppend(&query, time_parameter, "=", time.text(), "&", secret_parameter, "=");
  AppendVolcengineDigest(url, key, time.text(), query);
}

}  // namespace nearcast
