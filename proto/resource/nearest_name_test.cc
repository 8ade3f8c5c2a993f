#include "proto/resource/nearest_name.h"

#include <vector>

#include "gtest/gtest.h"

namespace nearcast::resource {
namespace {

const std::vector<std::string> kFields = {"cdn", "location", "addresses", "announces"};

TEST(NearestName, ForgivesAMissingADoubledAWrongAndASwappedLetter) {
  EXPECT_EQ(FindNearestName("adresses", kFields), "addresses");
  EXPECT_EQ(FindNearestName("locattion", kFields), "location");
  EXPECT_EQ(FindNearestName("lokation", kFields), "location");
  EXPECT_EQ(FindNearestName("cnd", kFields), "cdn");
}

TEST(NearestName, IgnoresLetterCase) { EXPECT_EQ(FindNearestName("CDN", kFields), "cdn"); }

TEST(NearestName, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(FindNearestName("weight", kFields), std::nullopt);
  EXPECT_EQ(FindNearestName("", kFields), std::nullopt);
  EXPECT_EQ(FindNearestName(std::string(1000, 'a'), kFields), std::nullopt);
}

TEST(NearestName, TakesTheFirstOfTwoEquallyNear) {
  EXPECT_EQ(FindNearestName("bat", std::vector<std::string>{"cat", "bar"}), "cat");
}

TEST(NearestName, ListsAllWhenItCannotGuess) {
  EXPECT_EQ(SuggestName("cnd", kFields, "known fields"), "; did you mean \"cdn\"?");
  EXPECT_EQ(SuggestName("weight", kFields, "known fields"),
            "; known fields: cdn, location, addresses, announces");
}

}  // namespace
}  // namespace nearcast::resource
