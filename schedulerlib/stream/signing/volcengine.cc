#include "schedulerlib/stream/signing/volcengine.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "schedulerlib/stream/signing/time_text.h"

namespace nearcast::scheduler {

void SignVolcengine(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                    absl::string_view secret_parameter, absl::string_view time_parameter,
                    std::string& query) {
  const TimeText time = DecimalTime(expiry_s);
  absl::StrAppend(&query, time_parameter, "=", time.text(), "&", secret_parameter, "=");
  AppendMd5Hex({"/", url.app, "/", url.stream, key, time.text()}, query);
}

}  // namespace nearcast::scheduler
