// Frames' numbers: the same on every node that has a stream from the same origin.
#include <memory>
#include <utility>
#include <vector>

#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

class Node {
 public:
  std::unique_ptr<Publication> Publish(PublisherIdentity identity = {}) {
    return hub_.Publish("live/a", std::move(identity), now_ms_).value();
  }

  std::vector<FrameRef> Frames() {
    FrameRing replica{RingBounds{}};
    hub_.Find("live/a")->SyncReplica(&replica);
    std::vector<FrameRef> frames;
    for (uint64_t seq = replica.begin_seq(); seq < replica.end_seq(); ++seq) {
      frames.push_back(replica.ref(seq));
    }
    return frames;
  }

  FrameId next() { return hub_.Find("live/a")->Status(now_ms_).next_frame; }
  int64_t now_ms_ = 1'000'000;

 private:
  Hub hub_{HubOptions{}};
};

// What the private link does with all that `from` has.
void Relay(Node* from, Node* to) {
  auto pull = to->Publish({.kind = PublisherKind::kPull, .timeline = from->next().timeline});
  for (const FrameRef& frame : from->Frames()) {
    const FrameId id = frame->id();
    if (pull->numbered()) {
      ASSERT_TRUE(
          pull->PushNumbered(frame->role(), frame->dts_ms(), id.seq, frame->payload(), 0).ok());
    } else {
      ASSERT_TRUE(pull->Push(frame->role(), static_cast<uint32_t>(frame->dts_ms()),
                             frame->payload(), 0)
                      .ok());
    }
  }
}

void PublishSome(Node* node) {
  auto push = node->Publish();
  ASSERT_TRUE(push->Push(FrameRole::kVideoHeader, 0, "avcC", 0).ok());
  ASSERT_TRUE(push->Push(FrameRole::kVideoKey, 0, "K", 0).ok());
  ASSERT_TRUE(push->Push(FrameRole::kAudio, 0, "a", 0).ok());
  ASSERT_TRUE(push->Push(FrameRole::kAudioHeader, 20, "asc", 0).ok());
  ASSERT_TRUE(push->Push(FrameRole::kVideoInter, 40, "p", 0).ok());
}

TEST(FrameNumbersTest, FramesAreCountedAndHeadersAreNot) {
  Node origin;
  PublishSome(&origin);
  std::vector<uint32_t> numbers;
  for (const FrameRef& frame : origin.Frames()) numbers.push_back(frame->id().seq);
  EXPECT_EQ(numbers, (std::vector<uint32_t>{0, 0, 1, 2, 2}));
  EXPECT_NE(origin.next().timeline, 0u);
  EXPECT_EQ(origin.next().seq, 3u);
}

TEST(FrameNumbersTest, TwoLevelsDownEachFrameHasItsNameAndTime) {
  Node origin, middle, edge;
  PublishSome(&origin);
  Relay(&origin, &middle);
  Relay(&middle, &edge);
  const auto first = origin.Frames();
  const auto last = edge.Frames();
  ASSERT_EQ(first.size(), last.size());
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i]->id().timeline, last[i]->id().timeline);
    EXPECT_EQ(first[i]->id().seq, last[i]->id().seq);
    EXPECT_EQ(first[i]->dts_ms(), last[i]->dts_ms());
  }
}

TEST(FrameNumbersTest, AReturningPublisherGoesOnCounting) {
  Node origin;
  PublishSome(&origin);
  const FrameId before = origin.next();
  origin.now_ms_ += 3'000;
  PublishSome(&origin);
  EXPECT_EQ(origin.next().timeline, before.timeline);
  EXPECT_EQ(origin.next().seq, before.seq + 3);
}

TEST(FrameNumbersTest, ARestartedOriginIsAnotherTimelineAndTheNodeGoesOnWithItsOwn) {
  Node origin, restarted, edge;
  PublishSome(&origin);
  PublishSome(&restarted);
  EXPECT_NE(origin.next().timeline, restarted.next().timeline);
  Relay(&origin, &edge);
  EXPECT_EQ(edge.next().timeline, origin.next().timeline);
  Relay(&restarted, &edge);
  EXPECT_NE(edge.next().timeline, origin.next().timeline);
  EXPECT_NE(edge.next().timeline, restarted.next().timeline);
  EXPECT_EQ(edge.next().seq, 6u);
  int64_t dts_ms = 0;
  for (const FrameRef& frame : edge.Frames()) {
    EXPECT_GE(frame->dts_ms() + 20, dts_ms) << "time goes on";
    dts_ms = frame->dts_ms();
  }
}

TEST(FrameNumbersTest, WhatIsPushedHereAfterAPullIsThisNodesOwn) {
  Node origin, edge;
  PublishSome(&origin);
  Relay(&origin, &edge);
  PublishSome(&edge);
  EXPECT_NE(edge.next().timeline, origin.next().timeline);
}

TEST(FrameNumbersTest, AGapThatIsKnownIsKept) {
  Node edge;
  PublishSome(&edge);
  edge.now_ms_ += 5'000;
  auto pull = edge.Publish({.kind = PublisherKind::kPull, .gap_ms = 40});
  ASSERT_TRUE(pull->Push(FrameRole::kVideoKey, 777, "K", 0).ok());
  EXPECT_EQ(edge.Frames().back()->dts_ms(), 80);
}

}  // namespace
}  // namespace nearcast::stream
