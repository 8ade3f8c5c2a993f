#include "dataplane/egress/send_batch.h"

#include <string>

#include "dataplane/stream/frame_builder.h"
#include "dataplane/stream/gop_start.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

using stream::Cursor;
using stream::FrameRing;

// A GOP of five frames with this letter in them.
void AppendGop(char letter, int64_t dts_ms, FrameRing* ring) {
  for (int i = 0; i < 5; ++i) {
    const auto role = i == 0 ? stream::FrameRole::kVideoKey : stream::FrameRole::kVideoInter;
    ring->Append(stream::BuildFrame(role, dts_ms + i * 40, std::string(100, letter)));
  }
}

Cursor StartOf(const FrameRing& ring) {
  return Cursor::At(stream::FindStart(ring, {}), stream::Wanted::kEverything);
}

// Everything that the batch would send.
std::string BytesOf(SendBatch* batch) {
  std::string bytes;
  for (size_t i = 0; i < batch->iovec_count(); ++i) {
    const iovec& piece = batch->frames_begin()[i];
    bytes.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  return bytes;
}

class SendBatchTest : public testing::Test {
 protected:
  SendBatchTest() { AppendGop('a', 0, &ring_); }

  std::string Prepare(const FrameRing& ring) {
    batch_.Prepare(ring, StartOf(ring), Wire::kFlv, 1u << 20);
    return BytesOf(&batch_);
  }

  SendBatch batch_;
  FrameRing ring_{stream::RingBounds{}};
};

TEST_F(SendBatchTest, IsTheSameForTheNextViewerAtThatPlaceInOnePiece) {
  const std::string bytes = Prepare(ring_);
  EXPECT_EQ(batch_.iovec_count(), 5u);
  EXPECT_EQ(Prepare(ring_), bytes);
  EXPECT_EQ(batch_.iovec_count(), 1u);
  EXPECT_EQ(batch_.frame_bytes(), bytes.size());
}

// Streams that began together have the same numbers, and their viewers are served in turns.
TEST_F(SendBatchTest, OfAnotherRingIsAnotherBatchAlthoughItsViewerStandsAtTheSameNumber) {
  FrameRing other{stream::RingBounds{}};
  AppendGop('b', 0, &other);
  const std::string bytes = Prepare(ring_);
  const std::string other_bytes = Prepare(other);
  EXPECT_NE(bytes.find('a'), std::string::npos);
  EXPECT_EQ(bytes.find('b'), std::string::npos);
  EXPECT_NE(other_bytes.find('b'), std::string::npos);
  EXPECT_EQ(other_bytes.find('a'), std::string::npos);
  EXPECT_EQ(Prepare(ring_), bytes);
}

TEST_F(SendBatchTest, IsMadeAgainWhenTheRingHasMore) {
  const std::string bytes = Prepare(ring_);
  ring_.Append(stream::Inter(200));
  EXPECT_GT(Prepare(ring_).size(), bytes.size());
}

TEST_F(SendBatchTest, IsMadeAgainWhenAnotherRingHasGotTheAddress) {
  Prepare(ring_);
  FrameRing other{stream::RingBounds{}};
  AppendGop('b', 0, &other);
  ring_ = other;
  batch_.Invalidate();
  EXPECT_EQ(Prepare(ring_).find('a'), std::string::npos);
}

}  // namespace
}  // namespace nearcast::egress
