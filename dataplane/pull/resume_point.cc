#include "dataplane/pull/resume_point.h"

namespace nearcast::pull {
namespace {

// Serial arithmetic: timestamps wrap at 2^32 (as RFC 1982 does for serial numbers).
int64_t Difference(uint32_t later, uint32_t earlier) {
  return static_cast<int32_t>(later - earlier);
}

size_t IndexOf(media::FrameKind kind) { return kind == media::FrameKind::kVideo ? 0 : 1; }

}  // namespace

NumberedResume::Verdict NumberedResume::Admit(stream::FrameId id, bool configuration) {
  if (id.timeline != timeline_) {
    timeline_ = id.timeline;
    next_ = std::nullopt;
  }
  const int64_t ahead = next_ ? Difference(id.seq, *next_) : 0;
  if (ahead < 0) return {};
  if (configuration) return {.take = true};
  next_ = id.seq + 1;
  return {.take = true, .missed = static_cast<uint32_t>(ahead)};
}

ResumePoint::Clock ResumePoint::Begin(uint32_t dts_ms) {
  known_until_ms_ = last_dts_ms_;
  for (const std::optional<uint32_t>& last : last_dts_ms_) {
    if (!last) continue;
    const int64_t ahead_ms = Difference(dts_ms, *last);
    if (ahead_ms <= kAheadMsMax && ahead_ms >= -kBehindMsMax) return Clock::kSame;
  }
  last_dts_ms_ = known_until_ms_ = {};
  return Clock::kNew;
}

bool ResumePoint::Admit(media::FrameKind kind, uint32_t dts_ms, bool header) {
  if (header || kind == media::FrameKind::kScript) return true;
  const size_t track = IndexOf(kind);
  if (known_until_ms_[track] && Difference(dts_ms, *known_until_ms_[track]) <= 0) return false;
  known_until_ms_[track].reset();
  last_dts_ms_[track] = dts_ms;
  return true;
}

}  // namespace nearcast::pull
