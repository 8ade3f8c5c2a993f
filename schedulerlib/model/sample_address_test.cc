#include "schedulerlib/model/sample_address.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(SampleAddressTest, OneAddressHasOneTextHoweverItIsWritten) {
  const std::pair<const char*, const char*> kCases[] = {
      {"192.0.2.1", "192.0.2.1:80"},         {"192.0.2.1:443", "192.0.2.1:443"},
      {"2001:db8::1", "[2001:db8::1]:80"},   {"[2001:DB8:0::1]:443", "[2001:db8::1]:443"},
      {"[2001:db8::1]", "[2001:db8::1]:80"}, {"::1", "[::1]:80"},
  };
  for (const auto& [text, canonical] : kCases) {
    const auto sample = ParseSampleAddress(text);
    ASSERT_TRUE(sample.ok()) << text;
    EXPECT_EQ(sample->ToString(), canonical) << text;
  }
}

TEST(SampleAddressTest, RefusesWhatNobodyCanConnectTo) {
  for (const char* text :
       {"", "example.com", "example.com:80", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536",
        "192.0.2.1:x", "192.0.2.300", "[2001:db8::1", "[2001:db8::1]443", "[2001:db8::1]:"}) {
    EXPECT_FALSE(ParseSampleAddress(text).ok()) << text;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
