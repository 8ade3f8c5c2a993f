#include "ipdb/table_file.h"

#include <zlib.h>

#include <random>

#include "gtest/gtest.h"
#include "ipdb/input_file.h"
#include "ipdb/prefix_table_builder.h"
#include "ipdb/test_literals.h"

namespace nearcast::ipdb {
namespace {

PrefixTable SmallTable() {
  PrefixTableBuilder builder;
  builder.Add(Net("192.0.2.0/24"), {"CN", "", "", "x"});
  return builder.Build();
}

PrefixTable RandomTable(std::mt19937_64& random) {
  PrefixTableBuilder builder;
  for (int i = 0; i < 60; ++i) {
    const Location location{std::to_string(random() % 9), "", "", std::to_string(random() % 3)};
    const auto v4 = IpAddress::FromV4(static_cast<uint32_t>(random()));
    builder.Add(BlockAround(v4, static_cast<int>(random() % 33)), location);
    const auto v6 = IpAddress::FromV6(absl::MakeUint128(random(), random()));
    builder.Add(BlockAround(v6, static_cast<int>(random() % 129)), location);
  }
  return builder.Build();
}

bool AreEqual(const PrefixTable& a, const PrefixTable& b) {
  if (a.cell_count() != b.cell_count()) return false;
  for (uint32_t i = 0; i < a.cell_count(); ++i) {
    if (a.location(CellId(i)) != b.location(CellId(i))) return false;
  }
  return std::equal(a.v4().runs().begin(), a.v4().runs().end(), b.v4().runs().begin(),
                    b.v4().runs().end()) &&
         std::equal(a.v6().runs().begin(), a.v6().runs().end(), b.v6().runs().begin(),
                    b.v6().runs().end());
}

// The bytes with the right checksum for their content, so that what lies behind it is tested too.
std::string WithChecksum(std::string bytes) {
  if (bytes.size() < 4) return bytes;
  bytes.resize(bytes.size() - 4);
  const uLong crc =
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(crc >> (8 * i) & 0xff);
  return bytes;
}

TEST(TableFileTest, WritesTheBytesOfTheWorkedExample) {
  const std::string bytes = WriteTable(SmallTable());
  const std::string expected(
      "NCIPDB\r\n"
      "\x01\0\0\0"
      "\x02\0\0\0"
      "\x03\0\0\0"
      "\x01\0\0\0"
      "\0\0"
      "\0\0"
      "\0\0"
      "\0\0"
      "\x02\0"
      "CN"
      "\0\0"
      "\0\0"
      "\x01\0"
      "x"
      "\0\0\0\0"
      "\0\0\0\0"
      "\0\x02\0\xc0"
      "\x01\0\0\0"
      "\0\x03\0\xc0"
      "\0\0\0\0"
      "\0\0\0\0\0\0\0\0"
      "\0\0\0\0\0\0\0\0"
      "\0\0\0\0",
      24 + 8 + 11 + 24 + 20);
  EXPECT_EQ(bytes, WithChecksum(expected + "crc?"));
}

TEST(TableFileTest, ReadsWhatItWrites) {
  std::mt19937_64 random(5);
  for (int round = 0; round < 50; ++round) {
    const PrefixTable table = RandomTable(random);
    const std::string bytes = WriteTable(table);
    const auto read = ReadTable(bytes, "t");
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_TRUE(AreEqual(*read, table));
    EXPECT_EQ(WriteTable(*read), bytes);
  }
}

TEST(TableFileTest, ReportsEveryTruncationAndExtension) {
  const std::string bytes = WriteTable(SmallTable());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(ReadTable(bytes.substr(0, size), "t").ok()) << size;
    EXPECT_FALSE(ReadTable(WithChecksum(bytes.substr(0, size)), "t").ok()) << size;
  }
  EXPECT_FALSE(ReadTable(bytes + "x", "t").ok());
  EXPECT_FALSE(ReadTable(WithChecksum(bytes + "x"), "t").ok());
}

TEST(TableFileTest, ReportsEveryFlippedBit) {
  const std::string bytes = WriteTable(SmallTable());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(ReadTable(damaged, "t").ok()) << bit;
  }
}

TEST(TableFileTest, SurvivesDamageBehindARightChecksum) {
  std::mt19937_64 random(6);
  const std::string bytes = WriteTable(RandomTable(random));
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string damaged = bytes;
    for (size_t flips = 1 + random() % 3; flips > 0; --flips) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    const auto table = ReadTable(WithChecksum(damaged), "t");
    if (!table.ok()) continue;
    ++accepted;
    for (int probe = 0; probe < 8; ++probe) {
      const auto v4 = IpAddress::FromV4(static_cast<uint32_t>(random()));
      EXPECT_LT(table->Find(v4).cell.value(), table->cell_count());
      const auto v6 = IpAddress::FromV6(absl::MakeUint128(random(), random()));
      EXPECT_LT(table->Find(v6).cell.value(), table->cell_count());
    }
  }
  EXPECT_GT(accepted, 0);
}

TEST(TableFileTest, NamesFileAndFault) {
  std::string bytes = WriteTable(SmallTable());
  bytes[8] = 9;
  EXPECT_EQ(ReadTable(bytes, "old.ncdb").status().message(),
            "old.ncdb: broken compiled table: version 9 where this program reads 1; build it again "
            "with ipdbtool build");
  bytes[8] = 1;
  bytes[40] = 'X';
  EXPECT_EQ(
      ReadTable(bytes, "t").status().message(),
      "t: broken compiled table: the checksum does not fit: the file is cut or damaged; build "
      "it again with ipdbtool build");
}

TEST(TableFileTest, WritesFilesWholeOrNotAtAll) {
  const std::string path = testing::TempDir() + "/table.ncdb";
  ASSERT_TRUE(WriteTableFile(SmallTable(), path).ok());
  EXPECT_EQ(ReadInputFile(path).value(), WriteTable(SmallTable()));
  const absl::Status status = WriteTableFile(SmallTable(), "/nonexistent/table.ncdb");
  EXPECT_NE(status.message().find("/nonexistent/table.ncdb: cannot be written"),
            absl::string_view::npos);
}

}  // namespace
}  // namespace nearcast::ipdb
