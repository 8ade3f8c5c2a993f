#include "tools/ipdbtool/tool.h"

#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace nearcast::ipdbtool {
namespace {

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome Ipdbtool(std::vector<std::string> words, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{.in = in, .out = out, .err = err};
  const int code = RunTool(words, terminal);
  return {code, out.str(), err.str()};
}

std::string WriteTemp(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

const char kDemo[] = "deploy/demo/networks.csv";

TEST(ToolTest, LooksUpInAnyDatabase) {
  const Outcome table = Ipdbtool({"lookup", "-d", kDemo, "14.215.177.39", "127.0.0.1"});
  EXPECT_EQ(table.code, 0) << table.err;
  EXPECT_TRUE(absl::StartsWith(table.out, "ADDRESS        NETWORK          COUNTRY")) << table.out;
  EXPECT_TRUE(absl::StrContains(table.out, "14.215.160.0/19")) << table.out;
  EXPECT_TRUE(absl::StrContains(table.out, "chinatelecom")) << table.out;
  EXPECT_TRUE(absl::StrContains(table.out, "-        -       -       -             0"))
      << table.out;
}

TEST(ToolTest, ShowsNamesAndJson) {
  const Outcome json = Ipdbtool(
      {"lookup", "--database=" + std::string(kDemo), "--names", "deploy/names", "-o", "json", "-"},
      "202.106.0.20\n\n2001:db8:1000::1\n");
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_TRUE(absl::StrContains(json.out, "\"city_name\": \"Beijing\"")) << json.out;
  EXPECT_TRUE(absl::StrContains(json.out, "\"network\": \"2001:db8:1000::/36\"")) << json.out;
}

TEST(ToolTest, BuildsWhatItCanReadAgain) {
  const std::string built = testing::TempDir() + "/built.ncdb";
  const Outcome build = Ipdbtool({"build", "-o", built, "--names", "deploy/names", kDemo});
  EXPECT_EQ(build.code, 0) << build.err;
  EXPECT_TRUE(absl::StrContains(build.out, " cells, ")) << build.out;
  EXPECT_EQ(Ipdbtool({"diff", kDemo, built}).code, 0);
  EXPECT_EQ(Ipdbtool({"stat", built}).out, Ipdbtool({"stat", kDemo}).out);
}

TEST(ToolTest, CountsWhatADatabaseHolds) {
  const std::string path =
      WriteTemp("stat.csv", "network,country,isp\n10.0.0.0/8,CN,a\n11.0.0.0/9,US,\n");
  const Outcome stat = Ipdbtool({"stat", path});
  EXPECT_EQ(stat.code, 0) << stat.err;
  EXPECT_TRUE(absl::StrContains(stat.out, "CN       16,777,216      0.39 %")) << stat.out;
  EXPECT_TRUE(absl::StrContains(Ipdbtool({"stat", "-o", "json", path}).out, "\"US\": 8388608"));
}

TEST(ToolTest, DiffExitsAsDiffDoes) {
  const std::string before =
      WriteTemp("before.csv", "network,isp\n10.0.0.0/24,a\n2001:db8::/32,a\n");
  const std::string after = WriteTemp("after.csv", "network,isp\n10.0.0.0/25,b\n2001:db8::/32,a\n");
  EXPECT_EQ(Ipdbtool({"diff", before, before}).code, 0);
  const Outcome diff = Ipdbtool({"diff", before, after});
  EXPECT_EQ(diff.code, 1) << diff.err;
  EXPECT_EQ(diff.out,
            "isp 10.0.0.0-10.0.0.127 ,,,a -> ,,,b\n"
            "removed 10.0.0.128-10.0.0.255 ,,,a -> unknown\n"
            "\n"
            "KIND     RANGES  IPV4 ADDRESSES  IPV6 /64 NETWORKS\n"
            "removed  1       128             0\n"
            "isp      1       128             0\n");
  EXPECT_EQ(Ipdbtool({"diff", before, "/nonexistent"}).code, 2);
}

TEST(ToolTest, ErrorsGoToTheErrorStreamWithCodeTwo) {
  const std::string bad = WriteTemp("bad.csv", "network,isp\n10.0.0.0/99,a\n");
  const struct {
    std::vector<std::string> words;
    const char* part;
  } rows[] = {
      {{}, "Commands:"},
      {{"fly"}, "ipdbtool: no command fly"},
      {{"build", "x.csv"}, "ipdbtool build: name the file to write with -o OUT"},
      {{"build", "-o"}, "-o needs a value"},
      {{"build", "--fast"}, "unknown flag --fast; see ipdbtool build --help"},
      {{"build", "-o", "/tmp/never", bad}, "bad.csv:2: \"10.0.0.0/99\" is not a network"},
      {{"build", "-o", "/nonexistent/x", kDemo}, "/nonexistent/x: cannot be written"},
      {{"build", "-o", "/tmp/never"}, "name a file"},
      {{"lookup", "-d", kDemo, "nowhere"}, "\"nowhere\" is not an IP address"},
      {{"lookup", "-d", kDemo}, "name an address"},
      {{"lookup", "1.2.3.4"}, "name a database with -d DB"},
      {{"lookup", "-d", kDemo, "-o", "xml", "1.2.3.4"}, "the forms are table and json"},
      {{"stat", "--field", "name=x", kDemo}, "--field name=x: write it as country=PATH"},
      {{"stat", "--names", "/nonexistent", kDemo}, "/nonexistent: has no names file"},
      {{"diff", kDemo}, "name two databases"},
  };
  for (const auto& row : rows) {
    const Outcome outcome = Ipdbtool(row.words);
    EXPECT_EQ(outcome.code, 2) << row.part;
    EXPECT_EQ(outcome.out, "") << row.part;
    EXPECT_TRUE(absl::StrContains(outcome.err, row.part)) << outcome.err;
  }
}

TEST(ToolTest, EveryCommandHelpsWithExamples) {
  EXPECT_EQ(Ipdbtool({"--help"}).code, 0);
  for (const char* command : {"build", "lookup", "stat", "diff"}) {
    const Outcome help = Ipdbtool({command, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_TRUE(absl::StrContains(help.out, "Examples:\n  ipdbtool ")) << help.out;
    EXPECT_TRUE(absl::StrContains(Ipdbtool({"--help"}).out, command));
  }
}

}  // namespace
}  // namespace nearcast::ipdbtool
