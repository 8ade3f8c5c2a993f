#include "base/bounded_queue.h"

#include <thread>

#include "gtest/gtest.h"

namespace nearcast {
namespace {

TEST(BoundedQueueTest, RefusesAndCountsWhenFull) {
  BoundedQueue<int> queue(2);
  EXPECT_TRUE(queue.TryPush(1));
  EXPECT_TRUE(queue.TryPush(2));
  EXPECT_FALSE(queue.TryPush(3));
  EXPECT_EQ(queue.dropped(), 1u);
  EXPECT_EQ(queue.Pop(absl::ZeroDuration()), 1);
  EXPECT_EQ(queue.Pop(absl::ZeroDuration()), 2);
  EXPECT_EQ(queue.Pop(absl::ZeroDuration()), std::nullopt);
}

TEST(BoundedQueueTest, CloseWakesTheConsumerAndKeepsWhatIsQueued) {
  BoundedQueue<int> queue(2);
  ASSERT_TRUE(queue.TryPush(1));
  std::thread closer([&queue] { queue.Close(); });
  EXPECT_EQ(queue.Pop(absl::Seconds(30)), 1);
  EXPECT_EQ(queue.Pop(absl::Seconds(30)), std::nullopt);
  closer.join();
  EXPECT_FALSE(queue.TryPush(2));
}

}  // namespace
}  // namespace nearcast
