#include "tools/nearcastctl/ratio_weights.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace nearcast::ctl {
namespace {

std::string Parse(absl::string_view text) {
  const auto weights = ParseWeights(text);
  if (!weights.ok()) return std::string(weights.status().message());
  std::string shown;
  for (const auto& weight : *weights)
    absl::StrAppend(&shown, weight.cdn(), ":", weight.weight(), " ");
  return shown;
}

TEST(RatioWeights, AreReadInTheirOrder) {
  EXPECT_EQ(Parse("own=70,vendor-a=30"), "own:70 vendor-a:30 ");
  EXPECT_EQ(Parse("b=0, a=4294967295"), "b:0 a:4294967295 ");
}

TEST(RatioWeights, MistakesAreNamed) {
  for (const char* wrong :
       {"", "own", "own=", "=7", "own=-1", "own=7.5", "own=4294967296", "own=1=2"}) {
    EXPECT_EQ(
        Parse(wrong),
        absl::StrCat("\"", wrong, "\" is no weight; write CDN=NUMBER, as in own=70,vendor-a=30"));
  }
  EXPECT_EQ(Parse("own=1,own=2"), "\"own\" is there twice");
}

TEST(RatioWeights, SharesAreOfTheWhole) {
  EXPECT_EQ(WriteShare(70, 100), "70 %");
  EXPECT_EQ(WriteShare(1, 3), "33.3 %");
  EXPECT_EQ(WriteShare(0, 0), "0 %");
  EXPECT_EQ(WriteShare(4'294'967'295, 4'294'967'295), "100 %");
}

}  // namespace
}  // namespace nearcast::ctl
