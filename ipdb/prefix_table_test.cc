#include "ipdb/prefix_table.h"

#include "gtest/gtest.h"
#include "ipdb/prefix_table_builder.h"
#include "ipdb/test_literals.h"

namespace nearcast::ipdb {
namespace {

const Location kGuangzhou{"CN", "440000", "440100", "chinatelecom"};
const Location kBeijing{"CN", "110000", "110100", "chinaunicom"};

PrefixTable MakeTable() {
  PrefixTableBuilder builder;
  builder.Add(Net("14.215.160.0/19"), kGuangzhou);
  builder.Add(Net("202.106.0.0/16"), kBeijing);
  builder.Add(Net("2001:db8:1000::/36"), kGuangzhou);
  return builder.Build();
}

TEST(PrefixTableTest, FindsCellAndScope) {
  const PrefixTable table = MakeTable();
  const struct {
    const char* address;
    Location location;
    int scope_bits;
  } rows[] = {
      {"14.215.177.39", kGuangzhou, 19},
      {"14.215.160.0", kGuangzhou, 19},
      {"14.215.159.255", {}, 19},
      {"14.215.192.0", {}, 18},
      {"202.106.1.1", kBeijing, 16},
      {"::ffff:202.106.1.1", kBeijing, 16},
      {"255.255.255.255", {}, 3},
      {"127.0.0.1", {}, 2},
      {"2001:db8:1fff::", kGuangzhou, 36},
      {"2001:db8:2000::", {}, 35},
      {"::1", {}, 3},
  };
  for (const auto& row : rows) {
    const PrefixTable::Match match = table.Find(Ip(row.address));
    EXPECT_EQ(table.location(match.cell), row.location) << row.address;
    EXPECT_EQ(match.scope_bits, row.scope_bits) << row.address;
  }
}

TEST(PrefixTableTest, NumbersCellsByLocation) {
  const PrefixTable table = MakeTable();
  ASSERT_EQ(table.cell_count(), 3u);
  EXPECT_EQ(table.location(kUnknownCell), Location{});
  EXPECT_EQ(table.FindCell(kBeijing), CellId(1));
  EXPECT_EQ(table.FindCell(kGuangzhou), CellId(2));
  EXPECT_EQ(table.FindCell({"US", "", "", ""}), kUnknownCell);
}

TEST(PrefixTableTest, KnowsNothingWhenEmpty) {
  const PrefixTable table;
  EXPECT_EQ(table.cell_count(), 1u);
  EXPECT_EQ(table.Find(Ip("1.2.3.4")).cell, kUnknownCell);
  EXPECT_EQ(table.Find(Ip("1.2.3.4")).scope_bits, 0);
  EXPECT_EQ(table.Find(Ip("2001:db8::")).cell, kUnknownCell);
}

TEST(PrefixTableTest, FindThrowsNothing) {
  const PrefixTable table;
  static_assert(noexcept(table.Find(IpAddress())));
}

TEST(PrefixTableDeathTest, RefusesCellsThatDoNotExist) {
  EXPECT_DEATH(PrefixTable({Location{}}, RunTable<uint32_t>({{0, 1}}), {}), "check failed");
  EXPECT_DEATH(PrefixTable({kBeijing}, {}, {}), "check failed");
  EXPECT_DEATH(PrefixTable({Location{}, kGuangzhou, kBeijing}, {}, {}), "check failed");
}

}  // namespace
}  // namespace nearcast::ipdb
