#include "services/upstream/client_subnet.h"

#include <gtest/gtest.h>

#include "ipdb/location.h"
#include "ipdb/prefix_table_builder.h"

namespace nearcast::upstream {
namespace {

ipdb::PrefixTable MakePlaces() {
  const ipdb::Location guangdong{.country = "CN", .region = "440000", .isp = "chinatelecom"};
  const ipdb::Location beijing{.country = "CN", .region = "110000", .isp = "chinaunicom"};
  ipdb::PrefixTableBuilder builder;
  builder.Add(*ipdb::ParseIpPrefix("14.0.0.0/8"), guangdong);
  builder.Add(*ipdb::ParseIpPrefix("202.96.0.0/20"), beijing);
  builder.Add(*ipdb::ParseIpPrefix("202.96.16.128/25"), beijing);
  builder.Add(*ipdb::ParseIpPrefix("240e::/20"), guangdong);
  builder.Add(*ipdb::ParseIpPrefix("2408:1:2:300::/60"), beijing);
  return builder.Build();
}

TEST(ClientSubnetTest, IsTheBlockOfOneCellWithinBounds) {
  const ipdb::PrefixTable places = MakePlaces();
  const struct {
    const char* client;
    const char* subnet;
  } kRows[] = {
      {"14.215.177.39", "14.215.0.0/16"},        // a cell of /8: no shorter than /16
      {"202.96.5.6", "202.96.0.0/20"},           // the block itself
      {"202.96.16.200", "202.96.16.0/24"},       // a block of /25: no longer than /24
      {"8.8.8.8", "8.8.8.0/24"},                 // not known
      {"240e:1:2:3::4", "240e:1::/32"},          // a cell of /20
      {"2408:1:2:305::4", "2408:1:2:300::/56"},  // a block of /60
      {"2a00:1:2:345::4", "2a00:1:2:300::/56"},  // not known
      {"127.0.0.1", "0.0.0.0/0"},
      {"10.1.2.3", "0.0.0.0/0"},
      {"172.31.255.1", "0.0.0.0/0"},
      {"192.168.1.1", "0.0.0.0/0"},
      {"100.127.0.1", "0.0.0.0/0"},
      {"169.254.9.9", "0.0.0.0/0"},
      {"0.0.0.0", "0.0.0.0/0"},
      {"::1", "::/0"},
      {"fd00::1", "::/0"},
      {"fe80::1", "::/0"},
      {"172.32.0.1", "172.32.0.0/24"},
      {"100.128.0.1", "100.128.0.0/24"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(ChooseSubnet(*ipdb::ParseIpAddress(row.client), places).ToString(), row.subnet)
        << row.client;
  }
}

TEST(ClientSubnetTest, HoldsTheClientAndOneCellAlone) {
  const ipdb::PrefixTable places = MakePlaces();
  for (uint32_t i = 0; i < 1 << 16; ++i) {
    const auto client = ipdb::IpAddress::FromV4(i * 65537);
    const ipdb::IpPrefix subnet = ChooseSubnet(client, places);
    ASSERT_TRUE(subnet.Contains(client)) << client;
    if (subnet.length_bits == 0 || subnet.length_bits == 24) continue;
    EXPECT_EQ(places.Find(subnet.address).cell, places.Find(client).cell) << client;
    EXPECT_EQ(places.Find(subnet.last()).cell, places.Find(client).cell) << client;
  }
}

}  // namespace
}  // namespace nearcast::upstream
