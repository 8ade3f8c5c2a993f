#include "ipdb/csv_source.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::ipdb {
namespace {

// The rows as "network=country,region,city,isp ", or the message.
std::string Read(absl::string_view text, const NameTable& names = {}) {
  const absl::StatusOr<NetworkLayer> layer = ParseNetworkCsv(text, "plan.csv", names);
  if (!layer.ok()) return std::string(layer.status().message());
  std::string out;
  for (const auto& row : layer->rows) {
    const Location& location = layer->locations[row.location];
    absl::StrAppend(&out, row.prefix.ToString(), "=", location.country, ",", location.region, ",",
                    location.city, ",", location.isp, " ");
  }
  return out;
}

TEST(CsvSourceTest, ReadsAnySubsetAndOrderOfColumns) {
  EXPECT_EQ(Read("network,country,region,city,isp\n192.0.2.0/24,CN,440000,440100,chinatelecom\n"),
            "192.0.2.0/24=CN,440000,440100,chinatelecom ");
  EXPECT_EQ(Read("ISP , Network\n\"China Telecom\",2001:db8::/32\n"),
            "2001:db8::/32=,,,china-telecom ");
  EXPECT_EQ(Read("network\n1.2.3.4\n"), "1.2.3.4/32=,,, ");
  EXPECT_EQ(Read("network,city\n1.0.0.0/8,\"Portland, \"\"Or\"\"\"\r\n"),
            "1.0.0.0/8=,,Portland, \"Or\", ");
}

TEST(CsvSourceTest, AllowsNestedNetworksAndEqualRowsTwice) {
  EXPECT_EQ(Read("network,isp\n1.0.0.0/8,a\n1.2.0.0/16,b\n1.0.0.0/8,a\n"),
            "1.0.0.0/8=,,,a 1.2.0.0/16=,,,b 1.0.0.0/8=,,,a ");
}

TEST(CsvSourceTest, NormalisesNames) {
  NameTable names;
  ASSERT_TRUE(
      names.Add(NameKind::kIsp, "code,aliases\nchinatelecom,China Telecom|AS4134\n", "i").ok());
  EXPECT_EQ(Read("network,isp\n1.0.0.0/8,AS4134\n2.0.0.0/8,\"CHINA-TELECOM\"\n", names),
            "1.0.0.0/8=,,,chinatelecom 2.0.0.0/8=,,,chinatelecom ");
}

TEST(CsvSourceTest, NamesFileAndLineOfEveryError) {
  const struct {
    const char* text;
    const char* message;
  } rows[] = {
      {"", "plan.csv:1: the file has no header line; add one that names its columns"},
      {"1.0.0.0/8,CN\n",
       "plan.csv:1: unknown column \"1.0.0.0/8\"; the header is made of network, country, region, "
       "city, isp"},
      {"country,isp\nCN,a\n",
       "plan.csv:1: the header has no column \"network\"; the first line is to name the columns"},
      {"network,isp,isp\n",
       "plan.csv:1: column twice: \"isp\"; the header is made of network, country, region, city, "
       "isp"},
      {"network,isp\n1.0.0.0/33,a\n# fine\n1.0.0.1/8,b\n1.0.0.0/8\n",
       "plan.csv:2: \"1.0.0.0/33\" is not a network; write it as 192.0.2.0/24 or 2001:db8::/32\n"
       "plan.csv:4: network 1.0.0.1/8 has bits set after /8; write 1.0.0.0/8\n"
       "plan.csv:5: 1 fields where the header has 2; leave unknown fields empty, and quote those "
       "with commas"},
      {"network,isp\n1.0.0.0/8,a\n2.0.0.0/8,b\n::ffff:1.0.0.0/104,b\n",
       "plan.csv:4: network 1.0.0.0/8 contradicts line 2; keep one of the two"},
      {"network,isp\n2001:db8::/32,a\n2001:DB8::/32,\n",
       "plan.csv:3: network 2001:db8::/32 contradicts line 2; keep one of the two"},
      {"network,isp\n\n1.0.0.0/8,\"a\n",
       "plan.csv:3: a quote is not closed; close it on the same line"},
  };
  for (const auto& row : rows) EXPECT_EQ(Read(row.text), row.message);
}

TEST(CsvSourceTest, RefusesOverlongNames) {
  const std::string text = absl::StrCat("network,isp\n1.0.0.0/8,", std::string(300, 'x'), "\n");
  EXPECT_EQ(Read(text), "plan.csv:2: a name is longer than 255 bytes; shorten it");
}

TEST(CsvSourceTest, SurvivesBinaryGarbage) {
  std::string text = "network,isp\n";
  for (int i = 0; i < 100000; ++i) text += static_cast<char>(i * 7919 >> 3);
  EXPECT_NE(Read(text).find("plan.csv:"), std::string::npos);
}

}  // namespace
}  // namespace nearcast::ipdb
