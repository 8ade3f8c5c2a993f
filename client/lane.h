// Lane: one thread that does pieces of work in order, from a bounded queue.
#ifndef CLIENT_LANE_H_
#define CLIENT_LANE_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "base/bounded_queue.h"

namespace nearcast::client {

class Lane {
 public:
  using Work = std::function<void()>;

  // `between` runs on the lane's thread after each piece of work, and every `tick` when there is
  // none. May be null.
  Lane(size_t capacity, absl::Duration tick, Work between)
      : queue_(capacity), thread_([this, tick, between] { Run(tick, between); }) {}

  ~Lane() { Close(); }
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  // False when the queue is full or the lane closed. Any thread.
  [[nodiscard]] bool TryPush(Work work) { return queue_.TryPush(std::move(work)); }

  // Forgets what waits, and returns when what runs has ended. One thread, not the lane's own.
  void Close() {
    queue_.Close();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void Run(absl::Duration tick, const Work& between) {
    while (!queue_.closed()) {
      const std::optional<Work> work = queue_.Pop(tick);
      if (queue_.closed()) return;
      if (work) (*work)();
      if (between) between();
    }
  }

  BoundedQueue<Work> queue_;
  std::thread thread_;
};

}  // namespace nearcast::client

#endif  // CLIENT_LANE_H_
