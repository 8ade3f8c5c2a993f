#include "services/http/connection_limits.h"

#include <gtest/gtest.h>

namespace nearcast::http {
namespace {

using Verdict = ConnectionLimits::Verdict;

ipdb::IpAddress Address(const char* text) { return *ipdb::ParseIpAddress(text); }

TEST(ConnectionLimitsTest, CountsPerAddressAndInAll) {
  ConnectionLimits limits(3, 2);
  EXPECT_EQ(limits.Admit(Address("192.0.2.1")), Verdict::kAdmitted);
  EXPECT_EQ(limits.Admit(Address("192.0.2.1")), Verdict::kAdmitted);
  EXPECT_EQ(limits.Admit(Address("192.0.2.1")), Verdict::kOverAddressLimit);
  EXPECT_EQ(limits.Admit(Address("192.0.2.2")), Verdict::kAdmitted);
  EXPECT_EQ(limits.Admit(Address("192.0.2.3")), Verdict::kOverTotalLimit);
  limits.Release(Address("192.0.2.1"));
  EXPECT_EQ(limits.Admit(Address("192.0.2.1")), Verdict::kAdmitted);
}

TEST(ConnectionLimitsTest, TakesAnIpv6NetworkForOneClient) {
  ConnectionLimits limits(10, 1);
  EXPECT_EQ(limits.Admit(Address("2001:db8:1:2::1")), Verdict::kAdmitted);
  EXPECT_EQ(limits.Admit(Address("2001:db8:1:2:ffff::9")), Verdict::kOverAddressLimit);
  EXPECT_EQ(limits.Admit(Address("2001:db8:1:3::1")), Verdict::kAdmitted);
  limits.Release(Address("2001:db8:1:2::1"));
  EXPECT_EQ(limits.Admit(Address("2001:db8:1:2:ffff::9")), Verdict::kAdmitted);
}

}  // namespace
}  // namespace nearcast::http
