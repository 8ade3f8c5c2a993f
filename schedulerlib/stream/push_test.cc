#include "schedulerlib/stream/push.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;

// Guangdong Telecom is 10.1/16 and 2400:1::/32, Beijing Unicom 10.2/16.
Given World() {
  return Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1", "2001:db8::1"})
      .Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.2", "2001:db8::2"})
      .Vendor("vendor")
      .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
      .Network("10.2.0.0/16", "CN/110000/110100/chinaunicom")
      .Network("2400:1::/32", "CN/440000/440100/chinatelecom");
}

PushQuestion Ask(const std::string& broadcaster, const std::string& isp = "") {
  PushQuestion question;
  question.publish_point = "show";
  question.stream = "s1";
  if (!broadcaster.empty()) question.broadcaster = Ip(broadcaster);
  question.isp = isp;
  return question;
}

// "main own gz rtmp://…", "backup vendor - rtmp://… (on failure)"
std::vector<std::string> LinesOf(const Given& given, const PushQuestion& question) {
  const auto snapshot = given.Snapshot();
  std::vector<std::string> lines;
  const PushDecision decision = DecidePush(*snapshot, question).value();
  for (const PushLine& line : decision.lines) {
    lines.push_back(absl::StrCat(line.line, " ", line.cdn, " ", line.node.empty() ? "-" : line.node,
                                 " ", line.url, line.on_failure_only ? " (on failure)" : ""));
  }
  return lines;
}

TEST(PushTest, BroadcasterPushesToTheNearestNodeOfTheFirstCdn) {
  Given given = World().Point("show", {"own", "vendor"});
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")), ElementsAre("main own gz rtmp://192.0.2.1/live/s1"));
  EXPECT_THAT(LinesOf(given, Ask("10.2.0.1")), ElementsAre("main own bj rtmp://192.0.2.2/live/s1"));
}

TEST(PushTest, BroadcasterOverIpv6GetsAnIpv6Url) {
  Given given = World().Point("show", {"own"});
  EXPECT_THAT(LinesOf(given, Ask("2400:1::5")),
              ElementsAre("main own gz rtmp://[2001:db8::1]/live/s1"));
}

TEST(PushTest, BroadcasterOfUnknownAddressGetsAnIpv4Url) {
  Given given = World().Point("show", {"own"});
  const auto lines = LinesOf(given, Ask(""));
  EXPECT_THAT(lines, ElementsAre(::testing::HasSubstr("rtmp://192.0.2.")));
}

TEST(PushTest, IspAsToldOverridesTheIpDatabase) {
  Given given = World().Network("10.9.0.0/16", "CN/420000//chinamobile").Point("show", {"own"});
  EXPECT_THAT(LinesOf(given, Ask("10.9.0.1", "chinatelecom")),
              ElementsAre("main own gz rtmp://192.0.2.1/live/s1"));
  EXPECT_THAT(LinesOf(given, Ask("10.9.0.1", "chinaunicom")),
              ElementsAre("main own bj rtmp://192.0.2.2/live/s1"));
}

TEST(PushTest, HotStandbyPushesASecondLineToTheNextCdn) {
  Given given = World().Point("show", {"own", "vendor"}).StandsBy(Standby::kHot);
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")),
              ElementsAre("main own gz rtmp://192.0.2.1/live/s1",
                          "backup vendor - rtmp://push.vendor.example/live/s1"));
}

TEST(PushTest, ColdStandbyPushesItOnlyOnFailure) {
  Given given = World().Point("show", {"vendor", "own"}).StandsBy(Standby::kCold);
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")),
              ElementsAre("main vendor - rtmp://push.vendor.example/live/s1",
                          "backup own gz rtmp://192.0.2.1/live/s1 (on failure)"));
}

TEST(PushTest, StandbyWithinOneCdnTakesItsNextNodeOrNone) {
  Given given = World().Point("show", {"own"}).StandsBy(Standby::kHot);
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")),
              ElementsAre("main own gz rtmp://192.0.2.1/live/s1",
                          "backup own bj rtmp://192.0.2.2/live/s1"));
  given.config().nodes.pop_back();
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")), ElementsAre("main own gz rtmp://192.0.2.1/live/s1"));
}

TEST(PushTest, UrlNamesTheAppAndTheNodesPort) {
  Given given = World().Point("show", {"own"});
  given.config().publish_points[0].app = "game";
  given.config().nodes[0].rtmp_port = 1940;
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")),
              ElementsAre("main own gz rtmp://192.0.2.1:1940/game/s1"));
}

TEST(PushTest, OwnCdnByDomainKeepsItsDomainAndStillNamesTheNode) {
  Given given = World().Point("show", {"own"});
  given.config().cdns[0].addressing = Addressing::kDomain;
  given.config().cdns[0].push_domain = "push.live.example:1936";
  given.config().cdns[0].pull_domain = "pull.live.example";
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")),
              ElementsAre("main own gz rtmp://push.live.example:1936/live/s1"));
}

TEST(PushTest, DrainedCdnIsPassedOverAndStandsInWhenNothingElseIsLeft) {
  Given given = World().Point("show", {"own", "vendor"}).StandsBy(Standby::kHot);
  for (Node& node : given.config().nodes) node.admin_state = AdminState::kDrained;
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")),
              ElementsAre("main vendor - rtmp://push.vendor.example/live/s1"));
  given.config().cdns[1].disabled = true;
  EXPECT_THAT(LinesOf(given, Ask("10.1.0.1")),
              ElementsAre("main own gz rtmp://192.0.2.1/live/s1",
                          "backup own bj rtmp://192.0.2.2/live/s1"));
}

TEST(PushTest, NoPublishPointAndNoCdnAreDifferentErrors) {
  Given given = World().Point("show", {"vendor"});
  EXPECT_TRUE(absl::IsNotFound(DecidePush(*Given().Snapshot(), Ask("10.1.0.1")).status()));
  given.config().cdns[1].disabled = true;
  const auto status = DecidePush(*given.Snapshot(), Ask("10.1.0.1")).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(status.message(),
            "no CDN of publish point show can take a push; see nearcastctl node list");
}

TEST(PushTest, ReasonsTellThePlaceAndEachLine) {
  Given given = World().Point("show", {"own", "vendor"}).StandsBy(Standby::kHot);
  const auto snapshot = given.Snapshot();
  EXPECT_THAT(DecidePush(*snapshot, Ask("10.1.0.1"))->reasons,
              ElementsAre("broadcaster: in CN/440000/440100, ISP chinatelecom",
                          "main: node gz of CDN own: same-city-isp, 10.0 ms, usable",
                          "backup: CDN vendor is the first usable one of the publish point's "
                          "list"));
  EXPECT_THAT(DecidePush(*snapshot, Ask(""))->reasons[0], "broadcaster: its place is unknown");
}

TEST(PushTest, VendorWhosePushDomainsAreDownTakesNoPushWhileAnotherCan) {
  Given given = World().Point("show", {"vendor", "own"});
  given.live()["cdn/vendor/play"].checks = Health::kDown;
  EXPECT_EQ(DecidePush(*given.Snapshot(), Ask("10.1.0.1"))->lines[0].cdn, "vendor");
  given.live()["cdn/vendor/push"].checks = Health::kDown;
  const PushDecision moved = DecidePush(*given.Snapshot(), Ask("10.1.0.1")).value();
  EXPECT_EQ(moved.lines[0].cdn, "own");
  EXPECT_EQ(moved.reasons[1],
            "CDN vendor takes no push while another can: a last resort: checks find its push "
            "domains down");
  for (Node& node : given.config().nodes) node.admin_state = AdminState::kDrained;
  EXPECT_EQ(DecidePush(*given.Snapshot(), Ask("10.1.0.1"))->lines[0].cdn, "vendor")
      << "a last resort, as all are";
}

TEST(PushTest, CdnsAndNodesThatSwitchesTurnOffTakeNoPush) {
  Given given = World().Point("show", {"own", "vendor"});
  const auto to = [&given] {
    const auto decision = DecidePush(*given.Snapshot(), Ask("10.1.0.1"));
    if (!decision.ok()) return std::string(decision.status().message());
    return absl::StrCat(decision->lines[0].cdn, "/", decision->lines[0].node);
  };
  const auto add = [&given](Switch item) { given.config().switches.push_back(std::move(item)); };
  EXPECT_EQ(to(), "own/gz");
  add({.name = "a", .match = {.isps = {"chinaunicom"}}, .off = {"node/gz"}});
  add({.name = "b", .match = {.devices = {"phone"}}, .off = {"node/gz"}});
  EXPECT_EQ(to(), "own/gz") << "for others, or for viewers alone";
  add({.name = "c", .match = {.regions = {"440000"}}, .off = {"node/gz"}});
  EXPECT_EQ(to(), "own/bj");
  EXPECT_EQ(DecidePush(*given.Snapshot(), Ask("10.1.0.1"))->reasons[1],
            "node gz takes no push while another of its CDN serves: it is turned off by switch c");
  add({.name = "d", .match = {.publish_points = {"show"}}, .off = {"cdn/own"}});
  EXPECT_EQ(to(), "vendor/");
  EXPECT_EQ(DecidePush(*given.Snapshot(), Ask("10.1.0.1"))->reasons[1],
            "CDN own is turned off by switch d");
  add({.name = "e", .match = {.streams = {"s*"}}, .off = {"cdn/vendor"}});
  EXPECT_EQ(to(), "no CDN of publish point show can take a push; see nearcastctl node list");
}

TEST(PushTest, StreamsSpreadOverEquallyNearNodes) {
  Given given;
  given.Own("own");
  for (const char* name : {"a", "b", "c", "d"}) given.Node(name, "CN/440000/440100/chinatelecom");
  given.Point("show", {"own"}).Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
  const auto snapshot = given.Snapshot();
  std::set<std::string> nodes;
  PushQuestion question = Ask("10.1.0.1");
  for (int i = 0; i < 100; ++i) {
    question.stream = absl::StrCat("s", i);
    nodes.insert(DecidePush(*snapshot, question)->lines[0].node);
  }
  EXPECT_EQ(nodes.size(), 4u);
}

TEST(PushTest, TheProtocolChoosesTheTemplateAndRecordingIsAskedForBehindIt) {
  Given given = World().Point("show", {"vendor"});
  PublishPoint& show = given.config().publish_points[0];
  show.push_protocol = "srt";
  show.record.formats = {"flv", "mp4"};
  show.record.file_s = 600;
  for (Cdn& cdn : given.config().cdns) {
    cdn.push_templates["srt"] = "srt://{host}:9000?streamid={app}/{stream}";
    cdn.record_template = "record={formats}&record_interval={file_s}";
  }
  EXPECT_THAT(LinesOf(given, Ask("")),
              ElementsAre("main vendor - srt://push.vendor.example:9000?streamid=live/s1"
                          "&record=flv|mp4&record_interval=600"));
}

// "main own bj, backup vendor -", or the error's code.
std::string Moved(const Given& given, const MoveQuestion& question) {
  const auto snapshot = given.Snapshot();
  const auto before = DecidePush(*snapshot, question.push).value().lines;
  const auto moved = DecideMove(*snapshot, before, question);
  if (!moved.ok()) return absl::StatusCodeToString(moved.status().code());
  std::string text;
  for (const PushLine& line : moved->lines) {
    absl::StrAppend(&text, text.empty() ? "" : ", ", line.line, " ", line.cdn, " ",
                    line.node.empty() ? "-" : line.node,
                    line.on_failure_only ? " (on failure)" : "");
  }
  return text;
}

TEST(PushTest, AMovedLineGoesWhereItIsToldOrWhereNoLineIsYet) {
  const Given given =
      World().Point("show", {"own", "vendor"}).StandsBy(Standby::kCold);  // gz, then vendor
  const PushQuestion push = Ask("10.1.0.1");
  EXPECT_EQ(Moved(given, {.push = push}), "main own bj, backup vendor - (on failure)");
  EXPECT_EQ(Moved(given, {.push = push, .line = "backup"}),
            "main own gz, backup own bj (on failure)");
  EXPECT_EQ(Moved(given, {.push = push, .cdn = "vendor"}),
            "main vendor -, backup vendor - (on failure)");
  EXPECT_EQ(Moved(given, {.push = push, .cdn = "own", .node = "bj"}),
            "main own bj, backup vendor - (on failure)");
  EXPECT_EQ(Moved(given, {.push = push, .cdn = "own"}),
            "main own gz, backup vendor - (on failure)");
}

TEST(PushTest, PushAddressesAreSignedBehindTheRecordingAndHoldTheirValidity) {
  Given given = World().Point("show", {"vendor"});
  Cdn& vendor = given.config().cdns.back();
  vendor.push_domains["rtmp"] = "rtmp.vendor.example";
  vendor.record_template = "record={formats}";
  vendor.push_signing.method = SignMethod::kTencent;
  vendor.push_signing.key = "key";
  vendor.push_signing.validity_s = 86400;
  given.config().publish_points.back().record.formats = {"flv"};
  PushQuestion question = Ask("10.1.0.1");
  question.now_s = 1'790'000'000;
  const auto snapshot = given.Snapshot();
  const PushLine line = DecidePush(*snapshot, question).value().lines[0];
  EXPECT_EQ(line.url, "rtmp://rtmp.vendor.example/live/s1?record=flv") << "kept unsigned";
  const Stream stream = {.name = "s1", .publish_point = "show"};
  const std::string url = SignedPushUrl(*snapshot, stream, line, question.now_s);
  EXPECT_EQ(SignedPushUrl(*snapshot, {.name = "s1", .publish_point = "gone"}, line, 0), line.url);
  const std::string start = "rtmp://rtmp.vendor.example/live/s1?record=flv&txSecret=";
  EXPECT_EQ(url.substr(0, start.size()), start);
  const int64_t expiry_s = std::stoll(url.substr(url.find("txTime=") + 7), nullptr, 16);
  EXPECT_GT(expiry_s, question.now_s + 86400);
  EXPECT_LE(expiry_s, question.now_s + 2 * 86400);
}

TEST(PushTest, AMoveThatCannotBeIsRefused) {
  const Given given = World().Point("show", {"own"});
  const PushQuestion push = Ask("10.1.0.1");
  EXPECT_EQ(Moved(given, {.push = push, .line = "backup"}), "INVALID_ARGUMENT");
  EXPECT_EQ(Moved(given, {.push = push, .cdn = "vendor"}), "INVALID_ARGUMENT");
  EXPECT_EQ(Moved(given, {.push = push, .cdn = "own", .node = "nosuch"}), "INVALID_ARGUMENT");
  const Given alone = Given().Own("own").Node("gz", "CN").Point("show", {"own"});
  EXPECT_EQ(Moved(alone, {.push = push}), "UNAVAILABLE");
}

}  // namespace
}  // namespace nearcast::scheduler
