#include "tools/nearcastctl/command_line.h"

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "tools/nearcastctl/help.h"

namespace nearcast::ctl {
namespace {

const std::vector<Command>& Commands() {
  static const auto* commands = new std::vector<Command>{
      {"apply",
       "",
       "Makes it so.",
       "",
       {{"file", 'f', "FILE", "what"}, {"dry-run", 0, "", "only look"}},
       {}},
      {"cdn ratio get", "[RULE]", "Shows.", "", {}, {}},
      {"cdn ratio set", "[RULE]", "Sets.", "", {{"main", 0, "CDN=N", "weights"}}, {}},
      {"get", "KIND [NAME]", "Shows resources.", "", {}, {"nearcastctl get nodes"}},
  };
  return *commands;
}

// The command, its arguments and its flags on one line, or the error.
std::string Parse(const std::string& text) {
  const std::vector<std::string> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  const auto line = ParseCommandLine(words, Commands());
  if (!line.ok()) return std::string(line.status().message());
  if (line->command == nullptr) return "help of: " + line->topic;
  std::string flags;
  for (const auto& [name, values] : line->flags) {
    flags += " " + name + ":" + absl::StrJoin(values, "+");
  }
  return line->command->name + " (" + absl::StrJoin(line->arguments, ",") + ")" + flags;
}

TEST(CommandLine, FlagsMayStandAnywhereAndInAnyForm) {
  EXPECT_EQ(Parse("get nodes a"), "get (nodes,a)");
  EXPECT_EQ(Parse("-o json get --server=x:1 nodes"), "get (nodes) output:json server:x:1");
  EXPECT_EQ(Parse("get nodes -ojson"), "get (nodes) output:json");
  EXPECT_EQ(Parse("apply -f a -f - --file=b --dry-run"), "apply () dry-run: file:a+-+b");
  EXPECT_EQ(Parse("cdn ratio set r --main a=70,b=30"), "cdn ratio set (r) main:a=70,b=30");
  EXPECT_EQ(Parse("get -- -x"), "get (-x)");
}

TEST(CommandLine, HelpIsUnderstoodEverywhere) {
  for (const char* text : {"", "help", "--help", "-h"}) EXPECT_EQ(Parse(text), "help of: ");
  for (const char* text :
       {"help cdn ratio set", "cdn ratio set --help", "-h cdn ratio set x y z"}) {
    EXPECT_EQ(Parse(text), "help of: cdn ratio set");
  }
  EXPECT_EQ(Parse("cdn --help"), "help of: cdn");
  EXPECT_EQ(Parse("help cdn ratio"), "help of: cdn ratio");
  EXPECT_EQ(Parse("help gte"),
            "unknown command \"gte\"; did you mean \"get\"?\nmore: nearcastctl --help");
}

TEST(CommandLine, AWrongWordGetsASuggestionOrAList) {
  EXPECT_EQ(Parse("aply"),
            "unknown command \"aply\"; did you mean \"apply\"?\nmore: nearcastctl --help");
  EXPECT_EQ(
      Parse("cdn ration set"),
      "unknown command \"cdn ration\"; did you mean \"cdn ratio\"?\nmore: nearcastctl cdn --help");
  EXPECT_EQ(Parse("frobnicate"),
            "unknown command \"frobnicate\"; there is: apply, cdn, get\nmore: nearcastctl --help");
  EXPECT_EQ(Parse("cdn ratio"),
            "nearcastctl cdn ratio needs one of these behind it: get, set\n"
            "more: nearcastctl cdn ratio --help");
}

TEST(CommandLine, AWrongFlagOrArgumentShowsTheUsage) {
  const std::string usage = "\nusage: nearcastctl get KIND [NAME]\nmore: nearcastctl get --help";
  EXPECT_EQ(Parse("get"), "an argument is missing" + usage);
  EXPECT_EQ(Parse("get a b c"), "unexpected argument \"c\"" + usage);
  EXPECT_EQ(Parse("get a --outptu=json"),
            "unknown flag --outptu; did you mean \"--output\"?" + usage);
  EXPECT_EQ(Parse("get a --main x"),
            "unknown flag --main; flags: --server, --output, --help" + usage);
  EXPECT_EQ(Parse("apply -f"), "-f needs a value: FILE");
  EXPECT_EQ(Parse("apply --dry-run=yes"), "--dry-run takes no value");
}

TEST(Help, OfOneCommandHasUsageFlagsAndExamples) {
  const std::string help = WriteHelp("get", Commands());
  EXPECT_TRUE(help.starts_with("Shows resources.\n\nUsage: nearcastctl get KIND [NAME]\n")) << help;
  EXPECT_NE(help.find("  -o, --output FORMAT"), std::string::npos);
  EXPECT_TRUE(help.ends_with("\nExamples:\n  nearcastctl get nodes\n")) << help;
}

TEST(Help, OfAGroupListsItsCommands) {
  const std::string help = WriteHelp("cdn", Commands());
  EXPECT_TRUE(
      help.starts_with("Usage: nearcastctl cdn COMMAND [FLAGS]\n\nCommands:\n"
                       "  cdn ratio get [RULE]  Shows.\n"
                       "  cdn ratio set [RULE]  Sets.\n"))
      << help;
}

}  // namespace
}  // namespace nearcast::ctl
