// ManualLoop: a serving thread's loop that runs when the test says so, on a clock that the test sets.
//
//   ManualLoop loop;
//   loop.now_ms += 40;
//   loop.Run();
#ifndef DATAPLANE_EGRESS_MANUAL_LOOP_H_
#define DATAPLANE_EGRESS_MANUAL_LOOP_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <utility>

#include "dataplane/egress/loop.h"

namespace nearcast::egress {

// For tests. Thread rule: one thread.
class ManualLoop : public Loop {
 public:
  void Post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  void PostAfter(int64_t ms, std::function<void()> task) override {
    later_.emplace(now_ms + ms, std::move(task));
  }
  int64_t NowMs() const override { return now_ms; }

  // All that is due, and then (unless time is held) all that time brings.
  void Run() {
    RunDue();
    while (!later_.empty() && !held) {
      now_ms = std::max(now_ms, later_.begin()->first);
      RunDue();
    }
  }

  void RunDue() {
    for (; !later_.empty() && later_.begin()->first <= now_ms; later_.erase(later_.begin())) {
      tasks_.push_back(std::move(later_.begin()->second));
    }
    while (!tasks_.empty()) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }

  // Tasks that are posted, or wait for their time.
  size_t waiting() const { return tasks_.size() + later_.size(); }

  int64_t now_ms = 1'000'000;
  bool held = false;

 private:
  std::deque<std::function<void()>> tasks_;
  std::multimap<int64_t, std::function<void()>> later_;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_MANUAL_LOOP_H_
