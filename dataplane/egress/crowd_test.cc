#include "dataplane/egress/crowd.h"

#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

TEST(CrowdTest, IsOverAPauseAfterTheLastArrival) {
  Crowd crowd;
  EXPECT_FALSE(crowd.IsArriving(1000));
  crowd.NoteArrival(1000);
  EXPECT_TRUE(crowd.IsArriving(1000 + Crowd::kPauseMs - 1));
  EXPECT_FALSE(crowd.IsArriving(1000 + Crowd::kPauseMs));
}

TEST(CrowdTest, IsNotWaitedForForEver) {
  Crowd crowd;
  int64_t now_ms = 1000;
  for (; now_ms < 1000 + Crowd::kMsMax; ++now_ms) {
    crowd.NoteArrival(now_ms);
    EXPECT_TRUE(crowd.IsArriving(now_ms)) << now_ms;
  }
  for (; now_ms < 9000; ++now_ms) {
    crowd.NoteArrival(now_ms);
    EXPECT_FALSE(crowd.IsArriving(now_ms)) << now_ms;
  }
  crowd.NoteArrival(now_ms + Crowd::kPauseMs);
  EXPECT_TRUE(crowd.IsArriving(now_ms + Crowd::kPauseMs)) << "after a pause it is another crowd";
}

}  // namespace
}  // namespace nearcast::egress
