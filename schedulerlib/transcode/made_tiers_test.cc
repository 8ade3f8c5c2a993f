// Push-side and pull-side tiers as viewers meet them: where they are, under whose names, and what
// stands in for those that nobody makes.
#include "schedulerlib/transcode/made_tiers.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "schedulerlib/explain/explanation.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/stream/play_url.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::HasSubstr;
using T = Transcoding;

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

// hd is made on the push side, ld on the pull side; the stream is pushed to a, and c fetches. Each
// CDN has names of its own.
class MadeTiersTest : public ::testing::Test {
 protected:
  MadeTiersTest() {
    given_.Vendor("a").Vendor("b").Vendor("c").Point("show", {"a", "b"}, {"origin", "hd", "ld"});
    for (TranscodeTemplate& tier : given_.config().transcode_templates) {
      if (tier.tier == Tier::kHd) tier.side = TranscodeSide::kPush;
    }
    for (Cdn& cdn : given_.config().cdns) {
      cdn.suffixes = {{"h264", absl::StrCat("{tier}-by-", cdn.name)}};
    }
    given_.Ratio("r", {{"c", 1}}, {{"a", 1}});
    stream_ = {.name = "s", .publish_point = "show", .state = StreamState::kPublishing};
    stream_.push_lines = {{"main", "a", "", "rtmp://push.a.example/live/s", false}};
    viewer_.address = Ip("192.0.2.1");
    viewer_.key = "u";
  }

  void Transcodes(const std::string& cdn, Transcoding what) {
    for (Cdn& each : given_.config().cdns) {
      if (each.name == cdn) each.transcoding = what;
    }
  }

  absl::StatusOr<PlayDecision> Decide() {
    snapshot_ = given_.Snapshot();
    return DecidePlay(*snapshot_, stream_, viewer_, kNow);
  }

  // "c: s s_hd-by-a s_ld-by-c": each line's CDN, and the names of what it gives for each tier.
  std::string Told() {
    const auto decision = Decide();
    if (!decision.ok()) return std::string(decision.status().message());
    std::vector<std::string> lines;
    for (const PlayLine& line : decision->lines) {
      std::vector<std::string> names = {absl::StrCat(snapshot_->cdn(line.cdn).spec.name, ":")};
      for (const TranscodeTemplate& tier : decision->tiers) {
        std::string url = BuildPlayUrl(*snapshot_, *decision, line, tier, "flv");
        url = url.substr(url.rfind('/') + 1);
        names.push_back(url.substr(0, url.find(".flv")));
      }
      lines.push_back(absl::StrJoin(names, " "));
    }
    return absl::StrJoin(lines, " | ");
  }

  std::string Explained() {
    const PlayDecision decision = Decide().value();
    return absl::StrJoin(ExplainPlay(*snapshot_, decision).steps, "\n");
  }

  Given given_;
  std::shared_ptr<const Snapshot> snapshot_;
  Stream stream_;
  Viewer viewer_;
};

TEST_F(MadeTiersTest, PushSideTiersHaveThePushedCdnsNamesAndPullSideTiersTheirOwn) {
  EXPECT_EQ(Told(), "c: s s_hd-by-a s_ld-by-c | a: s s_hd-by-a s_ld-by-a");
  EXPECT_THAT(Explained(), HasSubstr("main line: push-side tiers hd are made by CDN a, which feeds "
                                     "CDN c, and have its names"));
}

TEST_F(MadeTiersTest, StreamThatMovesTakesItsPushSideTiersAlong) {
  stream_.push_lines[0].cdn = "b";
  EXPECT_EQ(Told(), "c: s s_hd-by-b s_ld-by-c | a: s s_hd-by-b s_ld-by-a");
  Transcodes("b", T::kPullOnly);
  EXPECT_EQ(Told(), "c: s s_ld-by-c | a: s s_ld-by-a") << "hd is made no more";
  EXPECT_THAT(Explained(), HasSubstr("main line: hd is not offered: CDN b, which the stream is "
                                     "pushed to, makes no push-side tiers"));
}

TEST_F(MadeTiersTest, EachOfTwoPushesMakesItsOwn) {
  given_.config().publish_points[0].standby = Standby::kHot;
  stream_.push_lines.push_back({"backup", "b", "", "rtmp://push.b.example/live/s", false});
  given_.config().ratio_rules[0].main = {{"a", 1}};
  EXPECT_EQ(Told(), "a: s s_hd-by-a s_ld-by-a | b: s s_hd-by-b s_ld-by-b");
}

TEST_F(MadeTiersTest, ColdStandbyThatStandsInMakesWhatItCan) {
  given_.config().publish_points[0].standby = Standby::kCold;
  stream_.push_lines.push_back({"backup", "b", "", "rtmp://push.b.example/live/s", true});
  given_.config().ratio_rules[0].backup = {{"b", 1}};
  EXPECT_EQ(Told(), "c: s s_hd-by-a s_ld-by-c | b: s s_hd-by-a s_ld-by-b")
      << "b waits, and fetches";
  stream_.carried_by = CarriedBy::kBackup;
  EXPECT_EQ(Told(), "c: s s_hd-by-b s_ld-by-c | b: s s_hd-by-b s_ld-by-b");
  Transcodes("b", T::kNone);
  EXPECT_EQ(Told(), "c: s s_ld-by-c | b: s s") << "the stand-in passes on what is pushed";
}

TEST_F(MadeTiersTest, WhatIsMadeForTheMainLineIsOffered) {
  const struct {
    Transcoding a, c;
    const char* told;
  } cases[] = {
      {T::kBoth, T::kBoth, "c: s s_hd-by-a s_ld-by-c | a: s s_hd-by-a s_ld-by-a"},
      {T::kBoth, T::kNone, "c: s s_hd-by-a | a: s s_hd-by-a"},
      {T::kPushOnly, T::kBoth, "c: s s_hd-by-a s_ld-by-c | a: s s_hd-by-a s_hd-by-a"},
      {T::kPullOnly, T::kBoth, "c: s s_ld-by-c | a: s s_ld-by-a"},
      {T::kPullOnly, T::kPushOnly, "c: s | a: s"},
      {T::kNone, T::kBoth, "c: s s_ld-by-c | a: s s"},
      {T::kNone, T::kNone, "c: s | a: s"},
  };
  for (const auto& c : cases) {
    Transcodes("a", c.a);
    Transcodes("c", c.c);
    EXPECT_EQ(Told(), c.told);
  }
}

TEST_F(MadeTiersTest, BackupLineGivesTheNextBestWhereATierIsNotMade) {
  Transcodes("a", T::kPushOnly);
  const PlayDecision decision = Decide().value();
  rapidjson::Document data;
  data.Parse(WriteStreamData(*snapshot_, decision, kNow).c_str());
  const auto& backup = data["data"]["ld"]["backup"];
  EXPECT_THAT(backup["flv"].GetString(), HasSubstr("/s_hd-by-a.flv"));
  EXPECT_THAT(backup["sdk_params"].GetString(), HasSubstr("\"resolution\":\"1280x720\""))
      << "told as what it is";
  EXPECT_THAT(Explained(), HasSubstr("backup line: ld is not made there, hd stands in for it"));
}

TEST_F(MadeTiersTest, DefaultTierIsOneOfThoseThatAreMade) {
  given_.Policy("ld");
  EXPECT_EQ(Decide()->default_tier, Tier::kLd);
  Transcodes("c", T::kNone);
  const PlayDecision decision = Decide().value();
  EXPECT_NE(decision.default_tier, Tier::kLd);
  EXPECT_THAT(Explained(), HasSubstr("ld is not offered"));
}

TEST_F(MadeTiersTest, WithoutAnyTierThereIsAClearError) {
  given_.config().publish_points[0].transcode_templates = {"hd"};
  EXPECT_EQ(Told(), "c: s_hd-by-a | a: s_hd-by-a");
  Transcodes("a", T::kNone);
  EXPECT_TRUE(absl::IsUnavailable(Decide().status()));
  EXPECT_EQ(Told(),
            "no tier of stream s that is offered is made for CDN c: publish point show needs a "
            "template with tier origin, or a CDN that transcodes (Cdn.transcoding)");
}

TEST_F(MadeTiersTest, BackupLineWithoutAnyTierIsDropped) {
  given_.config().publish_points[0].transcode_templates = {"ld"};
  Transcodes("a", T::kNone);
  EXPECT_EQ(Told(), "c: s_ld-by-c");
  EXPECT_THAT(Explained(), HasSubstr("there is no backup line: no tier is made for its CDN"));
}

}  // namespace
}  // namespace nearcast::scheduler
