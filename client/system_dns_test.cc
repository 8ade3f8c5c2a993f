#include "client/system_dns.h"

#include <gtest/gtest.h>

namespace nearcast::client {
namespace {

TEST(SystemDnsTest, FindsLocalhostAndPassesAddressesThrough) {
  EXPECT_EQ(SystemDns().Resolve("localhost", Families::kIpv4).value(),
            std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(SystemDns().Resolve("2001:db8::1", Families::kIpv6).value(),
            std::vector<std::string>{"2001:db8::1"});
}

TEST(SystemDnsTest, AnErrorIsAStatus) {
  EXPECT_FALSE(SystemDns().Resolve("no name at all", Families::kBoth).ok());
}

}  // namespace
}  // namespace nearcast::client
