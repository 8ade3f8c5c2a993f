// Loop: a serving thread, as the code that runs on it sees it.
#ifndef DATAPLANE_EGRESS_LOOP_H_
#define DATAPLANE_EGRESS_LOOP_H_

#include <cstdint>
#include <functional>
#include <utility>

namespace nearcast::egress {

// Thread rule: any thread.
class Loop {
 public:
  virtual ~Loop() = default;

  // Runs `task` on this thread soon, after what is already due. Any thread.
  virtual void Post(std::function<void()> task) = 0;

  // Runs `task` on this thread after `ms` or so; a loop without timers runs it with what is due. From
  // this thread.
  virtual void PostAfter(int64_t ms, std::function<void()> task) {
    (void)ms;
    Post(std::move(task));
  }

  // Monotonic milliseconds. Any thread.
  virtual int64_t NowMs() const = 0;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_LOOP_H_
