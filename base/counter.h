// Counter: an event count with one writing thread and any number of readers.
//
// A component keeps its counters in a plain struct of these, one struct per thread, and states
// above it how they sum up. The reader adds the structs of all threads. Adding is a plain load and
// store, without a locked instruction.
#ifndef BASE_COUNTER_H_
#define BASE_COUNTER_H_

#include <atomic>
#include <cstdint>

namespace nearcast {

class Counter {
 public:
  // The owning thread only.
  void Add(uint64_t n = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  // Any thread.
  uint64_t Get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

}  // namespace nearcast

#endif  // BASE_COUNTER_H_
