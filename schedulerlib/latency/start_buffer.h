// The start buffer: how much a player collects before it goes on after the first frame.
//
// Each network grade has its own part of [0, max]: 0 on the best network, the parts growing as the
// square of what the grade lacks, so that they grow faster the worse it is. Within its part a viewer
// stands the higher the more it stalled and retried lately; what is long past counts less, and each
// further stall adds less than the one before.
#ifndef SCHEDULERLIB_LATENCY_START_BUFFER_H_
#define SCHEDULERLIB_LATENCY_START_BUFFER_H_

#include <cstdint>

namespace nearcast::scheduler {

inline constexpr uint32_t kGradeBest = 8;
inline constexpr uint32_t kGradeOrdinary = 6;  // taken for a viewer whose grade is unknown (0)

// Answers are multiples of this: few different ones, so that what is written for one viewer serves
// many.
inline constexpr uint32_t kStartBufferStepMs = 50;

// What has happened counts half after this.
inline constexpr uint32_t kTroubleHalfLifeS = 300;

struct BufferRange {
  uint32_t min_ms = 0;
  uint32_t max_ms = 0;

  bool operator==(const BufferRange&) const = default;
};

// The part of [0, max_ms] that a grade (0 to 8) has. The parts of grades 8 to 1 meet at their ends.
BufferRange StartBufferRange(uint32_t grade, uint32_t max_ms);

// A multiple of kStartBufferStepMs within `range`, as near as such steps come. `stalls` and
// `retries` are those of the last session, which ended `age_s` ago.
uint32_t ChooseStartBuffer(const BufferRange& range, uint32_t stalls, uint32_t retries,
                           uint32_t age_s);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_LATENCY_START_BUFFER_H_
