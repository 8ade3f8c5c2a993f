#include "schedulerlib/stream/hls_multivariant.h"

#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

std::string Ask(const Given& given, absl::string_view steering_uri = "") {
  const auto snapshot = given.Snapshot();
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.address = Ip("10.1.0.1");
  viewer.key = "v";
  return WriteHlsMultivariant(*snapshot, DecidePlay(*snapshot, stream, viewer).value(),
                              steering_uri);
}

Given Show(Given::Names tiers) {
  Given given;
  given.Vendor("a").Vendor("b").Point("show", {"a"}, std::move(tiers));
  return given.Ratio("r", {{"a", 1}}, {{"b", 1}});
}

TranscodeTemplate& Template(Given& given, Tier tier) {
  for (TranscodeTemplate& found : given.config().transcode_templates) {
    if (found.tier == tier) return found;
  }
  ADD_FAILURE();
  return given.config().transcode_templates[0];
}

TEST(HlsMultivariantTest, ListsTheDefaultTierFirstThenTheOthersForEveryLine) {
  Given given = Show({"origin", "hd", "ld"});
  given.Policy("hd");
  for (const Tier tier : {Tier::kHd, Tier::kLd}) Template(given, tier).bitrate_bps = 500'000;
  TranscodeTemplate& hd = Template(given, Tier::kHd);
  hd.bitrate_bps = 2'000'000;
  hd.width = 1280;
  hd.height = 720;
  hd.fps = 25;
  for (const Tier tier : {Tier::kOrigin, Tier::kLd}) {
    Template(given, tier).width = Template(given, tier).height = Template(given, tier).fps = 0;
  }
  Template(given, Tier::kOrigin).bitrate_bps = 0;
  EXPECT_EQ(Ask(given),
            "#EXTM3U\n#EXT-X-VERSION:6\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720,FRAME-RATE=25.000,"
            "STABLE-VARIANT-ID=\"hd\",PATHWAY-ID=\"a\"\n"
            "https://pull.a.example/live/s1_hd.m3u8\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=4000000,STABLE-VARIANT-ID=\"origin\",PATHWAY-ID=\"a\"\n"
            "https://pull.a.example/live/s1.m3u8\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=500000,STABLE-VARIANT-ID=\"ld\",PATHWAY-ID=\"a\"\n"
            "https://pull.a.example/live/s1_ld.m3u8\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720,FRAME-RATE=25.000,"
            "STABLE-VARIANT-ID=\"hd\",PATHWAY-ID=\"b\"\n"
            "https://pull.b.example/live/s1_hd.m3u8\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=4000000,STABLE-VARIANT-ID=\"origin\",PATHWAY-ID=\"b\"\n"
            "https://pull.b.example/live/s1.m3u8\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=500000,STABLE-VARIANT-ID=\"ld\",PATHWAY-ID=\"b\"\n"
            "https://pull.b.example/live/s1_ld.m3u8\n");
}

TEST(HlsMultivariantTest, BeginsWithWhereToBeSteered) {
  EXPECT_EQ(
      Ask(Show({"origin"}), "https://steer.example/v1/steering/s1")
          .find("#EXTM3U\n#EXT-X-VERSION:6\n#EXT-X-CONTENT-STEERING:SERVER-URI="
                "\"https://steer.example/v1/steering/s1\",PATHWAY-ID=\"a\"\n#EXT-X-STREAM-INF:"),
      0u);
}

TEST(HlsMultivariantTest, IsEmptyWhereNoLineDeliversHls) {
  Given given = Show({"origin"});
  for (Cdn& cdn : given.config().cdns) cdn.pull_templates.erase("hls");
  EXPECT_EQ(Ask(given), "");
}

}  // namespace
}  // namespace nearcast::scheduler
