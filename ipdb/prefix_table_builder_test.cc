#include "ipdb/prefix_table_builder.h"

#include <algorithm>
#include <random>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ipdb/test_literals.h"

namespace nearcast::ipdb {
namespace {

Location Place(absl::string_view country, absl::string_view isp = "") {
  return {.country = std::string(country), .region = "", .city = "", .isp = std::string(isp)};
}

std::string LocationAt(const PrefixTable& table, absl::string_view address) {
  const Location& location = table.location(table.Find(Ip(address)).cell);
  return absl::StrCat(location.country, "/", location.isp);
}

TEST(PrefixTableBuilderTest, LongestPrefixSpeaksWhateverTheOrderOfRows) {
  std::vector<std::pair<const char*, const char*>> rows = {
      {"10.0.0.0/8", "A"}, {"10.1.0.0/16", "B"}, {"10.1.2.0/24", "C"}, {"10.1.2.3/32", "D"}};
  std::sort(rows.begin(), rows.end());
  do {
    PrefixTableBuilder builder;
    for (const auto& [prefix, country] : rows) builder.Add(Net(prefix), Place(country));
    const PrefixTable table = builder.Build();
    EXPECT_EQ(LocationAt(table, "10.255.0.0"), "A/");
    EXPECT_EQ(LocationAt(table, "10.1.255.0"), "B/");
    EXPECT_EQ(LocationAt(table, "10.1.2.4"), "C/");
    EXPECT_EQ(LocationAt(table, "10.1.2.3"), "D/");
    EXPECT_EQ(LocationAt(table, "11.0.0.0"), "/");
  } while (std::next_permutation(rows.begin(), rows.end()));
}

TEST(PrefixTableBuilderTest, ANestedRowInheritsNothingWithinALayer) {
  PrefixTableBuilder builder;
  builder.Add(Net("10.0.0.0/8"), Place("A", "x"));
  builder.Add(Net("10.1.0.0/16"), Place("", "y"));
  builder.Add(Net("10.2.0.0/16"), Place(""));
  const PrefixTable table = builder.Build();
  EXPECT_EQ(LocationAt(table, "10.1.0.0"), "/y");
  EXPECT_EQ(LocationAt(table, "10.2.0.0"), "/");
}

TEST(PrefixTableBuilderTest, ALaterLayerFillsInItsFieldsEvenWithAShorterPrefix) {
  PrefixTableBuilder builder;
  builder.Add(Net("10.1.0.0/16"), Place("A", "old"));
  builder.BeginLayer();
  builder.Add(Net("10.0.0.0/8"), Place("", "x"));
  builder.Add(Net("2001:db8::/32"), Place("B"));
  const PrefixTable table = builder.Build();
  EXPECT_EQ(LocationAt(table, "10.1.0.1"), "A/x");
  EXPECT_EQ(LocationAt(table, "10.2.0.1"), "/x");
  EXPECT_EQ(LocationAt(table, "2001:db8::1"), "B/");
}

TEST(PrefixTableBuilderTest, ReachesBothEndsOfTheSpace) {
  PrefixTableBuilder builder;
  builder.Add(Net("0.0.0.0/0"), Place("A"));
  builder.Add(Net("255.255.255.255/32"), Place("B"));
  builder.Add(Net("0.0.0.0/32"), Place("C"));
  builder.Add(Net("::/0"), Place("D"));
  const PrefixTable table = builder.Build();
  EXPECT_EQ(LocationAt(table, "0.0.0.0"), "C/");
  EXPECT_EQ(LocationAt(table, "0.0.0.1"), "A/");
  EXPECT_EQ(LocationAt(table, "255.255.255.254"), "A/");
  EXPECT_EQ(LocationAt(table, "255.255.255.255"), "B/");
  EXPECT_EQ(LocationAt(table, "ffff::"), "D/");
  EXPECT_EQ(table.Find(Ip("ffff::")).scope_bits, 0);
}

TEST(PrefixTableBuilderTest, GivesCellsOnlyToLocationsInUse) {
  PrefixTableBuilder builder;
  builder.Add(Net("10.0.0.0/8"), Place("A"));
  builder.BeginLayer();
  builder.Add(Net("10.0.0.0/8"), Place("B"));
  const PrefixTable table = builder.Build();
  EXPECT_EQ(table.cell_count(), 2u);
  EXPECT_EQ(builder.Build().cell_count(), 1u);
}

TEST(PrefixTableBuilderTest, ATableAsALayerKeepsItsAnswers) {
  PrefixTableBuilder lower;
  lower.Add(Net("10.0.0.0/8"), Place("A", "x"));
  lower.Add(Net("10.1.0.0/16"), Place("B"));
  const PrefixTable table = lower.Build();
  PrefixTableBuilder builder;
  builder.AddLayer(table);
  builder.AddLayer(NetworkLayer{{Place("C")}, {{Net("10.1.2.0/24"), 0}}});
  const PrefixTable merged = builder.Build();
  EXPECT_EQ(LocationAt(merged, "10.0.0.1"), "A/x");
  EXPECT_EQ(LocationAt(merged, "10.1.0.1"), "B/");
  EXPECT_EQ(LocationAt(merged, "10.1.2.1"), "C/");
}

// The naive table: asks every row of every layer, for each address anew.
class Oracle {
 public:
  using Layer = std::vector<std::pair<IpPrefix, Location>>;
  explicit Oracle(std::vector<Layer> layers) : layers_(std::move(layers)) {}

  Location Find(const IpAddress& address) const {
    Location result;
    for (const Layer& layer : layers_) {
      const std::pair<IpPrefix, Location>* best = nullptr;
      for (const auto& row : layer) {
        if (!row.first.Contains(address)) continue;
        if (best == nullptr || row.first.length_bits >= best->first.length_bits) best = &row;
      }
      if (best != nullptr) result = Overlay(result, best->second);
    }
    return result;
  }

  // Locations change only where some prefix begins or has just ended.
  bool IsUniform(const IpPrefix& block) const {
    const Location expected = Find(block.address);
    for (const Layer& layer : layers_) {
      for (const auto& row : layer) {
        for (const IpAddress& edge : {row.first.address, row.first.last()}) {
          const IpAddress after = IpAddress::FromV6(edge.v6() + 1);
          if (block.Contains(edge) && Find(edge) != expected) return false;
          if (block.Contains(after) && Find(after) != expected) return false;
        }
      }
    }
    return true;
  }

  int Scope(const IpAddress& address) const {
    int bits = 0;
    while (!IsUniform(BlockAround(address, bits))) ++bits;
    return bits;
  }

 private:
  std::vector<Layer> layers_;
};

// Prefixes crowd around two places, so that they nest, touch and repeat.
IpPrefix RandomPrefix(const IpAddress& around, std::mt19937_64& random) {
  const int width = around.width_bits();
  const int length = width - static_cast<int>(random() % (random() % 8 == 0 ? width + 1 : 10));
  return BlockAround(IpAddress::FromV6(around.v6() ^ (random() & 0x3ff)), length);
}

class OracleTest : public testing::TestWithParam<const char*> {};

TEST_P(OracleTest, TableAgreesOnCellAndScope) {
  const IpAddress around = Ip(GetParam());
  std::mt19937_64 random(42);
  for (int round = 0; round < 60; ++round) {
    std::vector<Oracle::Layer> layers(1 + random() % 3);
    PrefixTableBuilder builder;
    for (Oracle::Layer& layer : layers) {
      builder.BeginLayer();
      for (size_t rows = random() % 16; rows > 0; --rows) {
        const char* countries[] = {"", "A", "B"};
        const char* isps[] = {"", "x", "y"};
        const Location location = Place(countries[random() % 3], isps[random() % 3]);
        layer.emplace_back(RandomPrefix(around, random), location);
        builder.Add(layer.back().first, location);
      }
    }
    const Oracle oracle(layers);
    const PrefixTable table = builder.Build();
    for (int probe = 0; probe < 40; ++probe) {
      const IpAddress address = IpAddress::FromV6(around.v6() ^ (random() & 0x7ff));
      const PrefixTable::Match match = table.Find(address);
      ASSERT_EQ(table.location(match.cell), oracle.Find(address)) << round << " " << address;
      ASSERT_EQ(match.scope_bits, oracle.Scope(address)) << round << " " << address;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Families, OracleTest,
                         testing::Values("10.20.30.40", "255.255.255.255", "0.0.0.0",
                                         "2001:db8::1234", "2001:db8:0:ffff:ffff:ffff:ffff:ffff",
                                         "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));

TEST(PrefixTableBuilderTest, BuildsHalfAMillionPrefixes) {
  std::mt19937_64 random(7);
  PrefixTableBuilder builder;
  for (int i = 0; i < 500000; ++i) {
    const auto address = IpAddress::FromV4(static_cast<uint32_t>(random()));
    const int length = 16 + static_cast<int>(random() % 9);
    builder.Add(BlockAround(address, length), Place(absl::StrCat(random() % 2000)));
  }
  const PrefixTable table = builder.Build();
  EXPECT_EQ(table.cell_count(), 2001u);
  EXPECT_GT(table.v4().runs().size(), 300000u);
}

}  // namespace
}  // namespace nearcast::ipdb
