#include "dataplane/stream/queue_bound.h"

#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

using enum QueueClass;

TEST(QueueBoundTest, FollowsClassJitterAndPath) {
  struct Case {
    const char* name;
    QueueWish wish;
    int64_t jitter_ms;
    PathReading path;
    int64_t stream_bits_per_s;
    int64_t bound_ms;
  };
  const Case cases[] = {
      {"latency, good path", {kLatency}, 0, {}, 1'000'000, 400},
      {"latency, long path", {kLatency}, 0, {.rtt_ms = 80}, 1'000'000, 560},
      {"latency, some jitter", {kLatency}, 200, {}, 1'000'000, 800},
      {"latency, much jitter", {kLatency}, 5000, {}, 1'000'000, 1500},
      {"latency, jitter on a path that is too narrow",
       {kLatency},
       5000,
       {.bits_per_s = 500'000},
       1'000'000,
       400},
      {"smooth, good path", {kSmooth}, 0, {}, 1'000'000, 2000},
      {"smooth, some jitter", {kSmooth}, 500, {.bits_per_s = 2'000'000}, 1'000'000, 3000},
      {"smooth, much jitter", {kSmooth}, 5000, {}, 0, 4000},
      {"named", {kSmooth, 300}, 5000, {.rtt_ms = 900}, 1'000'000, 300},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ChooseQueueBound(c.wish, c.jitter_ms, c.path, c.stream_bits_per_s), c.bound_ms)
        << c.name;
  }
}

}  // namespace
}  // namespace nearcast::stream
