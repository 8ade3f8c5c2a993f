#include "ipdb/ip_prefix.h"

#include "gtest/gtest.h"
#include "ipdb/test_literals.h"

namespace nearcast::ipdb {
namespace {

TEST(IpPrefixTest, ParsesAndPrints) {
  const struct {
    const char* text;
    const char* printed;
    const char* last;
  } rows[] = {
      {"0.0.0.0/0", "0.0.0.0/0", "255.255.255.255"},
      {"192.0.2.0/24", "192.0.2.0/24", "192.0.2.255"},
      {"192.0.2.1", "192.0.2.1/32", "192.0.2.1"},
      {"::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
      {"2001:db8::/33", "2001:db8::/33", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"},
      {"2001:db8::1", "2001:db8::1/128", "2001:db8::1"},
      {"::ffff:192.0.2.0/120", "192.0.2.0/24", "192.0.2.255"},
      {"::ffff:0:0/96", "0.0.0.0/0", "255.255.255.255"},
  };
  for (const auto& row : rows) {
    const auto prefix = ParseIpPrefix(row.text);
    ASSERT_TRUE(prefix.ok()) << prefix.status();
    EXPECT_EQ(prefix->ToString(), row.printed);
    EXPECT_EQ(prefix->last().ToString(), row.last);
  }
}

TEST(IpPrefixTest, RefusesWhatIsNoPrefix) {
  for (const char* text : {"", "/", "/24", "1.2.3.0/", "1.2.3.0/33", "1.2.3.0/-1", "1.2.3.0/+8",
                           "1.2.3.0/ 8", "1.2.3.0/a", "1.2.3/24", "2001:db8::/129", "::ffff:0:0/90",
                           "1.2.3.0/24/25", "1.2.3.0/0024"}) {
    EXPECT_FALSE(ParseIpPrefix(text).ok()) << text;
  }
}

TEST(IpPrefixTest, NamesTheBlockThatWasMeant) {
  EXPECT_EQ(ParseIpPrefix("10.1.2.3/8").status().message(),
            "network 10.1.2.3/8 has bits set after /8; write 10.0.0.0/8");
  EXPECT_EQ(ParseIpPrefix("2001:db8::1/32").status().message(),
            "network 2001:db8::1/32 has bits set after /32; write 2001:db8::/32");
}

TEST(IpPrefixTest, ContainsItsBlockAndNothingOfTheOtherFamily) {
  EXPECT_TRUE(Net("192.0.2.0/24").Contains(Ip("192.0.2.0")));
  EXPECT_TRUE(Net("192.0.2.0/24").Contains(Ip("192.0.2.255")));
  EXPECT_FALSE(Net("192.0.2.0/24").Contains(Ip("192.0.3.0")));
  EXPECT_TRUE(Net("0.0.0.0/0").Contains(Ip("255.255.255.255")));
  EXPECT_TRUE(Net("::/0").Contains(Ip("2001:db8::1")));
  EXPECT_FALSE(Net("::/0").Contains(Ip("1.2.3.4")));
  EXPECT_FALSE(Net("0.0.0.0/0").Contains(Ip("::1")));
}

TEST(IpPrefixTest, GivesTheBlockOfEveryLength) {
  EXPECT_EQ(BlockAround(Ip("14.215.177.39"), 19).ToString(), "14.215.160.0/19");
  EXPECT_EQ(BlockAround(Ip("2001:db8:ffff::1"), 36).ToString(), "2001:db8:f000::/36");
  for (int bits = 0; bits <= 128; ++bits) {
    EXPECT_TRUE(BlockAround(Ip("2001:db8::1"), bits).Contains(Ip("2001:db8::1"))) << bits;
  }
}

}  // namespace
}  // namespace nearcast::ipdb
