// Hot and cold standby as viewers meet them: which lines they get, and what their players are told.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "schedulerlib/explain/explanation.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

// Pushed to a and b; c fetches.
class StandbyPlayTest : public ::testing::Test {
 protected:
  StandbyPlayTest() {
    viewer_.address = Ip("192.0.2.1");
    viewer_.key = "u1";
  }

  void Given3(Standby standby, std::vector<CdnWeight> main, std::vector<CdnWeight> backup) {
    Given given;
    given.Vendor("a").Vendor("b").Vendor("c").Point("show", {"a", "b"}, {"hd"}).StandsBy(standby);
    given.Ratio("r", std::move(main), std::move(backup));
    snapshot_ = given.Snapshot();
    stream_ = {.name = "s1", .publish_point = "show", .state = StreamState::kPublishing};
    stream_.push_lines = {
        {"main", "a", "", "rtmp://push.a.example/live/s1", false},
        {"backup", "b", "", "rtmp://push.b.example/live/s1", standby == Standby::kCold}};
  }

  PlayDecision Decide() const { return DecidePlay(*snapshot_, stream_, viewer_, kNow).value(); }

  // "a1 b2": CDNs with their push ids, main line first.
  std::string Lines() const {
    std::string text;
    for (const PlayLine& line : Decide().lines) {
      absl::StrAppend(&text, text.empty() ? "" : " ", snapshot_->cdn(line.cdn).spec.name,
                      line.push + 1);
    }
    return text;
  }

  std::string LinesWhen(CarriedBy carried_by) {
    stream_.carried_by = carried_by;
    return Lines();
  }

  std::string LineSwitchOf(const char* line) const {
    rapidjson::Document data;
    data.Parse(WriteStreamData(*snapshot_, Decide(), kNow).c_str());
    const std::string params = data["data"]["hd"][line]["sdk_params"].GetString();
    const size_t at = params.find("\"LineSwitch\"");
    return at == std::string::npos ? "" : params.substr(at, params.find('}', at) + 1 - at);
  }

  std::shared_ptr<const Snapshot> snapshot_;
  Stream stream_;
  Viewer viewer_;
};

TEST_F(StandbyPlayTest, InHotStandbyTheTwoLinesComeFromTheTwoPushes) {
  Given3(Standby::kHot, {{"a", 1}}, {{"c", 1}});
  EXPECT_EQ(Lines(), "a1 b2") << "c hangs on a's push, as the main line does";
  Given3(Standby::kHot, {{"c", 1}}, {{"a", 1}});
  EXPECT_EQ(Lines(), "c1 b2");
  Given3(Standby::kHot, {{"b", 1}}, {{"c", 1}});
  EXPECT_EQ(Lines(), "b2 c1");
  Given3(Standby::kHot, {{"a", 1}}, {});
  EXPECT_EQ(Lines(), "a1 b2") << "no backup weights";
}

TEST_F(StandbyPlayTest, WhenOneOfTwoPushesFailsViewersGoWhereTheOtherIs) {
  Given3(Standby::kHot, {{"a", 1}}, {{"c", 1}});
  EXPECT_EQ(LinesWhen(CarriedBy::kBackup), "c2") << "c fetches from b then";
  Given3(Standby::kHot, {{"a", 1}}, {});
  EXPECT_EQ(LinesWhen(CarriedBy::kBackup), "b2");
  EXPECT_EQ(LinesWhen(CarriedBy::kMain), "a1");
  EXPECT_EQ(LinesWhen(CarriedBy::kPlanned), "a1 b2");
  Given3(Standby::kHot, {{"b", 1}}, {{"c", 1}});
  EXPECT_EQ(LinesWhen(CarriedBy::kMain), "c1");
}

TEST_F(StandbyPlayTest, ColdStandbysLineIsNotUsedUntilItStandsIn) {
  Given3(Standby::kCold, {{"a", 1}}, {{"c", 1}});
  EXPECT_EQ(Lines(), "a1 c1");
  Given3(Standby::kCold, {{"a", 1}}, {{"a", 1}});
  EXPECT_EQ(LinesWhen(CarriedBy::kPlanned), "a1");
  EXPECT_EQ(LinesWhen(CarriedBy::kBackup), "b2") << "the rules know only a, which has no pictures";
}

TEST_F(StandbyPlayTest, ADryCdnIsKeptWhereNothingElseMayCarry) {
  Given3(Standby::kCold, {{"a", 1}}, {});
  Given given;
  given.Vendor("a").Vendor("b").Point("show", {"a"}, {"hd"}).Ratio("r", {{"a", 1}});
  given.config().cdns[1].disabled = true;
  snapshot_ = given.Snapshot();
  EXPECT_EQ(LinesWhen(CarriedBy::kBackup), "a1");
}

TEST_F(StandbyPlayTest, ACdnThatDeliversNothingCarriesNobody) {
  Given3(Standby::kHot, {{"a", 1}}, {{"c", 1}});
  Given given;
  given.Vendor("a").Vendor("b").Vendor("c").Point("show", {"a", "b"}, {"hd"});
  given.StandsBy(Standby::kHot).Ratio("r", {{"a", 1}}, {{"c", 1}});
  given.config().cdns[1].pull_templates.clear();  // takes pushes, which c fetches
  snapshot_ = given.Snapshot();
  EXPECT_EQ(Lines(), "a1 c1");
  EXPECT_EQ(LinesWhen(CarriedBy::kBackup), "c2");
}

TEST_F(StandbyPlayTest, ALastResortIsNoBackupLine) {
  Given3(Standby::kHot, {{"a", 1}}, {{"c", 1}});
  Given given;
  given.Vendor("a").Vendor("b").Vendor("c").Point("show", {"a", "b"}, {"hd"});
  given.StandsBy(Standby::kHot).Ratio("r", {{"a", 1}}, {{"c", 1}});
  given.config().cdns[1].health = CdnHealth::kPoor;
  snapshot_ = given.Snapshot();
  EXPECT_EQ(Lines(), "a1 c1") << "the other push is at b";
  EXPECT_EQ(LinesWhen(CarriedBy::kBackup), "c2");
}

TEST_F(StandbyPlayTest, WhatAnOperatorSetsByHandStays) {
  Given3(Standby::kHot, {{"a", 1}}, {{"c", 1}});
  stream_.play_cdn = "c";
  EXPECT_EQ(Lines(), "c1 b2") << "held; the backup line still is on the other push";
}

TEST_F(StandbyPlayTest, PlayersAreToldWhenToSwitch) {
  Given3(Standby::kHot, {{"a", 1}}, {{"b", 1}});
  EXPECT_EQ(LineSwitchOf("main"),
            R"("LineSwitch":{"Enable":1,"To":"backup","PushId":2,"OwnPush":1,"SilenceMs":1000,)"
            R"("FirstFrameMs":3000,"StallCount":2,"ReturnMs":30000})");
  EXPECT_EQ(LineSwitchOf("backup"),
            R"("LineSwitch":{"Enable":1,"To":"main","PushId":1,"OwnPush":1,"SilenceMs":1000,)"
            R"("FirstFrameMs":3000,"StallCount":2,"ReturnMs":30000})");
  Given3(Standby::kNone, {{"a", 1}}, {{"c", 1}});
  EXPECT_EQ(LineSwitchOf("main"),
            R"("LineSwitch":{"Enable":1,"To":"backup","PushId":1,"OwnPush":0,"SilenceMs":1000,)"
            R"("FirstFrameMs":3000,"StallCount":4,"ReturnMs":30000})");
  Given3(Standby::kNone, {{"a", 1}}, {{"a", 1}});
  EXPECT_EQ(LineSwitchOf("main"), "") << "there is no other line";
}

TEST_F(StandbyPlayTest, PushIdsAreThePushesThatTheLinesHangOn) {
  Given3(Standby::kHot, {{"b", 1}}, {{"a", 1}});
  rapidjson::Document data;
  data.Parse(WriteStreamData(*snapshot_, Decide(), kNow).c_str());
  EXPECT_EQ(data["common"]["main_push_id"].GetInt(), 2);
  EXPECT_EQ(data["common"]["backup_push_id"].GetInt(), 1);
}

TEST_F(StandbyPlayTest, ExplainTellsThatALineStandsIn) {
  Given3(Standby::kCold, {{"a", 1}}, {});
  stream_.carried_by = CarriedBy::kBackup;
  const auto steps = ExplainPlay(*snapshot_, Decide()).steps;
  EXPECT_THAT(steps, ::testing::Contains(::testing::HasSubstr(
                         "CDN b, which is fed, while the push to the one it had has failed")));
}

}  // namespace
}  // namespace nearcast::scheduler
