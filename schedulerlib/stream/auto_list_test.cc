#include "schedulerlib/stream/auto_list.h"

#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

std::string Ask(const Given& given) {
  const auto snapshot = given.Snapshot();
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.address = Ip("10.1.0.1");
  viewer.key = "v";
  return WriteAutoList(*snapshot, DecidePlay(*snapshot, stream, viewer).value());
}

Given Show(Given::Names tiers) {
  Given given;
  given.Vendor("a").Point("show", {"a"}, std::move(tiers)).Ratio("r", {{"a", 1}});
  for (TranscodeTemplate& made : given.config().transcode_templates) made.bitrate_bps = 900'000;
  return given;
}

TEST(AutoListTest, HasTheTranscodedTiersAndMarksTheDefaultOne) {
  Given given = Show({"origin", "hd5", "ld", "md", "ao"});
  given.Policy("ld");
  EXPECT_EQ(Ask(given),
            R"({"version":"1.0","adaptationSet":[{"gopDuration":2,"representation":[)"
            R"({"id":1,"codec":"h265","format":"flv","bitrate":900000,"qualityType":"hd",)"
            R"("hidden":0,"defaultSelect":0,"url":"https://pull.a.example/live/s1_hd5.flv"},)"
            R"({"id":2,"codec":"h264","format":"flv","bitrate":900000,"qualityType":"ld",)"
            R"("hidden":0,"defaultSelect":1,"url":"https://pull.a.example/live/s1_ld.flv"}]}]})");
}

TEST(AutoListTest, KeepsTiersOfDifferentKeyframeIntervalsApart) {
  Given given = Show({"hd", "sd", "ld"});
  for (TranscodeTemplate& made : given.config().transcode_templates) {
    made.gop_s = made.tier == Tier::kSd ? 4 : 2;
  }
  const std::string list = Ask(given);
  const size_t two = list.find(R"("gopDuration":2)");
  const size_t four = list.find(R"("gopDuration":4)");
  ASSERT_LT(two, four);
  EXPECT_LT(list.find("_ld.flv"), four);
  EXPECT_GT(list.find("_sd.flv"), four);
}

TEST(AutoListTest, HasNoTiersWhereASwitchTurnsItOff) {
  Given given = Show({"origin", "hd", "ld"});
  given.config().switches.push_back({.name = "still", .off = {"feature/auto"}});
  EXPECT_EQ(Ask(given), R"({"version":"1.0","adaptationSet":[]})");
}

TEST(AutoListTest, IsAnEmptyPresentationWhereNothingCanBeAdapted) {
  EXPECT_EQ(Ask(Show({"origin"})), R"({"version":"1.0","adaptationSet":[]})");
}

}  // namespace
}  // namespace nearcast::scheduler
