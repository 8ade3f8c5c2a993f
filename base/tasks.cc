#include "base/tasks.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace nearcast {

void RunInTurn(size_t count, Task task) {
  for (size_t i = 0; i < count; ++i) task(i);
}

void RunOnThreads(size_t threads_max, size_t count, Task task) {
  std::atomic<size_t> next = 0;
  const auto work = [&next, count, task] {
    for (size_t i = next++; i < count; i = next++) task(i);
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < std::min(threads_max, count); ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
}

}  // namespace nearcast
