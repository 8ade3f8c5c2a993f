// The demo's configuration and the policies are what operators copy from: they must be valid as they
// stand.
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

std::vector<yaml::ResourceText> TextsOf(const std::string& directory) {
  std::vector<yaml::ResourceText> texts;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".yaml") continue;
    std::ifstream in(entry.path());
    texts.push_back({entry.path().string(),
                     {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()}});
  }
  return texts;
}

// Fails the test for everything that is wrong.
scheduler::Config ReadValid(const std::string& directory) {
  const auto texts = TextsOf(directory);
  EXPECT_FALSE(texts.empty());
  const auto sources = yaml::ParseResources(texts);
  EXPECT_TRUE(sources.ok()) << sources.status();
  if (!sources.ok()) return {};
  std::vector<v1::Resource> resources;
  for (const yaml::ResourceSource& source : *sources) resources.push_back(source.resource);
  const auto converted = scheduler::ConvertConfig(resources, 1);
  auto problems = converted.problems;
  for (scheduler::Problem& problem : scheduler::Validate(converted.config)) {
    problems.push_back(std::move(problem));
  }
  for (const scheduler::Problem& problem : problems) ADD_FAILURE() << problem.ToString();
  return converted.config;
}

TEST(DemoTest, ConfigurationIsValid) {
  const scheduler::Config config = ReadValid("deploy/demo");
  EXPECT_EQ(config.nodes.size(), 2u);
  EXPECT_EQ(config.publish_points.size(), 2u);
}

TEST(DemoTest, PoliciesToBeginWithAreValid) {
  EXPECT_EQ(ReadValid("deploy/policies").client_policies.size(), 3u);
}

}  // namespace
}  // namespace nearcast
