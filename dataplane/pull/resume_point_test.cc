#include "dataplane/pull/resume_point.h"

#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::pull {
namespace {

using media::FrameKind;

// Frames (kind, dts) of a source from `first` to `last` ms: video each 40 ms, audio each 20 ms.
std::vector<std::pair<FrameKind, uint32_t>> SourceFrames(uint32_t first, uint32_t last) {
  std::vector<std::pair<FrameKind, uint32_t>> frames;
  for (uint32_t dts = first; dts != last; dts += 20) {
    if (dts % 40 == 0) frames.emplace_back(FrameKind::kVideo, dts);
    frames.emplace_back(FrameKind::kAudio, dts);
  }
  return frames;
}

std::vector<std::pair<FrameKind, uint32_t>> Taken(
    ResumePoint* point, const std::vector<std::pair<FrameKind, uint32_t>>& frames) {
  std::vector<std::pair<FrameKind, uint32_t>> taken;
  for (const auto& frame : frames) {
    if (point->Admit(frame.first, frame.second, false)) taken.push_back(frame);
  }
  return taken;
}

TEST(ResumePointTest, TwoAgreeingSourcesJoinWithoutGapOrDouble) {
  for (uint32_t start : {0u, 1'000'000u, 0xFFFFF000u}) {
    ResumePoint point;
    EXPECT_EQ(point.Begin(start), ResumePoint::Clock::kNew);
    auto all = Taken(&point, SourceFrames(start, start + 5000));
    EXPECT_EQ(point.Begin(start + 2000), ResumePoint::Clock::kSame);
    const auto more = Taken(&point, SourceFrames(start + 2000, start + 9000));
    all.insert(all.end(), more.begin(), more.end());
    EXPECT_EQ(all, SourceFrames(start, start + 9000)) << start;
  }
}

TEST(ResumePointTest, ARestartedOriginIsTakenWhole) {
  ResumePoint point;
  point.Begin(0);
  Taken(&point, SourceFrames(0, 200'000));
  EXPECT_EQ(point.Begin(0), ResumePoint::Clock::kNew);
  EXPECT_EQ(Taken(&point, SourceFrames(0, 1000)), SourceFrames(0, 1000));
}

TEST(ResumePointTest, HeadersAlwaysPass) {
  ResumePoint point;
  point.Begin(0);
  Taken(&point, SourceFrames(0, 1000));
  point.Begin(0);
  EXPECT_TRUE(point.Admit(FrameKind::kVideo, 0, true));
  EXPECT_FALSE(point.Admit(FrameKind::kVideo, 0, false));
}

}  // namespace
}  // namespace nearcast::pull
