#include "tools/nearcastctl/quantity_text.h"

#include "google/protobuf/timestamp.pb.h"
#include "gtest/gtest.h"

namespace nearcast::ctl {
namespace {

TEST(QuantityText, RatesHaveThreeDigits) {
  EXPECT_EQ(WriteBitRate(0), "0");
  EXPECT_EQ(WriteBitRate(950), "950 bit/s");
  EXPECT_EQ(WriteBitRate(999.7), "1 kbit/s");
  EXPECT_EQ(WriteBitRate(2'504'000), "2.5 Mbit/s");
  EXPECT_EQ(WriteBitRate(123'456'000'000), "123 Gbit/s");
}

TEST(QuantityText, AgesGrowCoarser) {
  EXPECT_EQ(WriteAge(absl::Seconds(-5)), "now");
  EXPECT_EQ(WriteAge(absl::Milliseconds(900)), "now");
  EXPECT_EQ(WriteAge(absl::Seconds(119)), "119 s ago");
  EXPECT_EQ(WriteAge(absl::Minutes(119)), "119 min ago");
  EXPECT_EQ(WriteAge(absl::Hours(47)), "47 h ago");
  EXPECT_EQ(WriteAge(absl::Hours(480)), "20 d ago");
}

TEST(QuantityText, TimesAreUtc) {
  google::protobuf::Timestamp time;
  EXPECT_EQ(WriteTime(time), "-");
  time.set_seconds(1'767'323'045);
  EXPECT_EQ(WriteTime(time), "2026-01-02 03:04:05Z");
}

}  // namespace
}  // namespace nearcast::ctl
