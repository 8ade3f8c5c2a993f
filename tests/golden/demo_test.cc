// The demo's configuration is what operators copy from: it must be valid as it stands.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "proto/yaml/resource_reader.h"
#include "schedulerlib/config/validate.h"
#include "schedulerlib/convert/config_convert.h"

namespace nearcast {
namespace {

std::vector<yaml::ResourceText> DemoTexts() {
  std::vector<yaml::ResourceText> texts;
  for (const auto& entry : std::filesystem::directory_iterator("deploy/demo")) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path());
    texts.push_back({entry.path().string(),
                     {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}});
  }
  return texts;
}

TEST(DemoTest, ConfigurationIsValid) {
  const auto texts = DemoTexts();
  ASSERT_FALSE(texts.empty());
  const auto sources = yaml::ParseResources(texts);
  ASSERT_TRUE(sources.ok()) << sources.status();
  std::vector<v1::Resource> resources;
  for (const yaml::ResourceSource& source : *sources) resources.push_back(source.resource);
  const auto converted = scheduler::ConvertConfig(resources, 1);
  auto problems = converted.problems;
  for (scheduler::Problem& problem : scheduler::Validate(converted.config)) {
    problems.push_back(std::move(problem));
  }
  for (const scheduler::Problem& problem : problems) ADD_FAILURE() << problem.ToString();
  EXPECT_EQ(converted.config.nodes.size(), 2u);
  EXPECT_EQ(converted.config.publish_points.size(), 2u);
}

}  // namespace
}  // namespace nearcast
