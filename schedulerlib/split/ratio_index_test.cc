#include "schedulerlib/split/ratio_index.h"

#include <algorithm>
#include <climits>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

const ipdb::Location kGuangdongTelecom{"CN", "440000", "", "chinatelecom"};

CompiledRatioRule Rule(const std::string& name, RatioScope scope) {
  CompiledRatioRule rule;
  rule.spec.name = name;
  rule.spec.scope = std::move(scope);
  rule.key = StableHash(name);
  return rule;
}

RatioQuestion Ask() {
  return {.publish_point = "show", .stream = "s1", .place = &kGuangdongTelecom};
}

void SortRules(std::vector<CompiledRatioRule>& rules) {
  std::stable_sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) {
    return Specificity(a.spec.scope) > Specificity(b.spec.scope);
  });
}

// Everything, publish point, country, region, ISP, stream: every combination of them, from the most
// specific.
TEST(RatioIndex, ScopesOrderFromStreamDownToPublishPoint) {
  const RatioScope whole{
      .publish_point = "p", .country = "CN", .region = "440000", .isp = "t", .stream = "s"};
  std::string RatioScope::*const fields[] = {&RatioScope::stream, &RatioScope::isp,
                                             &RatioScope::region, &RatioScope::country,
                                             &RatioScope::publish_point};
  int above = INT_MAX;
  for (uint32_t named = 0b11111; named < 32; --named) {
    RatioScope scope;
    for (size_t i = 0; i < 5; ++i) {
      if ((named >> (4 - i) & 1) != 0) scope.*fields[i] = whole.*fields[i];
    }
    EXPECT_LT(Specificity(scope), above) << named;
    above = Specificity(scope);
  }
  EXPECT_EQ(above, 0);
}

TEST(RatioIndex, MostSpecificScopeWins) {
  const struct {
    const char* what;
    RatioScope wins;
    RatioScope loses;
  } cases[] = {
      {"publish point over everything", {.publish_point = "show"}, {}},
      {"country over publish point", {.country = "CN"}, {.publish_point = "show"}},
      {"region over publish point", {.region = "440000"}, {.publish_point = "show"}},
      {"region over publish point and country",
       {.region = "440000"},
       {.publish_point = "show", .country = "CN"}},
      {"ISP over publish point", {.isp = "chinatelecom"}, {.publish_point = "show"}},
      {"ISP over region", {.isp = "chinatelecom"}, {.region = "440000"}},
      {"ISP over publish point and region",
       {.isp = "chinatelecom"},
       {.publish_point = "show", .region = "440000"}},
      {"publish point and ISP over ISP",
       {.publish_point = "show", .isp = "chinatelecom"},
       {.isp = "chinatelecom"}},
      {"stream over all others together",
       {.stream = "s1"},
       {.publish_point = "show", .country = "CN", .region = "440000", .isp = "chinatelecom"}}};
  for (const auto& c : cases) {
    // By name the one that loses would go first.
    std::vector<CompiledRatioRule> rules = {Rule("a", c.loses), Rule("b", c.wins)};
    SortRules(rules);
    const CompiledRatioRule* found = RatioIndex(rules).Find(rules, Ask());
    ASSERT_NE(found, nullptr) << c.what;
    EXPECT_EQ(found->spec.name, "b") << c.what;
  }
}

TEST(RatioIndex, FirstRuleThatMatchesIsFoundAndOthersSayWhyNot) {
  const std::vector<CompiledRatioRule> rules = {Rule("unicom", {.isp = "chinaunicom"}),
                                                Rule("default", {})};
  EXPECT_EQ(RatioIndex(rules).Find(rules, Ask()), &rules[1]);
  EXPECT_EQ(WhyNot(rules[0].spec.scope, Ask()), "isp is chinatelecom, not chinaunicom");
  EXPECT_EQ(WhyNot(rules[1].spec.scope, Ask()), "");
}

TEST(RatioIndex, NoRuleIsFoundAmongNone) {
  EXPECT_EQ(RatioIndex().Find({}, Ask()), nullptr);
  const std::vector<CompiledRatioRule> rules = {Rule("other", {.stream = "s2"})};
  EXPECT_EQ(RatioIndex(rules).Find(rules, Ask()), nullptr);
}

TEST(RatioIndex, RuleThatIsOffGivesWayToTheNext) {
  const std::vector<CompiledRatioRule> rules = {Rule("a", {.stream = "s1"}),
                                                Rule("b", {.stream = "s1"}), Rule("default", {})};
  const RatioIndex index(rules);
  EXPECT_EQ(index.Find(rules, Ask()), &rules[0]);
  std::vector<uint64_t> off = {StableHash("a")};
  RatioQuestion question = Ask();
  question.rules_off = off;
  EXPECT_EQ(index.Find(rules, question), &rules[1]);
  off.push_back(StableHash("b"));
  question.rules_off = off;
  EXPECT_EQ(index.Find(rules, question), &rules[2]);
}

TEST(RatioIndex, FindsWhatLookingAtEveryRuleFinds) {
  std::mt19937 chance(3);
  const auto one_of = [&chance](const char* prefix, int count) {
    return chance() % 2 == 0 ? std::string() : absl::StrCat(prefix, chance() % count);
  };
  std::vector<CompiledRatioRule> rules;
  for (int i = 0; i < 500; ++i) {
    rules.push_back(Rule(absl::StrCat("r", i), {.publish_point = one_of("p", 5),
                                                .country = one_of("c", 3),
                                                .region = one_of("r", 6),
                                                .isp = one_of("i", 4),
                                                .stream = one_of("s", 20)}));
  }
  SortRules(rules);
  const RatioIndex index(rules);
  for (int i = 0; i < 3000; ++i) {
    const ipdb::Location place{one_of("c", 3), one_of("r", 6), "", one_of("i", 4)};
    const std::string point = one_of("p", 5);
    const std::string stream = one_of("s", 20);
    const RatioQuestion question{.publish_point = point, .stream = stream, .place = &place};
    const CompiledRatioRule* expected = nullptr;
    for (const CompiledRatioRule& rule : rules) {
      if (expected == nullptr && Matches(rule.spec.scope, question)) expected = &rule;
    }
    ASSERT_EQ(index.Find(rules, question), expected) << i;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
