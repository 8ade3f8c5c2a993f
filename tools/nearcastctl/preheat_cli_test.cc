// stream preheat: what is asked of the server, and what is shown.
#include "nearcast/v1/scheduler.pb.h"
#include "tools/nearcastctl/cli_harness.h"

namespace nearcast::ctl {
namespace {

constexpr int64_t kNow = 1'767'323'045;  // CliHarness's

class PreheatCli : public CliHarness {
 protected:
  void SetUp() override {
    v1::Stream stream;
    stream.set_name("gala");
    stream.set_publish_point("show");
    stream.set_state(v1::Stream::CREATED);
    stream.mutable_preheat()->mutable_start_time()->set_seconds(kNow);
    stream.mutable_preheat()->mutable_end_time()->set_seconds(kNow + 3600);
    stream.mutable_preheat()->add_nodes("gz-1");
    stream.mutable_preheat()->add_nodes("gz-2");
    server_.Answer("PreheatStream", stream);
  }

  v1::PreheatStreamRequest Asked(const std::string& line) {
    EXPECT_EQ(Run("stream preheat gala" + line), 0) << err_;
    return server_.Last<v1::PreheatStreamRequest>("PreheatStream");
  }
};

TEST_F(PreheatCli, TheNodesAreShown) {
  EXPECT_EQ(Run("stream preheat gala"), 0);
  EXPECT_NE(out_.find("Held from 2026-01-02 03:04:05Z to 2026-01-02 04:04:05Z by 2 nodes: gz-1, "
                      "gz-2\n"),
            std::string::npos)
      << out_;
}

TEST_F(PreheatCli, TimesAreGivenOrLeftToTheServer) {
  EXPECT_FALSE(Asked("").has_start_time());
  EXPECT_FALSE(Asked("").has_end_time());
  EXPECT_EQ(Asked(" --for 2h").end_time().seconds(), kNow + 7200);
  const auto later = Asked(" --at +10m --for 30m");
  EXPECT_EQ(later.start_time().seconds(), kNow + 600);
  EXPECT_EQ(later.end_time().seconds(), kNow + 2400);
  EXPECT_EQ(Asked(" --at 2026-01-02T11:04:05+08:00").start_time().seconds(), kNow);
}

TEST_F(PreheatCli, NodesAndPlacesAreNamed) {
  const auto nodes = Asked(" --nodes gz-1,gz-2 --most 7");
  EXPECT_EQ(nodes.nodes_size(), 2);
  EXPECT_EQ(nodes.places_size(), 0);
  EXPECT_EQ(nodes.nodes_max(), 7u);
  const auto places = Asked(" --region 440000 --region 110000 --isp chinatelecom");
  ASSERT_EQ(places.places_size(), 2);
  EXPECT_EQ(places.places(1).region(), "110000");
  EXPECT_EQ(places.places(1).isp(), "chinatelecom");
  EXPECT_TRUE(Asked(" --stop").off());
}

TEST_F(PreheatCli, WhatIsNoTimeIsNamed) {
  EXPECT_EQ(Run("stream preheat gala --at tomorrow"), 2);
  EXPECT_NE(err_.find("--at: \"tomorrow\" is no time; write 2026-02-01T20:00:00+08:00"),
            std::string::npos)
      << err_;
  EXPECT_EQ(Run("stream preheat gala --for ever"), 2);
}

TEST_F(PreheatCli, ALineThatStandsInIsToldAndShown) {
  v1::Stream stream;
  stream.set_name("gala");
  stream.set_carried_by("backup");
  server_.Answer("UpdateStreamState", stream);
  EXPECT_EQ(Run("stream state gala publishing --carried-by backup"), 0);
  EXPECT_EQ(server_.Last<v1::UpdateStreamStateRequest>("UpdateStreamState").carried_by(), "backup");
  EXPECT_NE(out_.find("Carried by the backup line alone: the other has failed."), std::string::npos);
}

}  // namespace
}  // namespace nearcast::ctl
