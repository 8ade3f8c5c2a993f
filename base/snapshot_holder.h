// SnapshotHolder: one writer publishes immutable values, any number of threads read them without a
// lock.
//
//   SnapshotHolder<Snapshot> holder(std::make_shared<const Snapshot>());
//   holder.Publish(next);                        // the publisher's thread
//
//   SnapshotHolder<Snapshot>::Reader reader(&holder);   // one per reading thread
//   const Snapshot& now = reader.Get();          // one relaxed load and a compare, as long as
//   nothing changed
//
// How: Publish stores the new pointer under a mutex and then raises a generation number. A Reader
// keeps a private shared_ptr and looks at the generation; only when it differs does it take the
// mutex, once per change. Why: the common case touches no shared cache line that anyone writes, so
// readers do not slow each other. Trap: the reference from Get is valid until the same Reader's
// next Get; keep it for one question, not longer, and ask for it once per question, so that one
// answer is made from one snapshot.
#ifndef BASE_SNAPSHOT_HOLDER_H_
#define BASE_SNAPSHOT_HOLDER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "base/check.h"

namespace nearcast {

template <typename T>
class SnapshotHolder {
 public:
  // `first` must not be null: a reader always has something to answer from.
  explicit SnapshotHolder(std::shared_ptr<const T> first) : current_(std::move(first)) {
    NC_CHECK(current_ != nullptr);
  }

  SnapshotHolder(const SnapshotHolder&) = delete;
  SnapshotHolder& operator=(const SnapshotHolder&) = delete;

  // Makes `next` what every following Get returns. Any thread; calls are ordered by the mutex.
  void Publish(std::shared_ptr<const T> next) {
    NC_CHECK(next != nullptr);
    absl::MutexLock lock(&mutex_);
    current_.swap(next);  // the old value is released after the lock, with `next`
    generation_.fetch_add(1, std::memory_order_release);
  }

  // The current value, for callers that ask rarely. Takes the mutex.
  std::shared_ptr<const T> Current() const {
    absl::MutexLock lock(&mutex_);
    return current_;
  }

  // Belongs to one thread. Holds the last value it saw, so an idle reader keeps an old value alive
  // until it asks again.
  class Reader {
   public:
    explicit Reader(const SnapshotHolder* holder) : holder_(holder) {}

    const T& Get() { return *GetShared(); }

    // As Get, for callers that must keep the value beyond the next Get.
    const std::shared_ptr<const T>& GetShared() {
      const uint64_t seen = holder_->generation_.load(std::memory_order_acquire);
      if (seen != generation_ || value_ == nullptr) {
        absl::MutexLock lock(&holder_->mutex_);
        value_ = holder_->current_;
        generation_ = holder_->generation_.load(std::memory_order_relaxed);
      }
      return value_;
    }

   private:
    const SnapshotHolder* holder_;
    uint64_t generation_ = 0;
    std::shared_ptr<const T> value_;
  };

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const T> current_ ABSL_GUARDED_BY(mutex_);
  std::atomic<uint64_t> generation_{0};
};

}  // namespace nearcast

#endif  // BASE_SNAPSHOT_HOLDER_H_
