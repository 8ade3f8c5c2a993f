#include "schedulerlib/latency/start_buffer.h"

#include <algorithm>

namespace nearcast::scheduler {
namespace {

constexpr uint64_t kOne = 1024;          // one fresh stall
constexpr uint32_t kTroublesMax = 1000;  // more change nothing any more

// 2^(-age / half-life) in units of 1 / kOne, straight between the halvings.
uint64_t Decay(uint32_t age_s) {
  const uint32_t halvings = age_s / kTroubleHalfLifeS;
  if (halvings >= 10) return 0;
  const uint64_t from = kOne >> halvings;
  return from - from / 2 * (age_s % kTroubleHalfLifeS) / kTroubleHalfLifeS;
}

uint32_t Square(uint32_t grade_lacks, uint32_t max_ms) {
  return static_cast<uint32_t>(uint64_t{max_ms} * grade_lacks * grade_lacks /
                               (kGradeBest * kGradeBest));
}

}  // namespace

BufferRange StartBufferRange(uint32_t grade, uint32_t max_ms) {
  const uint32_t known = grade == 0 ? kGradeOrdinary : std::min(grade, kGradeBest);
  const uint32_t lacks = kGradeBest - known;
  return {Square(lacks, max_ms), Square(lacks + 1, max_ms)};
}

uint32_t ChooseStartBuffer(const BufferRange& range, uint32_t stalls, uint32_t retries,
                           uint32_t age_s) {
  const uint64_t troubles = std::min(stalls, kTroublesMax) + std::min(retries, kTroublesMax);
  const uint64_t trouble = troubles * Decay(age_s);
  // x / (1 + x): the first trouble goes half the way, the second a sixth more.
  const uint64_t width = range.max_ms - range.min_ms;
  const uint64_t wanted = range.min_ms + width * trouble / (trouble + kOne);
  const uint64_t rounded = (wanted + kStartBufferStepMs / 2) / kStartBufferStepMs;
  return static_cast<uint32_t>(rounded * kStartBufferStepMs);
}

}  // namespace nearcast::scheduler
