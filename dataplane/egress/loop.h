// Loop: a serving thread, as the code that runs on it sees it.
#ifndef DATAPLANE_EGRESS_LOOP_H_
#define DATAPLANE_EGRESS_LOOP_H_

#include <cstdint>
#include <functional>

namespace nearcast::egress {

// Thread rule: any thread.
class Loop {
 public:
  virtual ~Loop() = default;

  // Runs `task` on this thread soon, after what is already due. Any thread.
  virtual void Post(std::function<void()> task) = 0;

  // Monotonic milliseconds. Any thread.
  virtual int64_t NowMs() const = 0;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_LOOP_H_
