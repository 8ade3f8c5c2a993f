#include "services/httpdns/answer_text.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/numeric/int128.h"

namespace nearcast::httpdns {
namespace {

std::string Text(const ipdb::IpAddress& address) {
  std::string out;
  AppendAddress(address, &out);
  return out;
}

TEST(AnswerTextTest, WritesAddressesAsIpdbDoes) {
  std::mt19937_64 random(5);
  for (const uint32_t number : {0u, 0x01020304u, 0xffffffffu, 0x0a630100u}) {
    EXPECT_EQ(Text(ipdb::IpAddress::FromV4(number)), ipdb::IpAddress::FromV4(number).ToString());
  }
  for (int i = 0; i < 10000; ++i) {
    const auto v4 = ipdb::IpAddress::FromV4(static_cast<uint32_t>(random()));
    EXPECT_EQ(Text(v4), v4.ToString());
    Ipv6 bytes;
    for (uint8_t& byte : bytes) byte = random() % 3 == 0 ? static_cast<uint8_t>(random()) : 0;
    const auto v6 = ipdb::IpAddress::FromV6Bytes(bytes);
    if (v6.is_v4() || bytes[0] == 0) continue;  // the old forms with a dotted quad in them
    std::string out;
    AppendAddress(bytes, &out);
    EXPECT_EQ(out, v6.ToString());
  }
}

TEST(AnswerTextTest, WritesListsAndNumbers) {
  std::string out;
  AppendAddresses(std::vector<Ipv4>{{192, 0, 2, 1}, {198, 51, 100, 255}}, ";", "'", &out);
  AppendAddresses(std::vector<Ipv6>{}, ";", "'", &out);
  AppendNumber(4294967295, &out);
  EXPECT_EQ(out, "'192.0.2.1';'198.51.100.255'4294967295");
}

}  // namespace
}  // namespace nearcast::httpdns
