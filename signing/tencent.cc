#include "signing/tencent.h"

#include "base/digest.h"
#include "signing/time_text.h"

namespace nearcast {

void AppendTencentDigest(const UrlParts& url, absl::string_view key, absl::string_view time,
                         std::string& out) {
  AppendMd5Hex({key, url.stream, time}, out);
}

void SignTencent(const UrlParts& url, absl::string_view key, int64_t expiry_s, std::string& query) {
  const TimeText time = HexTime(expiry_s, Letters::kUpper);
  query.append("txSecret=");
  AppendTencentDigest(url, key, time.text(), query);
  query.append("&txTime=").append(time.text().data(), time.text().size());
}

}  // namespace nearcast
