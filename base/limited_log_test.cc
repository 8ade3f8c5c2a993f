#include "base/limited_log.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/fake_clock.h"
#include "gtest/gtest.h"
#include "spdlog/sinks/ostream_sink.h"

namespace nearcast {
namespace {

class LimitedLogTest : public testing::Test {
 protected:
  LimitedLogTest() {
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    logger->set_pattern("%v");
    spdlog::set_default_logger(std::move(logger));
  }
  ~LimitedLogTest() override { spdlog::set_default_logger(std::make_shared<spdlog::logger>("")); }

  std::vector<std::string> Lines() const {
    return absl::StrSplit(text_.str(), '\n', absl::SkipEmpty());
  }

  FakeClock clock_{absl::UnixEpoch()};
  std::ostringstream text_;
  LimitedLog log_{&clock_};
};

TEST_F(LimitedLogTest, WritesWhatComesSeldomAsItIs) {
  for (int i = 0; i < 50; ++i) {
    log_.Info("line {}", i);
    clock_.Advance(absl::Seconds(1));
  }
  ASSERT_EQ(Lines().size(), 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Lines()[i], absl::StrCat("line ", i));
}

TEST_F(LimitedLogTest, TenThousandAtOnceAreTenLinesAndANumber) {
  for (int i = 0; i < 10'000; ++i) log_.Info("line {}", i);
  ASSERT_EQ(Lines().size(), 10u);
  clock_.Advance(absl::Seconds(14));
  log_.Warn("line {}", 10'000);
  EXPECT_EQ(Lines().back(), "line 10000 (9990 more like this in the last 14 s)");
  log_.Info("line {}", 10'001);
  EXPECT_EQ(Lines().back(), "line 10001") << "told once";
}

TEST_F(LimitedLogTest, AFloodThatGoesOnIsALineASecondAndEveryLineOfItIsCounted) {
  constexpr int kSeconds = 600;
  for (int i = 0; i < kSeconds * 50; ++i) {
    log_.Info("line");
    clock_.Advance(absl::Milliseconds(20));
  }
  clock_.Advance(LimitedLog::kWindow);
  log_.Info("line");
  EXPECT_EQ(Lines().size(), kSeconds + 1u);
  uint64_t left_out = 0;
  for (const std::string& line : Lines()) {
    const size_t at = line.find('(');
    if (at != std::string::npos) left_out += std::stoull(line.substr(at + 1));
  }
  EXPECT_EQ(left_out + Lines().size(), kSeconds * 50 + 1u);
}

TEST_F(LimitedLogTest, KindsDoNotCrowdOutEachOther) {
  LimitedLog other(&clock_);
  for (int i = 0; i < 100; ++i) log_.Info("flood");
  other.Info("rare");
  EXPECT_EQ(Lines().back(), "rare");
}

}  // namespace
}  // namespace nearcast
