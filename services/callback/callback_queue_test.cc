#include "services/callback/callback_queue.h"

#include <map>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::callback {
namespace {

CallbackEvent Event(const std::string& stream, const std::string& body) {
  return {stream, "http://room.example/", "", body};
}

std::string TakeBody(CallbackQueue& queue, absl::Duration now) {
  const auto event = queue.Take(now);
  return event ? event->stream + ":" + event->body : "";
}

TEST(CallbackQueueTest, AStreamsEventsGoOneAfterTheOther) {
  CallbackQueue queue(10);
  queue.Push(Event("a", "1"), absl::ZeroDuration());
  queue.Push(Event("a", "2"), absl::ZeroDuration());
  queue.Push(Event("b", "1"), absl::ZeroDuration());
  EXPECT_EQ(TakeBody(queue, absl::ZeroDuration()), "a:1");
  EXPECT_EQ(TakeBody(queue, absl::ZeroDuration()), "b:1");
  EXPECT_EQ(TakeBody(queue, absl::ZeroDuration()), "");  // a's second waits for its first
  queue.Done("a", true, absl::ZeroDuration());
  EXPECT_EQ(TakeBody(queue, absl::ZeroDuration()), "a:2");
}

TEST(CallbackQueueTest, WhatFailsIsTriedAgainAfterGrowingPausesAndThenGivenUp) {
  CallbackQueue queue(10);
  queue.Push(Event("a", "1"), absl::ZeroDuration());
  queue.Push(Event("a", "2"), absl::ZeroDuration());
  std::vector<int> pauses;
  absl::Duration now;
  while (queue.totals().given_up == 0) {
    ASSERT_EQ(TakeBody(queue, now), "a:1");
    queue.Done("a", false, now);
    if (queue.totals().given_up > 0) break;
    EXPECT_EQ(TakeBody(queue, now), "");
    pauses.push_back(absl::ToInt64Seconds(queue.NextDue() - now));
    now = queue.NextDue();
  }
  EXPECT_EQ(pauses, (std::vector<int>{1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60}));
  EXPECT_EQ(queue.totals().retried, 11u);
  EXPECT_EQ(TakeBody(queue, now), "a:2");
  queue.Done("a", true, now);
  EXPECT_EQ(queue.totals().sent, 1u);
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_EQ(queue.NextDue(), absl::InfiniteDuration());
}

TEST(CallbackQueueTest, AFullQueueRefusesAndCounts) {
  CallbackQueue queue(2);
  for (const char* body : {"1", "2", "3"}) queue.Push(Event("a", body), absl::ZeroDuration());
  EXPECT_EQ(queue.totals().refused, 1u);
  EXPECT_EQ(queue.size(), 2u);
}

TEST(CallbackQueueTest, WhateverFailsTheOrderOfAStreamHoldsAndNothingIsLost) {
  std::mt19937 random(7);
  CallbackQueue queue(100'000);
  std::map<std::string, int> pushed;
  std::map<std::string, int> delivered;
  absl::Duration now;
  for (int step = 0; step < 20'000; ++step) {
    const std::string stream(1, static_cast<char>('a' + random() % 5));
    if (step < 5'000) queue.Push(Event(stream, std::to_string(pushed[stream]++)), now);
    if (const auto event = queue.Take(now)) {
      const bool ok = random() % 4 != 0;
      if (ok) {
        EXPECT_EQ(event->body, std::to_string(delivered[event->stream]++));
      }
      queue.Done(event->stream, ok, now);
    } else if (queue.NextDue() != absl::InfiniteDuration()) {
      now = queue.NextDue();
    }
  }
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_EQ(delivered, pushed);
}

}  // namespace
}  // namespace nearcast::callback
