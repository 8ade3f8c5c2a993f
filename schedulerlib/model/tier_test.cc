#include "schedulerlib/model/tier.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(TierTest, KeysAreReadBackAsTheyAreWritten) {
  constexpr absl::string_view kFromTheBest[] = {"origin", "uhd", "hd", "sd", "ld", "md", "ao"};
  for (size_t i = 0; i < 7; ++i) {
    const auto tier = static_cast<Tier>(i);
    EXPECT_EQ(TierKey(tier), kFromTheBest[i]);
    EXPECT_EQ(ParseTier(kFromTheBest[i]), tier);
  }
}

TEST(TierTest, AutoAndOtherWordsAreNoTiers) {
  for (const char* key : {"", "auto", "AUTO", "HD", "hd5", "uhd_60", "origin ", "or"}) {
    EXPECT_EQ(ParseTier(key), std::nullopt) << key;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
