#include "dataplane/measure/delay_meter.h"

#include <deque>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::measure {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A network that the test writes: each address has a list of round trips, of which the last stays.
class WrittenTrips : public RoundTrips {
 public:
  void Write(const std::string& address, std::deque<std::optional<uint32_t>> trips) {
    absl::MutexLock lock(&mutex_);
    trips_[address] = std::move(trips);
  }

  void Begin(uint64_t id, const std::string& address, uint16_t port, int64_t timeout_ms) override {
    absl::MutexLock lock(&mutex_);
    auto& trips = trips_[address];
    ended_[id] = trips.empty() ? std::nullopt : trips.front();
    if (trips.size() > 1) trips.pop_front();
    most_ = std::max(most_, ended_.size());
  }

  void Wait(int64_t wait_ms, const Done& done) override {
    std::map<uint64_t, std::optional<uint32_t>> ended;
    {
      absl::MutexLock lock(&mutex_);
      const auto news = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
        return woken_ || !ended_.empty();
      };
      mutex_.AwaitWithTimeout(absl::Condition(&news), absl::Milliseconds(wait_ms));
      woken_ = false;
      ended.swap(ended_);
    }
    for (const auto& [id, us] : ended) done(id, us);
  }

  void Wake() override {
    absl::MutexLock lock(&mutex_);
    woken_ = true;
  }

  size_t most() {
    absl::MutexLock lock(&mutex_);
    return most_;
  }

 private:
  absl::Mutex mutex_;
  std::map<std::string, std::deque<std::optional<uint32_t>>> trips_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, std::optional<uint32_t>> ended_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  size_t most_ ABSL_GUARDED_BY(mutex_) = 0;  // at a time
};

class DelayMeterTest : public ::testing::Test {
 protected:
  DelayMeterTest() {
    auto trips = std::make_unique<WrittenTrips>();
    trips_ = trips.get();
    meter_ = std::make_unique<DelayMeter>(
        DelayMeterOptions{.seed = 1, .in_flight_max = 4, .targets_max = 100}, std::move(trips));
    meter_->Start();
  }

  static MeasureTarget Target(const std::string& name, const std::string& address) {
    return {.target = name, .address = address, .port = 80, .interval_ms = 5, .tries = 3};
  }

  // The first measurements that `control` gets; its targets must be measured at some time.
  std::vector<Measurement> Await(size_t control) {
    const absl::Time deadline = absl::Now() + absl::Seconds(20);
    std::vector<Measurement> taken;
    while (taken.empty() && absl::Now() < deadline) {
      taken = meter_->Take(control);
      if (taken.empty()) absl::SleepFor(absl::Milliseconds(1));
    }
    EXPECT_FALSE(taken.empty());
    return taken;
  }

  WrittenTrips* trips_ = nullptr;
  std::unique_ptr<DelayMeter> meter_;
};

TEST_F(DelayMeterTest, MeasurementIsTheLeastOfItsTries) {
  trips_->Write("192.0.2.1", {30'000, 12'000, 20'000});
  meter_->SetTargets(0, {Target("a", "192.0.2.1")});
  const auto found = Await(0);
  EXPECT_EQ(found[0].target, "a");
  EXPECT_EQ(found[0].tries, 3u);
  EXPECT_EQ(found[0].lost, 0u);
  EXPECT_TRUE(found[0].delay_us == 12'000 || found[0].delay_us == 20'000) << "or a later one";
}

TEST_F(DelayMeterTest, SilenceIsLossAndNoDelay) {
  trips_->Write("192.0.2.1", {std::nullopt});
  meter_->SetTargets(0, {Target("a", "192.0.2.1")});
  const auto found = Await(0);
  EXPECT_EQ(found[0].delay_us, std::nullopt);
  EXPECT_EQ(found[0].lost, 3u);
  EXPECT_GE(meter_->Counters().connects_lost, 3u);
}

TEST_F(DelayMeterTest, EachControlPlaneIsToldWhatItWants) {
  trips_->Write("192.0.2.1", {1'000});
  trips_->Write("192.0.2.2", {2'000});
  meter_->SetTargets(0, {Target("a", "192.0.2.1")});
  meter_->SetTargets(1, {Target("a", "192.0.2.1"), Target("b", "192.0.2.2")});
  for (const Measurement& m : Await(0)) EXPECT_EQ(m.target, "a");
  EXPECT_FALSE(Await(1).empty());
  EXPECT_EQ(meter_->Counters().targets, 2u) << "measured once for both";
  EXPECT_THAT(meter_->Take(7), IsEmpty());
}

TEST_F(DelayMeterTest, TargetsHaveABound) {
  std::vector<MeasureTarget> targets;
  for (int i = 0; i < 130; ++i) targets.push_back(Target(absl::StrCat(i), "192.0.2.1"));
  trips_->Write("192.0.2.1", {1'000});
  meter_->SetTargets(0, targets);
  Await(0);
  EXPECT_EQ(meter_->Counters().targets, 100u);
  EXPECT_EQ(meter_->Counters().targets_refused, 30u);
  EXPECT_LE(trips_->most(), 4u) << "connects at a time";
}

}  // namespace
}  // namespace nearcast::measure
