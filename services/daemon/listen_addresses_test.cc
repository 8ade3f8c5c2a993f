#include "services/daemon/listen_addresses.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> Choose(const std::string& listen, const std::vector<const char*>& texts) {
  std::vector<ipdb::IpAddress> interfaces;
  for (const char* text : texts) interfaces.push_back(*ipdb::ParseIpAddress(text));
  return ChooseListenAddresses(listen, interfaces);
}

TEST(ListenAddressesTest, AnAddressIsItself) {
  EXPECT_THAT(Choose("192.0.2.1", {"198.51.100.1"}), ElementsAre("192.0.2.1"));
  EXPECT_THAT(Choose("127.0.0.1", {}), ElementsAre("127.0.0.1"));
  EXPECT_THAT(Choose("2001:db8::1", {}), ElementsAre("2001:db8::1"));
  EXPECT_THAT(Choose("dns.example", {}), IsEmpty());
}

TEST(ListenAddressesTest, AWildcardIsWhatOthersCanReachOfThisHost) {
  const std::vector<const char*> kInterfaces = {"127.0.0.1", "::1",         "198.51.100.7",
                                                "192.0.2.1", "192.0.2.1",   "169.254.1.1",
                                                "fe80::1:2", "2001:db8::1", "fd00::1"};
  EXPECT_THAT(Choose("0.0.0.0", kInterfaces), ElementsAre("192.0.2.1", "198.51.100.7"));
  EXPECT_THAT(Choose("::", kInterfaces),
              ElementsAre("192.0.2.1", "198.51.100.7", "2001:db8::1", "fd00::1"));
}

TEST(ListenAddressesTest, WithoutANetworkLoopbackIsAllThereIs) {
  EXPECT_THAT(Choose("0.0.0.0", {"127.0.0.1", "::1"}), ElementsAre("127.0.0.1"));
}

TEST(ListenAddressesTest, ThisHostHasLoopback) {
  EXPECT_THAT(ReadInterfaceAddresses(), ::testing::Contains(ipdb::IpAddress::FromV4(0x7f000001)));
}

}  // namespace
}  // namespace nearcast
