#include "base/list_flags.h"

#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

ABSL_FLAG(std::vector<std::string>, colors, {"grey"}, "a list");
ABSL_FLAG(std::vector<std::string>, sizes, {}, "another list");
ABSL_FLAG(std::string, name, "", "one value");
ABSL_FLAG(bool, loud, false, "yes or no");

namespace nearcast {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What is left over.
std::vector<std::string> Parse(std::vector<std::string> words) {
  words.insert(words.begin(), "program");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  std::vector<std::string> rest;
  for (const char* word : ParseFlagsWithLists(static_cast<int>(argv.size()), argv.data())) {
    rest.emplace_back(word);
  }
  rest.erase(rest.begin());
  return rest;
}

class ListFlagsTest : public ::testing::Test {
 private:
  absl::FlagSaver saver_;
};

TEST_F(ListFlagsTest, AFlagThatIsGivenSeveralTimesIsOneList) {
  EXPECT_THAT(Parse({"--colors=red,blue", "--sizes", "s", "-colors", "green",
                     "--colors=", "--colors=red", "--name=x", "--name=y"}),
              IsEmpty());
  EXPECT_THAT(absl::GetFlag(FLAGS_colors), ElementsAre("red", "blue", "green", "red"));
  EXPECT_THAT(absl::GetFlag(FLAGS_sizes), ElementsAre("s"));
  EXPECT_EQ(absl::GetFlag(FLAGS_name), "y") << "no list: the last counts";
}

TEST_F(ListFlagsTest, ValuesWithEqualsSignsStayWhole) {
  Parse({"--colors=a=rtmp://x/y?k=v", "--colors", "b=rtmp://z"});
  EXPECT_THAT(absl::GetFlag(FLAGS_colors), ElementsAre("a=rtmp://x/y?k=v", "b=rtmp://z"));
}

TEST_F(ListFlagsTest, WhatIsNoFlagIsNotTakenForOne) {
  EXPECT_THAT(Parse({"--loud", "--colors=a", "word", "--name", "--colors", "--", "--colors=b"}),
              ElementsAre("word", "--colors=b"));
  EXPECT_THAT(absl::GetFlag(FLAGS_colors), ElementsAre("a"));
  EXPECT_TRUE(absl::GetFlag(FLAGS_loud));
}

TEST_F(ListFlagsTest, WhatIsNotGivenKeepsItsDefault) {
  Parse({"--sizes=s"});
  EXPECT_THAT(absl::GetFlag(FLAGS_colors), ElementsAre("grey"));
}

}  // namespace
}  // namespace nearcast
