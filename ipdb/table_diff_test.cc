#include "ipdb/table_diff.h"

#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"
#include "ipdb/test_literals.h"

namespace nearcast::ipdb {
namespace {

PrefixTable Table(std::vector<std::pair<const char*, Location>> rows) {
  PrefixTableBuilder builder;
  for (const auto& [prefix, location] : rows) builder.Add(Net(prefix), location);
  return builder.Build();
}

std::vector<std::string> Diff(const PrefixTable& before, const PrefixTable& after) {
  std::vector<std::string> lines;
  DiffTables(before, after, [&](const Change& change) {
    lines.push_back(absl::StrCat(NameOf(change.kind), " ", change.first.ToString(), "-",
                                 change.last.ToString()));
  });
  return lines;
}

TEST(TableDiffTest, NamesRangeAndKindOfEachChange) {
  const PrefixTable before = Table({{"10.0.0.0/24", {"CN", "440000", "440100", "a"}},
                                    {"10.0.1.0/24", {"CN", "440000", "440100", "a"}},
                                    {"10.0.2.0/24", {"CN", "440000", "440100", "a"}},
                                    {"10.0.3.0/24", {"CN", "440000", "440100", "a"}},
                                    {"10.0.4.0/24", {"CN", "440000", "440100", "a"}},
                                    {"2001:db8::/32", {"CN", "", "", ""}}});
  const PrefixTable after = Table({{"10.0.0.0/24", {"CN", "440000", "440100", "b"}},
                                   {"10.0.1.0/24", {"CN", "440000", "440300", "a"}},
                                   {"10.0.2.0/24", {"CN", "450000", "440100", "a"}},
                                   {"10.0.3.0/25", {"US", "440000", "440100", "a"}},
                                   {"10.0.4.0/24", {"CN", "440000", "440100", "a"}},
                                   {"11.0.0.0/8", {"US", "", "", ""}}});
  EXPECT_EQ(
      Diff(before, after),
      (std::vector<std::string>{"isp 10.0.0.0-10.0.0.255", "city 10.0.1.0-10.0.1.255",
                                "region 10.0.2.0-10.0.2.255", "country 10.0.3.0-10.0.3.127",
                                "removed 10.0.3.128-10.0.3.255", "added 11.0.0.0-11.255.255.255",
                                "removed 2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"}));
}

TEST(TableDiffTest, FindsNothingBetweenEqualTablesOfOtherNumbers) {
  const PrefixTable a =
      Table({{"10.0.0.0/8", {"B", "", "", ""}}, {"11.0.0.0/8", {"C", "", "", ""}}});
  const PrefixTable b = Table({{"10.0.0.0/9", {"B", "", "", ""}},
                               {"10.128.0.0/9", {"B", "", "", ""}},
                               {"11.0.0.0/8", {"C", "", "", ""}}});
  EXPECT_TRUE(Diff(a, b).empty());
  EXPECT_TRUE(Diff(PrefixTable(), PrefixTable()).empty());
}

TEST(TableDiffTest, CountsAddressesToTheEndsOfTheSpace) {
  const PrefixTable all = Table({{"0.0.0.0/0", {"A", "", "", ""}}});
  absl::uint128 count = 0;
  DiffTables(PrefixTable(), all, [&](const Change& change) { count += change.address_count(); });
  EXPECT_EQ(count, absl::uint128(1) << 32);
}

TEST(TableDiffTest, AgreesWithLookupsOnRandomTables) {
  std::mt19937_64 random(9);
  const auto random_table = [&] {
    PrefixTableBuilder builder;
    for (int i = 0; i < 20; ++i) {
      const auto address = IpAddress::FromV4(0x0a000000 | (random() & 0xff));
      builder.Add(BlockAround(address, 24 + static_cast<int>(random() % 9)),
                  {std::to_string(random() % 3), "", "", ""});
    }
    return builder.Build();
  };
  for (int round = 0; round < 100; ++round) {
    const PrefixTable before = random_table();
    const PrefixTable after = random_table();
    std::vector<bool> changed(256, false);
    DiffTables(before, after, [&](const Change& change) {
      ASSERT_NE(before.location(change.old_cell), after.location(change.new_cell));
      for (uint32_t a = change.first.v4(); a <= change.last.v4(); ++a) changed[a & 0xff] = true;
    });
    for (uint32_t i = 0; i < 256; ++i) {
      const IpAddress address = IpAddress::FromV4(0x0a000000 | i);
      const bool differs =
          before.location(before.Find(address).cell) != after.location(after.Find(address).cell);
      ASSERT_EQ(changed[i], differs) << address;
    }
  }
}

}  // namespace
}  // namespace nearcast::ipdb
