#include "signing/huawei.h"

#include "absl/strings/str_cat.h"
#include "signing/time_text.h"

namespace nearcast {

void AppendHuaweiDigest(const UrlParts& url, const HmacSha256& key, absl::string_view time,
                        std::string& out) {
  key.AppendHex({url.stream, time}, out);
}

void SignHuawei(const UrlParts& url, const HmacSha256& key, int64_t expiry_s, std::string& query) {
  const TimeText time = HexTime(expiry_s, Letters::kLower);
  absl::StrAppend(&query, "hwSecret=");
  AppendHuaweiDigest(url, key, time.text(), query);
  absl::StrAppend(&query, "&hwTime=", time.text());
}

}  // namespace nearcast
