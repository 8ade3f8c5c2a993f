#include "schedulerlib/stream/steering_manifest.h"

#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

Given TwoLines() {
  return Given()
      .Vendor("a")
      .Vendor("b")
      .Point("show", {"a"}, {"origin", "hd", "ao"})
      .Ratio("r", {{"a", 1}}, {{"b", 1}});
}

std::string Ask(const Given& given, const SteeringQuestion& question) {
  const auto snapshot = given.Snapshot();
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.address = Ip("10.1.0.1");
  viewer.key = "v";
  return WriteSteeringManifest(*snapshot, DecidePlay(*snapshot, stream, viewer).value(), question);
}

TEST(SteeringManifestTest, PutsTheMainLinesCdnFirstAndSaysWhenToAskAgain) {
  EXPECT_EQ(Ask(TwoLines(), {}), R"({"VERSION":1,"TTL":60,"PATHWAY-PRIORITY":["a","b"]})");
  EXPECT_EQ(Ask(TwoLines(), {.reload_uri = "https://steer.example/v1/steering/s1?viewer=v"}),
            R"({"VERSION":1,"TTL":60,)"
            R"("RELOAD-URI":"https://steer.example/v1/steering/s1?viewer=v",)"
            R"("PATHWAY-PRIORITY":["a","b"]})");
}

TEST(SteeringManifestTest, TellsDashPlayersUnderBothNamesOfTheList) {
  EXPECT_EQ(Ask(TwoLines(), {.form = SteeringForm::kDash, .pathway = "a"}),
            R"({"VERSION":1,"TTL":60,"PATHWAY-PRIORITY":["a","b"],)"
            R"("SERVICE-LOCATION-PRIORITY":["a","b"]})");
}

TEST(SteeringManifestTest, ClonesThePlayersPathwayForLinesThatItMayNotKnow) {
  EXPECT_EQ(Ask(TwoLines(), {.pathway = "a"}),
            R"({"VERSION":1,"TTL":60,"PATHWAY-PRIORITY":["a","b"],"PATHWAY-CLONES":[)"
            R"({"BASE-ID":"a","ID":"b","URI-REPLACEMENT":{"HOST":"pull.b.example",)"
            R"("PER-VARIANT-URIS":{"origin":"https://pull.b.example/live/s1.m3u8",)"
            R"("hd":"https://pull.b.example/live/s1_hd.m3u8"}}}]})");
}

TEST(SteeringManifestTest, ClonesNothingForAPathwayThatIsNoCdn) {
  EXPECT_EQ(Ask(TwoLines(), {.pathway = "made-up"}),
            R"({"VERSION":1,"TTL":60,"PATHWAY-PRIORITY":["a","b"]})");
}

TEST(SteeringManifestTest, ClonesNoLineThatDeliversNoHls) {
  Given given = TwoLines();
  given.config().cdns[1].pull_templates.erase("hls");
  EXPECT_EQ(Ask(given, {.pathway = "a"}),
            R"({"VERSION":1,"TTL":60,"PATHWAY-PRIORITY":["a","b"],"PATHWAY-CLONES":[]})");
}

}  // namespace
}  // namespace nearcast::scheduler
