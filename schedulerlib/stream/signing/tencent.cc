#include "schedulerlib/stream/signing/tencent.h"

#include "base/digest.h"
#include "schedulerlib/stream/signing/time_text.h"

namespace nearcast::scheduler {

void SignTencent(const UrlParts& url, absl::string_view key, int64_t expiry_s, std::string& query) {
  const TimeText time = HexTime(expiry_s, Letters::kUpper);
  query.append("txSecret=");
  AppendMd5Hex({key, url.stream, time.text()}, query);
  query.append("&txTime=").append(time.text().data(), time.text().size());
}

}  // namespace nearcast::scheduler
