// The law of first-frame delay, by experiment: a publisher in simulated time, 500 viewers who come
// when they like.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "dataplane/stream/cursor.h"
#include "dataplane/stream/gop_start.h"
#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::stream {
namespace {

constexpr int64_t kFrameMs = 40;
constexpr int kViewers = 500;
constexpr int64_t kHourMs = 3'600'000;

struct Law {
  const char* name;
  int64_t gop_ms;
  StartRequest request;
  int64_t delay_ms_min;
  int64_t delay_ms_max;
};

// A live stream: Pictures and sound up to a moment of simulated time.
class LiveStream {
 public:
  explicit LiveStream(int64_t gop_ms)
      : gop_ms_(gop_ms),
        publication_(hub_.Publish("live/a", {}, 0).value()),
        replica_(publication_->stream()->bounds()) {
    EXPECT_TRUE(publication_->Push(FrameRole::kVideoHeader, 0, "avcC", 0).ok());
    EXPECT_TRUE(publication_->Push(FrameRole::kAudioHeader, 0, "asc", 0).ok());
  }

  const FrameRing& At(int64_t now_ms) {
    for (; next_ms_ <= now_ms; next_ms_ += kFrameMs) {
      const bool key = next_ms_ % gop_ms_ == 0;
      Push(key ? FrameRole::kVideoKey : FrameRole::kVideoInter, std::string(key ? 400 : 40, 'v'));
      Push(FrameRole::kAudio, "a");
      if (next_ms_ >= 2 * gop_ms_) {
        EXPECT_GE(publication_->stream()->Status(next_ms_).cached_keyframes, 2u);
      }
    }
    publication_->stream()->SyncReplica(&replica_);
    return replica_;
  }

 private:
  void Push(FrameRole role, const std::string& payload) {
    ASSERT_TRUE(publication_->Push(role, static_cast<uint32_t>(next_ms_), payload, next_ms_).ok());
  }

  const int64_t gop_ms_;
  int64_t next_ms_ = 0;
  Hub hub_{HubOptions{}};
  std::unique_ptr<Publication> publication_;
  FrameRing replica_;
};

// How old the first frame is that a viewer gets who comes now.
int64_t FirstFrameDelay(const FrameRing& ring, const StartRequest& request, int64_t now_ms) {
  Cursor cursor = Cursor::At(FindStart(ring, request), request.wanted);
  std::array<const Frame*, 1> first{};
  EXPECT_EQ(cursor.Collect(ring, {}, absl::MakeSpan(first)), 1u);
  EXPECT_EQ(first[0]->role(), FrameRole::kVideoKey);
  return now_ms - first[0]->dts_ms();
}

std::vector<int64_t> DelaysOf(const Law& law) {
  std::mt19937 random(17);
  std::uniform_int_distribution<int64_t> moment(4 * law.gop_ms + 10'000, kHourMs);
  std::vector<int64_t> arrivals(kViewers);
  for (int64_t& arrival : arrivals) arrival = moment(random);
  std::sort(arrivals.begin(), arrivals.end());
  LiveStream stream(law.gop_ms);
  std::vector<int64_t> delays;
  for (int64_t arrival : arrivals) {
    delays.push_back(FirstFrameDelay(stream.At(arrival), law.request, arrival));
  }
  std::sort(delays.begin(), delays.end());
  return delays;
}

double Mean(const std::vector<int64_t>& delays) {
  double sum = 0;
  for (int64_t delay : delays) sum += static_cast<double>(delay);
  return sum / static_cast<double>(delays.size());
}

// The largest distance between the sorted delays' distribution and the uniform one
// (Kolmogorov–Smirnov).
double DistanceFromUniform(const std::vector<int64_t>& delays, const Law& law) {
  double worst = 0;
  const auto count = static_cast<double>(delays.size());
  for (size_t i = 0; i < delays.size(); ++i) {
    const double expected = static_cast<double>(delays[i] - law.delay_ms_min) /
                            static_cast<double>(law.delay_ms_max - law.delay_ms_min);
    const auto rank = static_cast<double>(i);
    worst = std::max(
        {worst, std::fabs(expected - rank / count), std::fabs(expected - (rank + 1) / count)});
  }
  return worst;
}

class GopStartLawTest : public testing::TestWithParam<Law> {};

TEST_P(GopStartLawTest, FirstFrameDelayIsUniformOverOneGop) {
  const Law& law = GetParam();
  const std::vector<int64_t> delays = DelaysOf(law);
  const double distance = DistanceFromUniform(delays, law);
  const double critical = 1.63 / std::sqrt(kViewers);  // level 0.01
  std::printf("%s: %d viewers, delay %lld..%lld ms, mean %.0f (law %.0f), K-S %.4f (limit %.4f)\n",
              law.name, kViewers, static_cast<long long>(delays.front()),
              static_cast<long long>(delays.back()), Mean(delays),
              static_cast<double>(law.delay_ms_min + law.delay_ms_max) / 2, distance, critical);
  EXPECT_GE(delays.front(), law.delay_ms_min);
  EXPECT_LE(delays.back(), law.delay_ms_max + kFrameMs);
  EXPECT_LT(distance, critical);
  // Three standard errors of a uniform sample's mean, and half a frame of rounding.
  const double g = static_cast<double>(law.gop_ms);
  EXPECT_NEAR(Mean(delays), static_cast<double>(law.delay_ms_min + law.delay_ms_max) / 2,
              3 * g / std::sqrt(12.0 * kViewers) + kFrameMs / 2.0);
}

using enum GopCachePolicy;
INSTANTIATE_TEST_SUITE_P(
    , GopStartLawTest,
    testing::Values(Law{"Lower1800Gop2s", 2000, {kLowerLimit, 1800}, 1800, 3800},
                    Law{"Lower1800Gop5s", 5000, {kLowerLimit, 1800}, 1800, 6800},
                    Law{"Lower6000Gop2s", 2000, {kLowerLimit, 6000}, 6000, 8000},
                    Law{"Lower0Gop5s", 5000, {kLowerLimit, 0}, 0, 5000},
                    Law{"Upper6000Gop2s", 2000, {kUpperLimit, 6000}, 4000, 6000},
                    Law{"Upper6000Gop5s", 5000, {kUpperLimit, 6000}, 1000, 6000},
                    // A limit below the GOP: the newest keyframe, whatever its age.
                    Law{"Upper1000Gop2s", 2000, {kUpperLimit, 1000}, 0, 2000}),
    [](const testing::TestParamInfo<Law>& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace nearcast::stream
