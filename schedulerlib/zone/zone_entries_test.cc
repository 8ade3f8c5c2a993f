#include "schedulerlib/zone/zone_entries.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace nearcast::scheduler::zone {
namespace {

// "1:[a A 1.1.1.1] 3:[…] !2:message"
std::string Split(absl::string_view text) {
  const ZoneEntries split = SplitEntries(text);
  std::string result;
  for (const ZoneEntry& entry : split.entries) {
    absl::StrAppend(&result, entry.line, ":[", entry.text, "]");
  }
  for (const LineProblem& problem : split.problems) {
    absl::StrAppend(&result, "!", problem.line, ":", problem.message);
  }
  return result;
}

TEST(ZoneEntriesTest, SplitsByRow) {
  const struct {
    const char *text, *want;
  } kRows[] = {
      {"", ""},
      {"\n\n ; only a comment\n\t\n", ""},
      {"a A 1.1.1.1", "1:[a A 1.1.1.1]"},
      {"\na\tA 1.1.1.1 ; note\n b\r\n", "2:[a A 1.1.1.1 ]3:[ b]"},
      {"a SOA x y ( 1 ; serial\n 2 )\nb B", "1:[a SOA x y   1   2  ]3:[b B]"},
      {"a TXT \"x;(y\" z", "1:[a TXT \"x;(y\" z]"},
      {"a TXT \"x\\\"y\" z", "1:[a TXT \"x\\\"y\" z]"},
      {"a\\;b A", "1:[a\\;b A]"},
      {"a TXT \"open\nb B", "2:[b B]!1:opens a quote that the line does not close"},
      {"a ( b\nc", "!1:opens a parenthesis that is never closed"},
      {"a ) b\nc", "2:[c]!1:closes a parenthesis that was not opened"},
  };
  for (const auto& row : kRows) EXPECT_EQ(Split(row.text), row.want) << row.text;
}

TEST(ZoneEntriesTest, RefusesNul) {
  EXPECT_EQ(Split(absl::string_view("a\0b\nc", 5)), "2:[c]!1:has a NUL octet");
}

}  // namespace
}  // namespace nearcast::scheduler::zone
