#include "dataplane/stream/timestamp_rebase.h"

#include <algorithm>
#include <cstdlib>

namespace nearcast::stream {
namespace {

// What stream time advances by across a jump: about one frame.
constexpr int64_t kJumpStepMs = 40;

bool Near(int64_t a, int64_t b) { return std::llabs(a - b) <= TimestampRebase::kJumpMs; }

}  // namespace

int64_t TimestampRebase::Map(Track track, uint32_t timestamp) {
  const bool first = !raw_ms_.has_value();
  const int64_t raw_ms = Unwrap(timestamp);
  if (first) offset_ms_ = FirstOffset(raw_ms);
  std::optional<int64_t>& last = out_ms_[static_cast<size_t>(track)];
  int64_t out_ms = first ? raw_ms + offset_ms_ : Choose(last, raw_ms);
  const int64_t floor_ms = start_.kind == Start::Kind::kContinue ? start_.at_ms : 0;
  out_ms = std::max({out_ms, floor_ms, last.value_or(0)});
  last = out_ms;
  newest_out_ms_ = std::max(newest_out_ms_, out_ms);
  return out_ms;
}

int64_t TimestampRebase::Unwrap(uint32_t timestamp) {
  if (!raw_ms_) return *(raw_ms_ = timestamp);
  const int32_t step = static_cast<int32_t>(timestamp - static_cast<uint32_t>(*raw_ms_));
  return *(raw_ms_ = *raw_ms_ + step);
}

int64_t TimestampRebase::FirstOffset(int64_t raw_ms) const {
  if (start_.kind == Start::Kind::kContinue) return start_.at_ms - raw_ms;
  if (start_.kind == Start::Kind::kKeep || raw_ms <= kFirstMsMax) return 0;
  return kFirstMsMax - raw_ms;
}

int64_t TimestampRebase::Choose(const std::optional<int64_t>& last_out_ms, int64_t raw_ms) {
  const int64_t last_ms = last_out_ms.value_or(newest_out_ms_);
  if (Near(raw_ms + offset_ms_, last_ms) || Near(raw_ms + offset_ms_, newest_out_ms_)) {
    return raw_ms + offset_ms_;
  }
  if (offset_before_jump_ms_ && Near(raw_ms + *offset_before_jump_ms_, last_ms)) {
    return raw_ms + *offset_before_jump_ms_;
  }
  ++jumps_;
  offset_before_jump_ms_ = offset_ms_;
  offset_ms_ = newest_out_ms_ + kJumpStepMs - raw_ms;
  return raw_ms + offset_ms_;
}

}  // namespace nearcast::stream
