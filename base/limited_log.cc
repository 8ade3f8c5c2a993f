#include "base/limited_log.h"

#include "absl/strings/str_cat.h"

namespace nearcast {

std::optional<std::string> LimitedLog::Admit() {
  absl::MutexLock lock(&mutex_);
  const absl::Duration now = clock_->Monotonic();
  if (now - window_at_ >= kWindow) {
    window_at_ = now;
    written_ = 0;
  }
  if (written_ >= kLinesMax) {
    ++left_out_;
    return std::nullopt;
  }
  ++written_;
  const absl::Duration since = now - std::exchange(written_at_, now);
  const uint64_t left_out = std::exchange(left_out_, 0);
  if (left_out == 0) return std::string();
  return absl::StrCat(" (", left_out, " more like this in the last ", absl::ToInt64Seconds(since),
                      " s)");
}

}  // namespace nearcast
