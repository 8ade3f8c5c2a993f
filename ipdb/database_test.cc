#include "ipdb/database.h"

#include <zlib.h>

#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "ipdb/shared_data.h"
#include "ipdb/table_file.h"
#include "ipdb/test_literals.h"

namespace nearcast::ipdb {
namespace {

using TablePointer = std::shared_ptr<const PrefixTable>;

std::string WriteTemp(const std::string& name, const std::string& bytes) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string WriteTempGzip(const std::string& name, const std::string& bytes) {
  const std::string path = absl::StrCat(testing::TempDir(), "/", name);
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return path;
}

absl::StatusOr<TablePointer> Load(const std::vector<std::string>& paths,
                                  const NameTable* names = nullptr) {
  return LoadPrefixTable(paths, LoadOptions{.names = names, .mmdb_fields = {}});
}

Location LocationAt(const TablePointer& table, absl::string_view address) {
  return table->location(table->Find(Ip(address)).cell);
}

TEST(DatabaseTest, LaysFilesOfAllKindsOverOneAnother) {
  const std::string city = WriteTemp("city.csv", "network,country,region\n10.0.0.0/8,CN,440000\n");
  const std::string isp = WriteTempGzip("isp.csv.gz", "network,isp\n10.0.0.0/9,a\n");
  const TablePointer both = Load({city, isp}).value();
  EXPECT_EQ(LocationAt(both, "10.1.1.1"), (Location{"CN", "440000", "", "a"}));
  EXPECT_EQ(LocationAt(both, "10.200.1.1"), (Location{"CN", "440000", "", ""}));

  const std::string compiled = WriteTemp("both.ncdb", WriteTable(*both));
  const std::string ours = WriteTemp("ours.csv", "network,isp\n10.0.0.0/16,b\n");
  const TablePointer three = Load({compiled, ours}).value();
  EXPECT_EQ(LocationAt(three, "10.0.1.1"), (Location{"CN", "440000", "", "b"}));
  EXPECT_EQ(LocationAt(three, "10.1.1.1"), (Location{"CN", "440000", "", "a"}));
}

TEST(DatabaseTest, TellsTheKindByContentNotByName) {
  const TablePointer table = Load({WriteTemp("a.txt", "network,isp\n10.0.0.0/8,a\n")}).value();
  const std::string disguised = WriteTempGzip("table.csv", WriteTable(*table));
  EXPECT_EQ(LocationAt(Load({disguised}).value(), "10.0.0.0").isp, "a");
}

TEST(DatabaseTest, ReportsTheErrorsOfAllFilesAndMakesNoTable) {
  const std::string good = WriteTemp("good.csv", "network,isp\n10.0.0.0/8,a\n");
  const std::string bad = WriteTemp("bad.csv", "network,isp\n10.0.0.0/99,a\n");
  const std::string cut = WriteTemp("cut.mmdb", std::string("\1\2\0\3", 4));
  const std::string junk = WriteTemp("junk.bin", std::string("\1\2\0\3", 4));
  const absl::Status status = Load({good, bad, cut, junk, "/nonexistent"}).status();
  for (const char* part : {"bad.csv:2: ", "cut.mmdb: broken MaxMind database",
                           "junk.bin: is neither", "/nonexistent: "}) {
    EXPECT_TRUE(absl::StrContains(status.message(), part)) << status;
  }
  EXPECT_FALSE(Load({}).ok());
}

TEST(DatabaseTest, AFailedLoadLeavesTheOldTableInUse) {
  TablePointer in_use = Load({WriteTemp("v1.csv", "network,isp\n10.0.0.0/8,a\n")}).value();
  const std::string path = WriteTemp("v1.csv", "network,isp\n10.0.0.0/8,a\n10.0.0.0/8,b\n");
  if (auto next = Load({path}); next.ok()) in_use = *next;
  EXPECT_EQ(LocationAt(in_use, "10.0.0.0").isp, "a");
}

TEST(DatabaseTest, TheDemoPlanAnswersItsExamples) {
  const NameTable names = ReadNameTable("deploy/names").value();
  const TablePointer table = Load({"deploy/demo/networks.csv"}, &names).value();
  EXPECT_EQ(LocationAt(table, "14.215.177.39"),
            (Location{"CN", "440000", "440100", "chinatelecom"}));
  EXPECT_EQ(LocationAt(table, "202.106.0.20"), (Location{"CN", "110000", "110100", "chinaunicom"}));
  EXPECT_EQ(LocationAt(table, "123.112.0.1"), (Location{"CN", "110000", "110100", "chinaunicom"}));
  EXPECT_EQ(LocationAt(table, "192.0.2.1"), (Location{"CN", "440000", "440100", "chinatelecom"}));
  EXPECT_EQ(LocationAt(table, "2001:db8:1000::1"),
            (Location{"CN", "440000", "440100", "chinatelecom"}));
  EXPECT_EQ(LocationAt(table, "8.8.8.8").country, "US");
  EXPECT_EQ(LocationAt(table, "127.0.0.1"), Location{});
  EXPECT_EQ(LocationAt(table, "::1"), Location{});
  for (uint32_t i = 1; i < table->cell_count(); ++i) {
    const Location& location = table->location(CellId(i));
    EXPECT_NE(names.FindName(NameKind::kCountry, location.country), nullptr) << location;
    EXPECT_TRUE(location.isp.empty() || names.FindName(NameKind::kIsp, location.isp)) << location;
    EXPECT_TRUE(location.city.empty() || names.FindName(NameKind::kCity, location.city))
        << location;
  }
}

TEST(DatabaseTest, CsvAndMaxMindFormsOfOneDatabaseAreOneTable) {
  const std::string csv = SharedDataPath("data/ipdb/networks.csv.gz");
  const std::string mmdb = SharedDataPath("data/ipdb/networks.mmdb");
  if (csv.empty() || mmdb.empty()) GTEST_SKIP() << "shared data is absent; set NEARCAST_SHARED";
  const NameTable names = ReadNameTable("deploy/names").value();
  const TablePointer a = Load({csv}, &names).value();
  const TablePointer b = Load({mmdb}, &names).value();
  EXPECT_TRUE(WriteTable(*a) == WriteTable(*b));
  EXPECT_EQ(LocationAt(a, "14.215.177.39"), (Location{"CN", "440000", "440100", "chinatelecom"}));
}

TEST(DatabaseTest, AnAsnFileOverACityFileFillsInTheIspAlone) {
  const std::string city = SharedDataPath("data/maxmind/GeoIP2-City-Test.mmdb");
  const std::string asn = SharedDataPath("data/maxmind/GeoLite2-ASN-Test.mmdb");
  if (city.empty() || asn.empty()) GTEST_SKIP() << "shared data is absent; set NEARCAST_SHARED";
  const NameTable names = ReadNameTable("deploy/names").value();
  const TablePointer alone = Load({city}, &names).value();
  const TablePointer table = Load({city, asn}, &names).value();
  for (const char* address : {"89.160.20.112", "81.2.69.142", "67.43.156.1", "2001:218::1"}) {
    const Location before = LocationAt(alone, address);
    const Location after = LocationAt(table, address);
    EXPECT_EQ(after.country + after.region + after.city,
              before.country + before.region + before.city);
  }
  EXPECT_EQ(LocationAt(table, "89.160.20.112"), (Location{"SE", "E", "Linköping", "bredband2-ab"}));
}

}  // namespace
}  // namespace nearcast::ipdb
