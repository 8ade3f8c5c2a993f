#include "ipdb/name_table.h"

#include "gtest/gtest.h"

namespace nearcast::ipdb {
namespace {

const NameTable& Deployed() {
  static const NameTable names = ReadNameTable("deploy/names").value();
  return names;
}

TEST(NameTableTest, KnowsTheNamesOfTheSources) {
  const struct {
    SourceNames source;
    Location location;
  } rows[] = {
      {{"CN", "440000", "440100", {"chinatelecom"}}, {"CN", "440000", "440100", "chinatelecom"}},
      {{"cn", "GD", "Guangzhou", {"China Telecom"}}, {"CN", "440000", "440100", "chinatelecom"}},
      {{"China", "Guangdong", "guangzhou", {"CHINANET"}},
       {"CN", "440000", "440100", "chinatelecom"}},
      {{"中国", "广东", "广州", {"电信"}}, {"CN", "440000", "440100", "chinatelecom"}},
      {{"CN", "广东省", "广州市", {"AS4134"}}, {"CN", "440000", "440100", "chinatelecom"}},
      {{"CN", "44", "", {"CHINANET-BACKBONE No.31,Jin-rong Street"}},
       {"CN", "440000", "", "chinatelecom"}},
      {{"CN", "BJ", "Beijing", {"China Unicom Beijing Province Network"}},
       {"CN", "110000", "110100", "chinaunicom"}},
      {{"CN", "", "", {"联通"}}, {"CN", "", "", "chinaunicom"}},
      {{"CN", "", "", {"移动"}}, {"CN", "", "", "chinamobile"}},
      {{"CN", "", "", {"教育网"}}, {"CN", "", "", "cernet"}},
      {{"CN", "JS", "Suzhou", {}}, {"CN", "320000", "320500", ""}},
      {{"CN", "AH", "Suzhou", {}}, {"CN", "340000", "341300", ""}},
      {{"CN", "SN", "Xi'an", {}}, {"CN", "610000", "610100", ""}},
      {{"CN", "SN", "Xian", {}}, {"CN", "610000", "610100", ""}},
      {{"HK", "", "", {"HKT Limited"}}, {"HK", "", "", "pccw"}},
      {{"US", "CA", "Los Angeles", {"Comcast Cable Communications, LLC"}},
       {"US", "CA", "Los Angeles", "comcast"}},
      // SC is Sichuan in China, and South Carolina elsewhere.
      {{"US", "SC", "", {}}, {"US", "SC", "", ""}},
      {{"CN", "SC", "", {}}, {"CN", "510000", "", ""}},
  };
  for (const auto& row : rows) EXPECT_EQ(Deployed().Canonical(row.source), row.location);
}

TEST(NameTableTest, TakesTheFirstIspThatItKnows) {
  EXPECT_EQ(Deployed().Canonical({"", "", "", {"Some Province Net", "AS9808"}}).isp, "chinamobile");
  EXPECT_EQ(Deployed().Canonical({"", "", "", {"", "Nobody & Sons, Inc.", "AS65000"}}).isp,
            "nobody-sons-inc");
}

TEST(NameTableTest, PassesUnknownNamesOnWithoutATable) {
  const NameTable none;
  EXPECT_EQ(none.Canonical({"cn", "GD", "Guangzhou", {"China Telecom"}}),
            (Location{"CN", "GD", "Guangzhou", "china-telecom"}));
  EXPECT_EQ(none.Canonical({"", "", "", {"chinatelecom"}}).isp, "chinatelecom");
  EXPECT_EQ(none.DisplayName(NameKind::kRegion, "440000", Language::kEnglish), "440000");
}

TEST(NameTableTest, ShowsNamesInBothLanguages) {
  const struct {
    NameKind kind;
    const char* code;
    const char* name_en;
    const char* name_zh;
  } rows[] = {
      {NameKind::kCountry, "CN", "China", "中国"},
      {NameKind::kArea, "800000", "South China", "华南"},
      {NameKind::kRegion, "440000", "Guangdong", "广东"},
      {NameKind::kCity, "350200", "Xiamen", "厦门"},
      {NameKind::kIsp, "chinatelecom", "China Telecom", "电信"},
      {NameKind::kIsp, "somebody-else", "somebody-else", "somebody-else"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Deployed().DisplayName(row.kind, row.code, Language::kEnglish), row.name_en);
    EXPECT_EQ(Deployed().DisplayName(row.kind, row.code, Language::kChinese), row.name_zh);
  }
}

TEST(NameTableTest, DescribesALocationAsTheAddressApiDoes) {
  const LocationNames words =
      Deployed().Describe({"CN", "350000", "350200", "chinatelecom"}, Language::kChinese);
  EXPECT_EQ(words.country, "中国");
  EXPECT_EQ(words.area, "华东");
  EXPECT_EQ(words.area_id, "300000");
  EXPECT_EQ(words.region, "福建");
  EXPECT_EQ(words.city, "厦门");
  EXPECT_EQ(words.isp, "电信");
  EXPECT_EQ(words.isp_id, "100017");
  const LocationNames unknown = Deployed().Describe({}, Language::kChinese);
  EXPECT_EQ(unknown.country + unknown.area + unknown.region + unknown.city + unknown.isp, "");
}

TEST(NameTableTest, DeployedCitiesLieInKnownRegionsAndAreas) {
  const char* areas = "北京华北 吉林东北 浙江华东 河南华中 四川西南 宁夏西北 海南华南";
  for (const char* region :
       {"110000", "220000", "330000", "410000", "510000", "640000", "460000"}) {
    const LocationNames words = Deployed().Describe({"CN", region, "", ""}, Language::kChinese);
    EXPECT_NE(std::string(areas).find(words.region + words.area), std::string::npos) << region;
  }
  const Name* city = Deployed().FindName(NameKind::kCity, "440300");
  ASSERT_NE(city, nullptr);
  EXPECT_NE(Deployed().FindName(NameKind::kRegion, city->region), nullptr);
  EXPECT_EQ(Deployed().FindName(NameKind::kCity, "999999"), nullptr);
}

TEST(NameTableTest, TheLongestBeginningWins) {
  NameTable names;
  ASSERT_TRUE(
      names.Add(NameKind::kIsp, "code,aliases\ngoogle,Google*\ngc,Google Cloud*\n", "f").ok());
  EXPECT_EQ(names.Canonical({"", "", "", {"Google Cloud EMEA"}}).isp, "gc");
  EXPECT_EQ(names.Canonical({"", "", "", {"Google Fiber"}}).isp, "google");
}

TEST(NameTableTest, NamesFileAndLineOfEveryError) {
  NameTable names;
  EXPECT_EQ(names.Add(NameKind::kIsp, "code,aliases\na,x|y\nb,Y\na,z\n,q\n", "isp.csv").message(),
            "isp.csv:3: alias \"Y\" already stands for a; keep it in one of the two rows\n"
            "isp.csv:4: code a stands twice; remove one of the rows\n"
            "isp.csv:5: the row has no code; give it one");
  EXPECT_EQ(
      NameTable().Add(NameKind::kIsp, "name\nx\n", "isp.csv").message(),
      "isp.csv:1: unknown column \"name\"; the columns are code, name_en, name_zh, country, area, "
      "region, api_id and aliases");
  EXPECT_EQ(NameTable().Add(NameKind::kIsp, "aliases\nx\n", "isp.csv").message(),
            "isp.csv:1: the header has no column \"code\"; add one");
}

TEST(NameTableTest, SaysWhenADirectoryHasNoNames) {
  EXPECT_EQ(ReadNameTable("/nonexistent").status().code(), absl::StatusCode::kNotFound);
}

TEST(NameTableTest, SlugsAreLowerCaseWithSingleDashes) {
  EXPECT_EQ(Slug("China Telecom (Group)"), "china-telecom-group");
  EXPECT_EQ(Slug("--AT&T, Inc."), "at-t-inc");
  EXPECT_EQ(Slug("中国 电信"), "中国-电信");
  EXPECT_EQ(Slug("..."), "");
}

}  // namespace
}  // namespace nearcast::ipdb
