#include "schedulerlib/place/client_table.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"

namespace nearcast::scheduler {
namespace {

using ipdb::IpAddress;
using ipdb::IpPrefix;

IpPrefix Prefix(absl::string_view text) { return ipdb::ParseIpPrefix(text).value(); }

std::shared_ptr<const ipdb::PrefixTable> Places() {
  ipdb::PrefixTableBuilder builder;
  builder.Add(Prefix("10.0.0.0/8"), {"CN", "440000", "440100", "chinatelecom"});
  builder.Add(Prefix("2001:db8::/32"), {"CN", "110000", "", "chinaunicom"});
  return std::make_shared<const ipdb::PrefixTable>(builder.Build());
}

TEST(ClientTableTest, WithoutOverridesItIsTheDatabase) {
  const auto places = Places();
  const ClientTable clients(places);
  const IpAddress address = ipdb::ParseIpAddress("10.1.2.3").value();
  EXPECT_EQ(clients.Find(address).cell, places->Find(address).cell);
  EXPECT_EQ(&clients.v4(), &places->v4());
  EXPECT_EQ(clients.memory_bytes(), 0u);
}

TEST(ClientTableTest, AnOverrideCutsACellInTwoAndChangesWhatItNames) {
  const ClientTable clients(
      Places(),
      {{.name = "isp", .prefixes = {Prefix("10.1.0.0/16")}, .location = {.isp = "drpeng"}},
       {.name = "abroad",
        .prefixes = {Prefix("10.1.2.0/24"), Prefix("2001:db8:1::/48")},
        .location = {.country = "SG"}}});
  const auto at = [&clients](absl::string_view text) {
    const auto match = clients.Find(ipdb::ParseIpAddress(text).value());
    const ClientOverride* override = clients.override_of(match.cell);
    return absl::StrCat(clients.location(match.cell).country, "/",
                        clients.location(match.cell).city, "/", clients.location(match.cell).isp,
                        " ", override == nullptr ? "-" : override->name, " /", match.scope_bits);
  };
  EXPECT_EQ(at("10.0.0.1"), "CN/440100/chinatelecom - /16");
  EXPECT_EQ(at("10.2.0.1"), "CN/440100/chinatelecom - /15");
  EXPECT_EQ(at("10.1.9.1"), "CN/440100/drpeng isp /21");
  EXPECT_EQ(at("10.1.2.3"), "SG//chinatelecom abroad /24");
  EXPECT_EQ(at("2001:db8:1::1"), "SG//chinaunicom abroad /48");
  EXPECT_EQ(clients.PrefixOf(clients.overrides()[0], ipdb::ParseIpAddress("10.1.2.3").value()),
            Prefix("10.1.0.0/16"));
}

// Random overrides over random networks: each address has the place of the longest network with the
// longest override's laid on it, and the scope is uniform and cannot be shorter.
TEST(ClientTableTest, AgreesWithLongestPrefixesOnRandomTables) {
  std::mt19937 random(5);
  const auto random_prefix = [&random] {
    return ipdb::BlockAround(IpAddress::FromV4(0x0a000000 | (random() & 0xffff)),
                             16 + static_cast<int>(random() % 15));
  };
  const auto longest = [](const auto& rows, const IpAddress& address) {
    int found = -1;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].first.Contains(address)) continue;
      if (found < 0 || rows[i].first.length_bits >= rows[found].first.length_bits) {
        found = static_cast<int>(i);
      }
    }
    return found;
  };
  for (int world = 0; world < 20; ++world) {
    std::vector<std::pair<IpPrefix, ipdb::Location>> networks;
    std::vector<std::pair<IpPrefix, int>> prefixes;
    ipdb::PrefixTableBuilder builder;
    for (int i = 0; i < 60; ++i) {
      networks.push_back({random_prefix(), {.country = "CN", .isp = std::to_string(random() % 5)}});
      builder.Add(networks.back().first, networks.back().second);
    }
    std::vector<ClientOverride> overrides(6);
    for (size_t i = 0; i < overrides.size(); ++i) {
      overrides[i].location.country = std::to_string(i);
      for (int n = 0; n < 8; ++n) {
        const IpPrefix prefix = random_prefix();
        if (std::any_of(prefixes.begin(), prefixes.end(),
                        [&prefix](const auto& row) { return row.first == prefix; })) {
          continue;
        }
        overrides[i].prefixes.push_back(prefix);
        prefixes.emplace_back(prefix, static_cast<int>(i));
      }
    }
    const ClientTable clients(std::make_shared<const ipdb::PrefixTable>(builder.Build()),
                              overrides);
    std::vector<uint32_t> cells;
    for (uint32_t a = 0; a <= 0xffff; ++a) {
      const IpAddress address = IpAddress::FromV4(0x0a000000 | a);
      cells.push_back(clients.Find(address).cell.value());
      if (random() % 16 != 0) continue;
      const int network = longest(networks, address);
      const int over = longest(prefixes, address);
      ipdb::Location expected = network < 0 ? ipdb::Location() : networks[network].second;
      if (over >= 0) {
        expected = ipdb::Overlay(expected, overrides[prefixes[over].second].location);
      }
      ASSERT_EQ(clients.location(ipdb::CellId(cells.back())), expected) << address;
    }
    for (int i = 0; i < 200; ++i) {
      const uint32_t a = random() & 0xffff;
      const int scope = clients.Find(IpAddress::FromV4(0x0a000000 | a)).scope_bits;
      if (scope <= 16) continue;
      const auto uniform = [&](int bits) {
        const uint32_t size = 1u << (32 - bits);
        const uint32_t first = a & ~(size - 1);
        return std::all_of(cells.begin() + first, cells.begin() + first + size,
                           [&](uint32_t cell) { return cell == cells[a]; });
      };
      ASSERT_TRUE(uniform(scope));
      ASSERT_FALSE(uniform(scope - 1));
    }
  }
}

}  // namespace
}  // namespace nearcast::scheduler
