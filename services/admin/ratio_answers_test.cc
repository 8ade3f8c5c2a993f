#include "services/admin/ratio_answers.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::Resource Cdn(const std::string& name, double cap, double commit, double price) {
  v1::Resource resource;
  resource.set_name(name);
  resource.mutable_cdn()->set_cap_mbps(cap);
  resource.mutable_cdn()->set_commit_mbps(commit);
  resource.mutable_cdn()->set_price_per_mbps(price);
  return resource;
}

v1::Resource Rule(const std::string& name, std::vector<std::pair<std::string, uint32_t>> main) {
  v1::Resource resource;
  resource.set_name(name);
  resource.set_revision(7);
  for (const auto& [cdn, weight] : main) {
    v1::RatioRule::Weight* added = resource.mutable_ratio_rule()->add_main();
    added->set_cdn(cdn);
    added->set_weight(weight);
  }
  return resource;
}

ConfigFollower::Resources World(const std::vector<v1::Resource>& resources) {
  ConfigFollower::Resources world;
  for (const v1::Resource& resource : resources) world[resource::KeyOf(resource)] = resource;
  return world;
}

std::vector<uint32_t> Weights(const v1::Resource& rule) {
  std::vector<uint32_t> weights;
  for (const auto& weight : rule.ratio_rule().main()) weights.push_back(weight.weight());
  return weights;
}

v1::ProposeRatioRequest For(double mbps) {
  v1::ProposeRatioRequest request;
  request.set_demand_mbps(mbps);
  return request;
}

TEST(ProposeRatio, GivesWeightsThatCostLessReadyToApply) {
  const auto world = World({Cdn("a", 1000, 0, 4), Cdn("b", 0, 500, 6), Cdn("c", 0, 0, 9),
                            Rule("default", {{"a", 30}, {"b", 30}, {"c", 40}})});
  const auto proposal = ProposeRatio(world, {}, For(2000));
  ASSERT_TRUE(proposal.ok()) << proposal.status();
  ASSERT_EQ(proposal->resources_size(), 1);
  EXPECT_THAT(Weights(proposal->resources(0)), ElementsAre(400, 600, 0));
  EXPECT_EQ(proposal->resources(0).revision(), 0);
  EXPECT_NEAR(proposal->cost_now(), 600 * 4 + 600 * 6 + 800 * 9, 1e-6);
  EXPECT_NEAR(proposal->cost_proposed(), 800 * 4 + 1200 * 6, 1);
  EXPECT_THAT(proposal->notes(), ElementsAre("a is full: its watermark of 800 Mb/s binds"));
  EXPECT_NEAR(proposal->shares(0).share_proposed(), 0.4, 1e-6);
}

TEST(ProposeRatio, WhatCarriesNobodyNowGetsNoMore) {
  v1::Resource cheap = Cdn("a", 0, 0, 1);
  const auto rule = Rule("default", {{"a", 30}, {"b", 70}});
  EXPECT_THAT(
      Weights(ProposeRatio(World({cheap, Cdn("b", 0, 0, 5), rule}), {}, For(2000))->resources(0)),
      ElementsAre(1000, 0));
  cheap.mutable_cdn()->set_health(v1::Cdn::DOWN);
  const auto proposal = ProposeRatio(World({cheap, Cdn("b", 0, 0, 5), rule}), {}, For(2000));
  ASSERT_TRUE(proposal.ok()) << proposal.status();
  EXPECT_EQ(proposal->resources_size(), 0);
  EXPECT_THAT(proposal->notes(),
              ElementsAre("a is DOWN: it gets no more than its weights give it now"));
}

TEST(ProposeRatio, CommitThatIsNotUsedUpIsToldAndSoIsACapThatIsExceeded) {
  const auto world =
      World({Cdn("a", 100, 0, 1), Cdn("b", 0, 900, 6), Rule("default", {{"a", 50}, {"b", 50}})});
  const auto proposal = ProposeRatio(world, {}, For(500));
  ASSERT_TRUE(proposal.ok()) << proposal.status();
  EXPECT_THAT(proposal->notes(),
              ElementsAre(HasSubstr("a is beyond its watermark now: 250 of 80 Mb/s"),
                          HasSubstr("b's commit is not used up: 500 of 900 Mb/s")));
}

TEST(ProposeRatio, RulesWeighAsTheirViewersDid) {
  const auto world = World({Cdn("a", 1000, 0, 1), Cdn("b", 0, 0, 2),
                            Rule("big", {{"a", 50}, {"b", 50}}), Rule("small", {{"b", 1}})});
  const RatioFacts facts{.rates = {{.cdn = "a", .traffic = {.measured_bps = 4e8}},
                                   {.cdn = "b", .traffic = {.assigned_bps = 6e8}}},
                         .demands = {{"big", 9e8}, {"small", 1e8}}};
  const auto proposal = ProposeRatio(world, facts, {});
  ASSERT_TRUE(proposal.ok()) << proposal.status();
  ASSERT_EQ(proposal->resources_size(), 1) << "one CDN alone has nothing to choose";
  EXPECT_EQ(proposal->resources(0).name(), "big");
  EXPECT_THAT(Weights(proposal->resources(0)), ElementsAre(889, 111));
}

TEST(ProposeRatio, WhatIsBestAlreadyStays) {
  const auto proposal = ProposeRatio(
      World({Cdn("a", 0, 0, 1), Cdn("b", 0, 0, 1), Rule("r", {{"a", 1}, {"b", 2}})}), {}, For(100));
  ASSERT_TRUE(proposal.ok());
  EXPECT_THAT(proposal->resources(), IsEmpty());
  EXPECT_NEAR(proposal->cost_now(), proposal->cost_proposed(), 1e-6);
}

TEST(ProposeRatio, WhatCannotBePlannedSaysWhy) {
  const auto rule = Rule("r", {{"a", 1}, {"b", 1}});
  const auto small = World({Cdn("a", 100, 0, 1), Cdn("b", 100, 0, 1), rule});
  EXPECT_EQ(rpc::ReasonOf(ProposeRatio({}, {}, For(1)).status()), "NO_RATIO_RULE");
  EXPECT_EQ(rpc::ReasonOf(ProposeRatio(small, {}, {}).status()), "NO_DEMAND");
  EXPECT_EQ(rpc::ReasonOf(ProposeRatio(small, {}, For(1000)).status()), "DEMAND_DOES_NOT_FIT");
  v1::ProposeRatioRequest wrong = For(10);
  wrong.set_step_max_percent(101);
  EXPECT_EQ(rpc::ReasonOf(ProposeRatio(small, {}, wrong).status()), "INVALID_PLAN");
}

}  // namespace
}  // namespace nearcast
