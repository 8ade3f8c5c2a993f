#include "client/host_name.h"

#include <gtest/gtest.h>

#include <string>

namespace nearcast::client {
namespace {

TEST(HostNameTest, TellsTheFamilyOfAddressesAndRefusesOtherText) {
  EXPECT_EQ(FindFamily("192.0.2.1"), Family::kIpv4);
  EXPECT_EQ(FindFamily("2001:db8::1"), Family::kIpv6);
  EXPECT_EQ(FindFamily("::ffff:192.0.2.1"), Family::kIpv6);
  for (const char* other : {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "[2001:db8::1]",
                            "fe80::1%eth0", "a.b", "192.0.2.1:80", "1"}) {
    EXPECT_EQ(FindFamily(other), std::nullopt) << other;
  }
  EXPECT_EQ(FindFamily(absl::string_view("192.0.2.1\0x", 11)), std::nullopt);
  EXPECT_EQ(FindFamily(std::string(10000, '1')), std::nullopt);
}

TEST(HostNameTest, NamesBecomeLowerCaseWithoutTheFinalDot) {
  EXPECT_EQ(*ParseHostName("Pull.Live.Example."), "pull.live.example");
  EXPECT_EQ(*ParseHostName("localhost"), "localhost");
  EXPECT_EQ(*ParseHostName("_a.b-c"), "_a.b-c");
  EXPECT_TRUE(ParseHostName(std::string(63, 'a') + ".b").ok());
}

TEST(HostNameTest, RefusesWhatIsNotAName) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string("a b"),
        std::string("a,b"), std::string("a\r\nHost: b"), std::string("a/b"), std::string(64, 'a'),
        std::string(254, 'a'), std::string("a..")}) {
    EXPECT_EQ(ParseHostName(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

}  // namespace
}  // namespace nearcast::client
