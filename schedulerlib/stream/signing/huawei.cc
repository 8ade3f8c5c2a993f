#include "schedulerlib/stream/signing/huawei.h"

#include "absl/strings/str_cat.h"
#include "schedulerlib/stream/signing/time_text.h"

namespace nearcast::scheduler {

void SignHuawei(const UrlParts& url, const HmacSha256& key, int64_t expiry_s, std::string& query) {
  const TimeText time = HexTime(expiry_s, Letters::kLower);
  absl::StrAppend(&query, "hwSecret=");
  key.AppendHex({url.stream, time.text()}, query);
  absl::StrAppend(&query, "&hwTime=", time.text());
}

}  // namespace nearcast::scheduler
