// BoundedQueue: many producers, one consumer, a fixed bound. A full queue refuses; the refusal is
// counted.
#ifndef BASE_BOUNDED_QUEUE_H_
#define BASE_BOUNDED_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace nearcast {

// Thread rule: any thread may push; Pop belongs to one consumer thread; Close may come from
// anywhere.
template <typename T>
class BoundedQueue {
 public:
  // `capacity_items` > 0.
  explicit BoundedQueue(size_t capacity_items) : capacity_(capacity_items) {}

  // False when the queue is full or closed: the item is gone and counted in dropped().
  [[nodiscard]] bool TryPush(T item) {
    absl::MutexLock lock(&mutex_);
    if (closed_ || items_.size() >= capacity_) {
      ++dropped_;
      return false;
    }
    items_.push_back(std::move(item));
    return true;
  }

  // Waits at most `wait` for an item. Nothing when the time is over, or when the queue is closed
  // and empty.
  std::optional<T> Pop(absl::Duration wait) {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &BoundedQueue::HasWork), wait);
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  // Refuses whatever comes after; what is queued can still be popped.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
  }

  bool closed() const {
    absl::MutexLock lock(&mutex_);
    return closed_;
  }

  uint64_t dropped() const {
    absl::MutexLock lock(&mutex_);
    return dropped_;
  }

 private:
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return closed_ || !items_.empty(); }

  const size_t capacity_;
  mutable absl::Mutex mutex_;
  std::deque<T> items_ ABSL_GUARDED_BY(mutex_);
  uint64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace nearcast

#endif  // BASE_BOUNDED_QUEUE_H_
