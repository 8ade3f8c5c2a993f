#include "signing/alibaba.h"

#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "signing/time_text.h"

namespace nearcast {

void AppendAlibabaADigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                          std::string& out) {
  AppendMd5Hex({url.path, "-", time, "-", key}, out);
}

void AppendAlibabaBDigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                          std::string& out) {
  AppendMd5Hex({key, time, url.path}, out);
}

void AppendAlibabaCDigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                          std::string& out) {
  AppendMd5Hex({key, url.path, time}, out);
}

void SignAlibabaA(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                  std::string& query) {
  const std::string time = absl::StrCat(DecimalTime(expiry_s).text(), "-0-0");
  absl::StrAppend(&query, "auth_key=", time, "-");
  AppendAlibabaADigest(url, key, time, query);
}

void SignAlibabaB(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                  std::string& path_prefix) {
  const TimeText time = BeijingMinute(AlibabaBMinute(expiry_s));
  absl::StrAppend(&path_prefix, "/", time.text(), "/");
  AppendAlibabaBDigest(url, key, time.text(), path_prefix);
}

void SignAlibabaC(const UrlParts& url, absl::string_view key, int64_t expiry_s,
                  absl::string_view secret_parameter, absl::string_view time_parameter,
                  std::string& query) {
  const TimeText time = HexTime(expiry_s, Letters::kUpper);
  absl::StrAppend(&query, secret_parameter, "=");
  AppendAlibabaCDigest(url, key, time.text(), query);
  absl::StrAppend(&query, "&", time_parameter, "=", time.text());
}

}  // namespace nearcast
