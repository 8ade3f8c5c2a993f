// EndingLog: which publishers have said of late that they end (FCUnpublish, deleteStream, the end of a
// POST): told in every report for a while, so that a lost report costs nothing.
#ifndef DATAPLANE_INGEST_ENDING_LOG_H_
#define DATAPLANE_INGEST_ENDING_LOG_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace nearcast::ingest {

struct Ending {
  std::string stream;   // app/name
  uint64_t number = 0;  // ascending
  int64_t at_ms = 0;    // monotonic
};

// Thread rule: any thread.
class EndingLog {
 public:
  static constexpr int64_t kToldMs = 10'000;
  static constexpr size_t kEndingsMax = 1'000;  // the oldest make room: they have been told most

  void Add(std::string stream, int64_t now_ms) {
    absl::MutexLock lock(&mutex_);
    if (endings_.size() >= kEndingsMax) endings_.pop_front();
    endings_.push_back({std::move(stream), ++last_, now_ms});
  }

  // Oldest first.
  std::vector<Ending> Recent(int64_t now_ms) {
    absl::MutexLock lock(&mutex_);
    while (!endings_.empty() && now_ms - endings_.front().at_ms > kToldMs) endings_.pop_front();
    return {endings_.begin(), endings_.end()};
  }

 private:
  absl::Mutex mutex_;
  uint64_t last_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<Ending> endings_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_ENDING_LOG_H_
