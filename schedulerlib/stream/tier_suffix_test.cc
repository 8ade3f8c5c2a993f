#include "schedulerlib/stream/tier_suffix.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TranscodeTemplate Made(Tier tier, Codec codec, uint32_t fps) {
  TranscodeTemplate made;
  made.name = "made";
  made.tier = tier;
  made.codec = codec;
  made.fps = fps;
  return made;
}

TEST(TierSuffixTest, MarksCodecAndRate) {
  const Cdn cdn;
  EXPECT_EQ(TierSuffix(cdn, Made(Tier::kHd, Codec::kH264, 30)), "hd");
  EXPECT_EQ(TierSuffix(cdn, Made(Tier::kHd, Codec::kH265, 30)), "hd5");
  EXPECT_EQ(TierSuffix(cdn, Made(Tier::kHd, Codec::kH264, 60)), "hd60");
  EXPECT_EQ(TierSuffix(cdn, Made(Tier::kUhd, Codec::kH265, 60)), "uhd560");
  EXPECT_EQ(TierSuffix(cdn, Made(Tier::kOrigin, Codec::kH265, 60)), "");
  EXPECT_EQ(TierSuffix(cdn, Made(Tier::kAo, Codec::kH264, 0)), "");
}

TEST(TierSuffixTest, TheCdnsWordForTheTemplateGoesFirst) {
  Cdn cdn;
  TranscodeTemplate tier = Made(Tier::kHd, Codec::kH265, 30);
  cdn.suffixes = {{"h265", "{tier}-hevc"}};
  EXPECT_EQ(TierSuffix(cdn, tier), "hd-hevc");
  tier.suffix = "own";
  EXPECT_EQ(TierSuffix(cdn, tier), "own");
  cdn.suffixes["made"] = "720p";
  EXPECT_EQ(TierSuffix(cdn, tier), "720p");
  tier.tier = Tier::kOrigin;
  EXPECT_EQ(TierSuffix(cdn, tier), "");
}

TEST(TierSuffixTest, KnowsItsMarks) {
  for (const char* mark : {"h264", "h265", "h264_60", "h265_60"}) EXPECT_TRUE(IsCodecMark(mark));
  EXPECT_FALSE(IsCodecMark("hd"));
}

}  // namespace
}  // namespace nearcast::scheduler
