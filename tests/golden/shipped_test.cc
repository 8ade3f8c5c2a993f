// What ships to be applied or copied from must be valid as it stands, and policies must solve to what
// is said beside them.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "proto/yaml/resource_reader.h"
#include "schedulerlib/config/validate.h"
#include "schedulerlib/convert/config_convert.h"
#include "schedulerlib/latency/latency_plan.h"

namespace nearcast {
namespace {

std::vector<yaml::ResourceText> TextsOf(const std::string& folder) {
  std::vector<yaml::ResourceText> texts;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path());
    texts.push_back({entry.path().string(),
                     {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}});
  }
  return texts;
}

// Every mistake is a failure of the test.
scheduler::Config ConfigOf(const std::string& folder) {
  const auto sources = yaml::ParseResources(TextsOf(folder));
  EXPECT_TRUE(sources.ok()) << sources.status();
  if (!sources.ok()) return {};
  std::vector<v1::Resource> resources;
  for (const yaml::ResourceSource& source : *sources) resources.push_back(source.resource);
  const auto converted = scheduler::ConvertConfig(resources, 1);
  for (const scheduler::Problem& problem : converted.problems) {
    ADD_FAILURE() << problem.ToString();
  }
  for (const scheduler::Problem& problem : scheduler::Validate(converted.config)) {
    ADD_FAILURE() << problem.ToString();
  }
  return converted.config;
}

TEST(ShippedTest, EveryVendorIsValidAndSigned) {
  const scheduler::Config config = ConfigOf("deploy/vendors");
  EXPECT_EQ(config.cdns.size(), 5u);
  for (const scheduler::Cdn& cdn : config.cdns) {
    EXPECT_NE(cdn.pull_signing.method, SignMethod::kNone) << cdn.name;
    EXPECT_NE(cdn.push_signing.method, SignMethod::kNone) << cdn.name;
  }
}

TEST(ShippedTest, LatencyPoliciesSolveToWhatIsSaidBesideThem) {
  const scheduler::Config config = ConfigOf("deploy/latency");
  const struct {
    const char* name;
    uint32_t gop_ms;
    uint32_t best_ms;
    uint32_t worst_ms;
    uint32_t mean_ms;
    uint32_t slow_below_ms;  // 0 = does not slow
    uint32_t chase_start_ms;
    uint32_t chase_percent;
  } kRows[] = {
      {"quiz", 2000, 5000, 5000, 6000, 0, 6000, 140},
      {"shopping", 2000, 3000, 3000, 4000, 3000, 4000, 120},
      {"flv", 2000, 1800, 5800, 3000, 0, 4000, 110},
      {"one-second", 1000, 300, 2300, 1000, 300, 800, 110},
  };
  ASSERT_EQ(config.latency_policies.size(), std::size(kRows));
  for (const auto& row : kRows) {
    for (const scheduler::LatencyPolicy& policy : config.latency_policies) {
      if (policy.name != row.name) continue;
      const scheduler::LatencyPlan plan = SolveLatency(policy).value();
      EXPECT_EQ(plan.gop_ms, row.gop_ms) << row.name;
      EXPECT_EQ(plan.by_grade[8].gop_cache_ms, row.best_ms) << row.name;
      EXPECT_EQ(plan.by_grade[1].gop_cache_ms, row.worst_ms) << row.name;
      EXPECT_EQ(plan.mean_ms, row.mean_ms) << row.name;
      EXPECT_EQ(plan.speed.slows ? plan.speed.slow_below_ms : 0, row.slow_below_ms) << row.name;
      EXPECT_EQ(plan.speed.chase_start_ms, row.chase_start_ms) << row.name;
      EXPECT_EQ(plan.speed.chase_percent, row.chase_percent) << row.name;
    }
  }
}

}  // namespace
}  // namespace nearcast
