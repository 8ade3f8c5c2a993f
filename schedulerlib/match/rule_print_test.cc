#include "schedulerlib/match/rule_print.h"

#include <iterator>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/text_hash.h"
#include "gtest/gtest.h"
#include "schedulerlib/match/match_world.h"

namespace nearcast::scheduler {
namespace {

constexpr uint32_t kAll = (1u << kMatchAttributes) - 1;

Print PrintIn(const MatchQuestion& question) {
  Print print;
  for (size_t a = 0; a < kMatchAttributes; ++a) {
    if (!question.texts[a].empty()) print.lanes[a] = PrintOf(TextHash(question.texts[a]));
  }
  if (question.app_version) print.version = PrintOf(*question.app_version);
  print.grade = question.grade;
  return print;
}

TEST(RulePrintTest, PassesOverHardlyAnythingButWhatDoesNotMatch) {
  MatchWorld world(11);
  int matching = 0;
  int left = 0;
  constexpr int kPairs = 300000;
  std::vector<RulePrint> prints;
  for (int i = 0; i < kPairs; ++i) {
    const CompiledMatch match = CompileMatch(world.DrawRule(), absl::StrCat("r", i));
    const MatchWorld::Asker asker = world.DrawAsker();
    const MatchQuestion question =
        QuestionOf(asker.viewer, i, asker.place, asker.publish_point, asker.stream);
    prints.clear();
    AppendPrints(match, 7, kAll, prints);
    bool may = false;
    for (const RulePrint& print : prints) {
      EXPECT_EQ(print.rule, 7u);
      may |= print.MayMatch(PrintIn(question));
    }
    if (Matches(match, question)) {
      ++matching;
      ASSERT_TRUE(may);
    }
    left += may ? 1 : 0;
  }
  EXPECT_GT(matching, 50);
  // Prefixes and percentages are left to the comparison in full: some 7 % of this world's rules have
  // the one, a tenth the other.
  EXPECT_LT(left, kPairs / 10);
}

TEST(RulePrintTest, VersionsKeepTheirOrderHoweverGreat) {
  const char* const kAscending[] = {"0",         "0.0.0.2",     "1.9.9",       "2",
                                    "2.65535.1", "2.70000.1.1", "65535.65535", "70000.1"};
  for (size_t i = 1; i < std::size(kAscending); ++i) {
    EXPECT_LE(PrintOf(*ParseAppVersion(kAscending[i - 1])),
              PrintOf(*ParseAppVersion(kAscending[i])))
        << kAscending[i];
  }
  EXPECT_NE(PrintOf(AppVersion()), 0u) << "0 is for what is not known";
}

TEST(RulePrintTest, CombinationsOfFewValuesHaveOnePrintEach) {
  RuleMatch rule;
  rule.isps = {"a", "b"};
  rule.oses = {"android", "ios"};
  rule.devices = {"phone*"};
  std::vector<RulePrint> prints;
  AppendPrints(CompileMatch(rule, "r"), 0, kAll, prints);
  EXPECT_EQ(prints.size(), 4u);
  for (int i = 0; i < 20; ++i) rule.apps.push_back(absl::StrCat("app", i));
  prints.clear();
  AppendPrints(CompileMatch(rule, "r"), 0, kAll, prints);
  EXPECT_EQ(prints.size(), 4u) << "twenty apps are left open";
  MatchQuestion question;
  question.text(MatchAttribute::kIsp) = "b";
  question.text(MatchAttribute::kOs) = "ios";
  question.text(MatchAttribute::kApp) = "app7";
  int may = 0;
  for (const RulePrint& print : prints) may += print.MayMatch(PrintIn(question)) ? 1 : 0;
  EXPECT_EQ(may, 1);
}

}  // namespace
}  // namespace nearcast::scheduler
