#include "base/tasks.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast {
namespace {

TEST(Tasks, RunInTurnRunsEachOnceInOrder) {
  std::vector<size_t> ran;
  RunInTurn(3, [&ran](size_t i) { ran.push_back(i); });
  EXPECT_EQ(ran, (std::vector<size_t>{0, 1, 2}));
}

TEST(Tasks, ThreadsRunEachOnceAndAllAreDoneAtTheEnd) {
  for (const size_t threads : {0, 1, 2, 7}) {
    for (const size_t count : {0, 1, 5, 1000}) {
      std::vector<std::atomic<int>> ran(count);
      RunOnThreads(threads, count, [&ran](size_t i) { ++ran[i]; });
      for (const auto& times : ran) EXPECT_EQ(times, 1);
    }
  }
}

TEST(Tasks, ThreadsRunAtTheSameTime) {
  std::atomic<int> began = 0;
  RunOnThreads(2, 2, [&began](size_t) {
    ++began;
    while (began < 2) std::this_thread::yield();
  });
  EXPECT_EQ(began, 2);
}

TEST(Tasks, OneThreadIsTheCallersOwn) {
  const auto caller = std::this_thread::get_id();
  RunOnThreads(1, 3, [caller](size_t) { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

}  // namespace
}  // namespace nearcast
