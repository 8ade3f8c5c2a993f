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

// Numbers of frames 0 to 999 as a source sends them: some from `first` on, up to `end`.
std::vector<uint32_t> TakenNumbers(NumberedResume* resume, uint32_t timeline, uint32_t first,
                                   uint32_t end, uint32_t* missed) {
  std::vector<uint32_t> taken;
  for (uint32_t seq = first; seq != end; ++seq) {
    const NumberedResume::Verdict verdict = resume->Admit({timeline, seq}, false);
    if (verdict.take) taken.push_back(seq);
    *missed += verdict.missed;
  }
  return taken;
}

TEST(NumberedResumeTest, SourcesJoinExactlyWhereverTheFirstOneBroke) {
  for (uint32_t start : {0u, 5'000u, 0xFFFFFF80u}) {
    for (uint32_t broke = 1; broke < 200; ++broke) {
      NumberedResume resume;
      uint32_t missed = 0;
      auto all = TakenNumbers(&resume, 9, start, start + broke, &missed);
      const uint32_t back = broke / 2;  // where the next source's cache begins
      const auto more = TakenNumbers(&resume, 9, start + back, start + 300, &missed);
      all.insert(all.end(), more.begin(), more.end());
      ASSERT_EQ(all.size(), 300u);
      for (uint32_t i = 0; i < 300; ++i) ASSERT_EQ(all[i], start + i);
      EXPECT_EQ(missed, 0u);
    }
  }
}

TEST(NumberedResumeTest, WhatIsMissingIsCounted) {
  NumberedResume resume;
  uint32_t missed = 0;
  TakenNumbers(&resume, 9, 0, 100, &missed);
  EXPECT_EQ(TakenNumbers(&resume, 9, 130, 140, &missed).size(), 10u);
  EXPECT_EQ(missed, 30u);
}

TEST(NumberedResumeTest, AnotherTimelineIsTakenWhole) {
  NumberedResume resume;
  uint32_t missed = 0;
  TakenNumbers(&resume, 9, 0, 100, &missed);
  EXPECT_EQ(TakenNumbers(&resume, 10, 0, 100, &missed).size(), 100u);
  EXPECT_EQ(resume.timeline(), 10u);
  EXPECT_EQ(missed, 0u);
}

TEST(NumberedResumeTest, AConfigurationGoesWithTheFrameThatItPrecedes) {
  NumberedResume resume;
  EXPECT_TRUE(resume.Admit({9, 3}, true).take) << "in force when the source begins";
  EXPECT_EQ(resume.Admit({9, 50}, false).missed, 0u) << "the source's cache begins there";
  EXPECT_FALSE(resume.Admit({9, 40}, true).take) << "known with its frame";
  EXPECT_TRUE(resume.Admit({9, 51}, true).take);
  EXPECT_TRUE(resume.Admit({9, 51}, false).take);
  EXPECT_FALSE(resume.Admit({9, 51}, true).take);
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
