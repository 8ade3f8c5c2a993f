// AudioClock: when each sound frame begins, on the clock of its samples.
//
// A publisher's timestamps are whole milliseconds; frames last 23.22 ms or so. Players hear (and
// count as gaps) what rounding makes of that. So a frame begins where the one before ended, as long
// as that is within kToleranceMs of its timestamp; else (a gap, a clock that drifts) its timestamp
// counts. Gateways from MPEG-TS give many frames, all of one packet, one timestamp: such a batch is
// laid out one after the other.
#ifndef DATAPLANE_MEDIA_AUDIO_CLOCK_H_
#define DATAPLANE_MEDIA_AUDIO_CLOCK_H_

#include <cstdint>
#include <cstdlib>

namespace nearcast::media {

// Thread rule: any thread, one at a time.
class AudioClock {
 public:
  static constexpr int64_t kToleranceMs = 40;

  explicit AudioClock(uint32_t sample_hz) : hz_(sample_hz) {}

  // What frames of one timestamp may last together: sixteen of AAC are 341 ms.
  static constexpr int64_t kBatchMsMax = 1'000;

  // The first sample of a frame of `samples` samples with timestamp `dts_ms`. Never goes back.
  int64_t Begin(int64_t dts_ms, uint32_t samples) {
    const int64_t stamped = dts_ms * hz_ / 1000;
    const int64_t apart = stamped - next_;
    const bool batch = dts_ms == last_dts_ms_ && -apart <= kBatchMsMax * hz_ / 1000;
    const bool near = batch || (next_ >= 0 && std::abs(apart) <= kToleranceMs * hz_ / 1000);
    last_dts_ms_ = dts_ms;
    const int64_t begin = near || apart < 0 ? next_ : stamped;
    // Sound that runs ahead of its timestamps is not thrown back but waits for them to come up.
    next_ = begin + (apart < 0 && !near ? 1 : samples);
    return begin;
  }

 private:
  const int64_t hz_;
  int64_t next_ = -1;
  int64_t last_dts_ms_ = -1;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_AUDIO_CLOCK_H_
