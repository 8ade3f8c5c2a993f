#include "tools/nearcastctl/line_diff.h"

#include <algorithm>
#include <random>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace nearcast::ctl {
namespace {

TEST(LineDiff, SameTextsHaveNone) {
  EXPECT_EQ(WriteLineDiff("", ""), "");
  EXPECT_EQ(WriteLineDiff("a\nb\n", "a\nb\n"), "");
}

TEST(LineDiff, ShowsThreeLinesAroundAChange) {
  EXPECT_EQ(WriteLineDiff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST(LineDiff, NamesTheLineBeforeAnEmptyRange) {
  EXPECT_EQ(WriteLineDiff("", "a\n"), "@@ -0,0 +1 @@\n+a\n");
  EXPECT_EQ(WriteLineDiff("a\nb\n", ""), "@@ -1,2 +0,0 @@\n-a\n-b\n");
}

TEST(LineDiff, MakesAHunkForEachFarAwayChange) {
  EXPECT_EQ(WriteLineDiff("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "1\n2\n3\n4\n5\n6\n7\n"),
            "@@ -1,4 +1,3 @@\n-a\n 1\n 2\n 3\n@@ -6,4 +5,3 @@\n 5\n 6\n 7\n-b\n");
}

std::string RandomText(std::mt19937_64& random, size_t lines) {
  std::string text;
  for (size_t i = 0; i < lines; ++i) absl::StrAppend(&text, random() % 4, "\n");
  return text;
}

size_t CommonLines(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::vector<size_t>> best(a.size() + 1, std::vector<size_t>(b.size() + 1, 0));
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      best[i][j] =
          a[i - 1] == b[j - 1] ? best[i - 1][j - 1] + 1 : std::max(best[i - 1][j], best[i][j - 1]);
    }
  }
  return best[a.size()][b.size()];
}

// With few lines and wide hunks, a diff of two short texts has them both in full.
TEST(LineDiff, LeadsFromOneTextToTheOtherInTheFewestLines) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 2000; ++round) {
    const std::string before = RandomText(random, random() % 7);
    const std::string after = RandomText(random, random() % 7);
    const std::string diff = WriteLineDiff(before, after);
    if (before == after) {
      EXPECT_EQ(diff, "");
      continue;
    }
    std::string old_shown, new_shown;
    size_t changed = 0;
    for (absl::string_view line : absl::StrSplit(diff, '\n', absl::SkipEmpty())) {
      if (absl::StartsWith(line, "@@")) continue;
      if (line[0] != '+') absl::StrAppend(&old_shown, line.substr(1), "\n");
      if (line[0] != '-') absl::StrAppend(&new_shown, line.substr(1), "\n");
      changed += line[0] != ' ' ? 1 : 0;
    }
    EXPECT_TRUE(absl::StrContains(before, old_shown)) << diff;
    EXPECT_TRUE(absl::StrContains(after, new_shown)) << diff;
    const std::vector<std::string> a = absl::StrSplit(before, '\n', absl::SkipEmpty());
    const std::vector<std::string> b = absl::StrSplit(after, '\n', absl::SkipEmpty());
    EXPECT_EQ(changed, a.size() + b.size() - 2 * CommonLines(a, b)) << before << "--\n" << after;
  }
}

TEST(LineDiff, StaysBoundedWhenEverythingDiffers) {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) {
    absl::StrAppend(&before, "a", i, "\n");
    absl::StrAppend(&after, "b", i, "\n");
  }
  EXPECT_TRUE(absl::StartsWith(WriteLineDiff(before, after), "@@ -1,5000 +1,5000 @@\n-a0\n"));
}

}  // namespace
}  // namespace nearcast::ctl
