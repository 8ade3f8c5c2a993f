#include "schedulerlib/transcode/played_tier.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

class PlayedTierTest : public ::testing::Test {
 protected:
  PlayedTierTest() {
    given_.Own("own")
        .Node("gz", "CN")
        .Vendor("a")
        .Point("show", {"a"}, {"origin", "hd", "sd5", "ld", "ao"});
    for (TranscodeTemplate& tier : given_.config().transcode_templates) {
      if (tier.tier == Tier::kLd) tier.suffix = "low_rate";
    }
    Streams({"s"});
  }

  void Streams(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      streams_[name] = {.name = name, .publish_point = "show", .state = StreamState::kPublishing};
      streams_[name].push_lines = {{"main", "a", "", "rtmp://push.a.example/live/" + name, false}};
    }
  }

  // "STREAM TIER", or "".
  std::string Played(absl::string_view name, absl::string_view cdn = "own") {
    const auto snapshot = given_.Snapshot();
    const Stream* last = nullptr;
    const auto find = [&](absl::string_view wanted) -> const Stream* {
      ++asked_;
      const auto at = streams_.find(std::string(wanted));
      if (at == streams_.end()) return nullptr;
      last = &at->second;
      return last;
    };
    const auto tier = FindPlayedTier(*snapshot, *snapshot->FindCdn(cdn), name, find);
    return tier ? absl::StrCat(last->name, " ", TierKey(*tier)) : "";
  }

  Given given_;
  std::map<std::string, Stream> streams_;
  size_t asked_ = 0;
};

TEST_F(PlayedTierTest, ANameStandsForAStreamOrATierOfIt) {
  EXPECT_EQ(Played("s"), "s origin");
  EXPECT_EQ(Played("s_hd"), "s hd");
  EXPECT_EQ(Played("s_sd5"), "s sd");
  EXPECT_EQ(Played("s_low_rate"), "s ld") << "a suffix may have '_' in it";
  for (const char* none :
       {"", "_", "_hd", "s_", "s_uhd", "s_rate", "t", "t_hd", "s__hd", "s_hd_"}) {
    EXPECT_EQ(Played(none), "") << none;
  }
}

TEST_F(PlayedTierTest, AStreamOfThatVeryNameGoesFirst) {
  Streams({"s_hd", "s_low"});
  EXPECT_EQ(Played("s_hd"), "s_hd origin");
  EXPECT_EQ(Played("s_hd_hd"), "s_hd hd");
  EXPECT_EQ(Played("s_low_rate"), "s ld") << "s_low has no tier \"rate\"";
  EXPECT_EQ(Played("s_low_low_rate"), "s_low ld");
}

TEST_F(PlayedTierTest, TheCdnWhereItIsPlayedSaysWhatSuffixesMean) {
  for (Cdn& cdn : given_.config().cdns) {
    if (cdn.name == "a") cdn.suffixes = {{"h264", "t-{tier}"}};
  }
  EXPECT_EQ(Played("s_t-hd", "a"), "s hd");
  EXPECT_EQ(Played("s_hd", "a"), "");
  EXPECT_EQ(Played("s_hd", "own"), "s hd");
}

TEST_F(PlayedTierTest, APushSideTierHasItsMakersNameEverywhere) {
  for (TranscodeTemplate& tier : given_.config().transcode_templates) {
    if (tier.tier == Tier::kHd) tier.side = TranscodeSide::kPush;
  }
  for (Cdn& cdn : given_.config().cdns) {
    if (cdn.name == "a") cdn.suffixes = {{"h264", "t-{tier}"}};
  }
  EXPECT_EQ(Played("s_t-hd"), "s hd");
  EXPECT_EQ(Played("s_hd"), "");
}

TEST_F(PlayedTierTest, ATierThatNobodyIsSaidToMakeIsKnownByItsName) {
  for (Cdn& cdn : given_.config().cdns) cdn.transcoding = Transcoding::kNone;
  EXPECT_EQ(Played("s_hd"), "s hd");
}

TEST_F(PlayedTierTest, ANameFullOfMarksCostsLittle) {
  EXPECT_EQ(Played(std::string(10'000, '_')), "");
  EXPECT_LE(asked_, kSuffixesTried + 1);
}

}  // namespace
}  // namespace nearcast::scheduler
