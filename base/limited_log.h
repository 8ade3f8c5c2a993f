// LimitedLog: lines of one kind that anybody outside can cause, as often as he likes: a refused
// connection, a request for what is not there. The first of them are written and the others counted,
// so that a flood of connections is no flood of the log.
//
//   LimitedLog refused;
//   refused.Info("rtmp {}: {}", address, reason);
//
//   rtmp 192.0.2.7:41522: silent for too long (3120 more like this in the last 14 s)
//
// At most kLinesMax lines in kWindow; the number of those left out stands in the next one that is
// written. Thread rule: any thread.
#ifndef BASE_LIMITED_LOG_H_
#define BASE_LIMITED_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "spdlog/spdlog.h"

namespace nearcast {

class LimitedLog {
 public:
  static constexpr int kLinesMax = 10;
  static constexpr absl::Duration kWindow = absl::Seconds(10);

  // `clock` outlives it.
  explicit LimitedLog(const Clock* clock = Clock::System()) : clock_(clock) {}

  template <typename... Args>
  void Info(spdlog::format_string_t<Args...> text, Args&&... args) {
    Write(spdlog::level::info, text, std::forward<Args>(args)...);
  }

  template <typename... Args>
  void Warn(spdlog::format_string_t<Args...> text, Args&&... args) {
    Write(spdlog::level::warn, text, std::forward<Args>(args)...);
  }

 private:
  // What a line that is to be written ends with; nothing when it is left out.
  std::optional<std::string> Admit();

  template <typename... Args>
  void Write(spdlog::level::level_enum level, spdlog::format_string_t<Args...> text,
             Args&&... args) {
    const std::optional<std::string> end = Admit();
    if (end) spdlog::log(level, "{}{}", fmt::format(text, std::forward<Args>(args)...), *end);
  }

  const Clock* const clock_;
  absl::Mutex mutex_;
  absl::Duration window_at_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();
  absl::Duration written_at_ ABSL_GUARDED_BY(mutex_);
  int written_ ABSL_GUARDED_BY(mutex_) = 0;  // in this window
  uint64_t left_out_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nearcast

#endif  // BASE_LIMITED_LOG_H_
