#include "ipdb/ip_address.h"

#include <array>

#include "gtest/gtest.h"

namespace nearcast::ipdb {
namespace {

TEST(IpAddressTest, ParsesAndPrintsCanonically) {
  const struct {
    const char* text;
    const char* printed;
  } rows[] = {
      {"0.0.0.0", "0.0.0.0"},
      {"14.215.177.39", "14.215.177.39"},
      {"255.255.255.255", "255.255.255.255"},
      {"::", "::"},
      {"::1", "::1"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"},
      {"::ffff:1.2.3.4", "1.2.3.4"},
      {"::ffff:102:304", "1.2.3.4"},
      {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
  };
  for (const auto& row : rows) {
    const auto address = ParseIpAddress(row.text);
    ASSERT_TRUE(address.ok()) << row.text;
    EXPECT_EQ(address->ToString(), row.printed) << row.text;
    EXPECT_EQ(ParseIpAddress(address->ToString()).value(), *address);
  }
}

TEST(IpAddressTest, RefusesWhatIsNoAddressAndSaysWhatToWrite) {
  for (const char* text :
       {"", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "localhost", "2001:db8",
        "::1::", "fe80::1%eth0", "[::1]", "1.2.3.4:53"}) {
    const auto address = ParseIpAddress(text);
    ASSERT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(address.status().message().find("write it as"), absl::string_view::npos);
  }
  EXPECT_FALSE(ParseIpAddress(absl::string_view("1.2.3.4\0", 8)).ok());
  EXPECT_FALSE(ParseIpAddress(std::string(100000, '1')).ok());
}

TEST(IpAddressTest, TreatsMappedAddressesAsIpv4) {
  const std::array<uint8_t, 16> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};
  const std::array<uint8_t, 4> plain = {192, 0, 2, 1};
  EXPECT_EQ(IpAddress::FromV6Bytes(mapped), IpAddress::FromV4Bytes(plain));
  EXPECT_EQ(IpAddress::FromV6Bytes(mapped).v4(), 0xc0000201u);
  EXPECT_EQ(IpAddress::FromV4(0xc0000201).width_bits(), 32);
  EXPECT_EQ(IpAddress().width_bits(), 128);
}

TEST(IpAddressTest, OrdersByNumber) {
  EXPECT_LT(IpAddress::FromV4(1), IpAddress::FromV4(2));
  EXPECT_LT(IpAddress::FromV6(1), IpAddress::FromV6(absl::uint128(1) << 100));
}

}  // namespace
}  // namespace nearcast::ipdb
