#include "schedulerlib/stream/signing/alibaba.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "schedulerlib/stream/signing/time_text.h"

namespace nearcast::scheduler {

void SignAlibabaA(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                  std::string& query) {
  const TimeText time = DecimalTime(expiry_s);
  absl::StrAppend(&query, "auth_key=", time.text(), "-0-0-");
  AppendMd5Hex({url.path, "-", time.text(), "-0-0-", key}, query);
}

void SignAlibabaB(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                  std::string& path_prefix) {
  const TimeText time = BeijingMinute(expiry_s + 59);
  absl::StrAppend(&path_prefix, "/", time.text(), "/");
  AppendMd5Hex({key, time.text(), url.path}, path_prefix);
}

void SignAlibabaC(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                  absl::string_view secret_parameter, absl::string_view time_parameter,
                  std::string& query) {
  const TimeText time = HexTime(expiry_s, Letters::kUpper);
  absl::StrAppend(&query, secret_parameter, "=");
  AppendMd5Hex({key, url.path, time.text()}, query);
  absl::StrAppend(&query, "&", time_parameter, "=", time.text());
}

}  // namespace nearcast::scheduler
