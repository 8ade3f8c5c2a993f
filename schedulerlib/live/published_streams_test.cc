#include "schedulerlib/live/published_streams.h"

#include <map>
#include <random>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using Names = std::vector<std::string>;

TEST(PublishedStreamsTest, TellsWhatStartedAndStopped) {
  PublishedStreams published;
  EXPECT_EQ(published.Replace("n1", {"live/a"}).started, Names{"live/a"});
  EXPECT_TRUE(
      published.Replace("n2", {"live/a"}).started.empty());  // the hot standby's second push
  EXPECT_EQ(published.NodesOf("live/a"), (Names{"n1", "n2"}));
  EXPECT_TRUE(published.Replace("n1", {}).stopped.empty());
  EXPECT_EQ(published.Replace("n2", {"live/b"}).stopped, Names{"live/a"});
  EXPECT_TRUE(published.NodesOf("live/a").empty());
}

TEST(PublishedStreamsTest, AgreesWithAPlainTableOnRandomReports) {
  std::mt19937 random(1);
  PublishedStreams published;
  std::map<std::string, std::set<std::string>> naive;
  for (int step = 0; step < 2000; ++step) {
    const std::string node(1, static_cast<char>('a' + random() % 4));
    std::set<std::string> streams;
    for (char s = '0'; s < '6'; ++s) {
      if (random() % 2 == 0) streams.insert(std::string(1, s));
    }
    published.Replace(node, streams);
    naive[node] = streams;
    for (char s = '0'; s < '6'; ++s) {
      Names expected;
      for (const auto& [name, held] : naive) {
        if (held.count(std::string(1, s)) > 0) expected.push_back(name);
      }
      ASSERT_EQ(published.NodesOf(std::string(1, s)), expected);
    }
  }
}

}  // namespace
}  // namespace nearcast::scheduler
