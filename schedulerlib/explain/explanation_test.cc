#include "schedulerlib/explain/explanation.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/place/steering.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using Names = std::vector<std::string>;

// Guangdong Telecom is 10.1/16.
Given World() {
  Given given;
  given.Own("own");
  given.Node("gz-1", "CN/440000/440100/chinatelecom", {"192.0.2.1"});
  given.Node("gz-2", "CN/440000/440100/chinatelecom", {"192.0.2.2"});
  given.Node("bgp", "CN/440000/440100/cernet", {"192.0.2.3"}).Announces({"*"}).Drained();
  given.Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.4"});
  given.Node("sh", "CN/310000/310100/chinatelecom", {"192.0.2.5", "2001:db8::5"}).Down();
  given.Vendor("vendor").Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
  given.Point("show", {"own"}, {"origin", "hd", "ld"}).Policy("hd", {{3, Tier::kLd}});
  given.Ratio("default", {{"own", 100}}, {{"vendor", 1}});
  given.Ratio("unicom", {{"vendor", 1}}, {}, {.isp = "chinaunicom"});
  given.ScheduledName("pull", "own", 2).config().revision = 12;
  return given;
}

Stream PublishedStream() {
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  return stream;
}

Viewer ViewerAt(const ipdb::IpAddress& address, uint32_t grade = 0) {
  Viewer viewer;
  viewer.address = address;
  viewer.key = address.ToString();
  viewer.network_grade = grade;
  return viewer;
}

std::string Print(const Explanation& explanation) {
  std::string text = absl::StrCat("revision ", explanation.revision, "\n");
  for (const std::string& step : explanation.steps) absl::StrAppend(&text, "- ", step, "\n");
  for (const ExplainedCandidate& c : explanation.candidates) {
    absl::StrAppendFormat(&text, "%s %s/%s %.1f ms %s %s: %s\n", c.chosen ? "*" : " ", c.cdn,
                          c.node, c.cost_ms, c.rung, c.health, c.verdict);
  }
  for (const std::string& answer : explanation.answer) absl::StrAppend(&text, "= ", answer, "\n");
  return text;
}

std::string ExplainPlayOf(const Given& given, const Viewer& viewer) {
  const auto snapshot = given.Snapshot();
  const Stream stream = PublishedStream();
  return Print(ExplainPlay(
      *snapshot,
      DecidePlay(*snapshot, stream, viewer, absl::UnixEpoch(), {.traced = true}).value()));
}

std::string ExplainNameOf(const Given& given, absl::string_view client) {
  const auto snapshot = given.Snapshot();
  return Print(ExplainName(*snapshot, snapshot->FindName("pull.live.example"), Ip(client)));
}

TEST(ExplanationTest, PlayIsToldFromTheStreamToTheUrl) {
  EXPECT_EQ(ExplainPlayOf(World(), ViewerAt(Ip("10.1.0.1"), 2)), R"(revision 12
- stream s1 of publish point show is publishing
- viewer 10.1.0.1 is in CN / 440000 / 440100 / chinatelecom (cell 1, shared by the /16 around it)
- ratio rule unicom does not match: isp is chinatelecom, not chinaunicom
- ratio rule default matches (everything): main own=100; backup vendor=1
- main line's scores: own 70.8 (weight 100)
- backup line's scores: vendor 56.5 (weight 1)
- main line: viewer "10.1.0.1" falls to CDN own by weighted rendezvous over its key
- main line: 2 nodes are equally near (within 5 ms); stream s1 chooses gz-2 among them by rendezvous
- backup line: viewer "10.1.0.1" falls to CDN vendor by weighted rendezvous over its key
- tiers origin hd ld; opens with ld (quality policy policy-1: network grade 2 is at most 3)
  own/gz-1 10.0 ms same-city-isp usable: as near as the chosen one; rendezvous chose another
* own/gz-2 10.0 ms same-city-isp usable: chosen: same-city-isp
  own/bj 77.0 ms across-isps usable: farther: +67.0 ms
  own/bgp 10.0 ms same-city-isp drained: passed over: drained while others are usable
  own/sh 33.7 ms same-isp down: passed over: down while others are usable
= main ld http://192.0.2.2:8088/live/s1_ld.flv?gop_cache_ms=1800
= backup ld https://pull.vendor.example/live/s1_ld.flv
)");
}

TEST(ExplanationTest, LastResortIsToldAsOne) {
  Given given = World();
  for (Node& node : given.config().nodes) node.admin_state = AdminState::kDrained;
  given.config().cdns[1].disabled = true;
  EXPECT_EQ(ExplainPlayOf(given, ViewerAt(Ip("10.1.0.1"))), R"(revision 12
- stream s1 of publish point show is publishing
- viewer 10.1.0.1 is in CN / 440000 / 440100 / chinatelecom (cell 1, shared by the /16 around it)
- ratio rule unicom does not match: isp is chinatelecom, not chinaunicom
- ratio rule default matches (everything): main own=100 (a last resort: all its nodes are drained or down); backup vendor=1 (disabled)
- main line's scores: own 70.8 (weight 100)
- backup line's scores: vendor passed over (disabled)
- main line: viewer "10.1.0.1" falls to CDN own by weighted rendezvous over its key
- main line: 3 nodes are equally near (within 5 ms); stream s1 chooses gz-2 among them by rendezvous
- tiers origin hd ld; opens with hd (quality policy policy-1)
  own/bgp 10.0 ms same-city-isp drained: as near as the chosen one; rendezvous chose another
  own/gz-1 10.0 ms same-city-isp drained: as near as the chosen one; rendezvous chose another
* own/gz-2 10.0 ms same-city-isp drained: chosen as a last resort: it is drained, and nothing stands better
  own/bj 77.0 ms across-isps drained: farther: +67.0 ms
  own/sh 33.7 ms same-isp down: passed over: down while others are drained
= main hd http://192.0.2.2:8088/live/s1_hd.flv?gop_cache_ms=1800
)");
}

TEST(ExplanationTest, VendorWithPoorHealthIsToldInWords) {
  Given given = World();
  given.Ratio("a-vendor-first", {{"vendor", 70}, {"own", 30}}, {}, {.isp = "chinatelecom"});
  given.live()["cdn/vendor/play"].checks = Health::kDown;
  const Viewer viewer = ViewerAt(Ip("10.1.0.1"));
  std::string told = ExplainPlayOf(given, viewer);
  EXPECT_THAT(told,
              ::testing::HasSubstr(
                  "main vendor=70 (a last resort: checks find its play domains down), own=30;"));
  EXPECT_THAT(told, ::testing::HasSubstr("main line's scores: vendor passed over (a last resort: "
                                         "checks find its play domains down), own "));
  EXPECT_THAT(told, ::testing::HasSubstr("falls to CDN own"));
  EXPECT_THAT(told, ::testing::Not(::testing::HasSubstr("all its nodes")));
  given.live().erase("cdn/vendor/play");
  given.config().cdns[1].health = CdnHealth::kPoor;
  told = ExplainPlayOf(given, viewer);
  EXPECT_THAT(told, ::testing::HasSubstr("main vendor=70 (a last resort: its health is poor)"));
}

TEST(ExplanationTest, RulesBehindTheOneThatDecidedAreToldAsWell) {
  Given given = World();
  given.Ratio("telecom", {{"own", 1}}, {}, {.isp = "chinatelecom"});
  given.Ratio("show", {{"own", 1}}, {}, {.publish_point = "show"});
  const std::string told = ExplainPlayOf(given, ViewerAt(Ip("10.1.0.1")));
  EXPECT_THAT(told, ::testing::HasSubstr("- ratio rule telecom matches (isp=chinatelecom)"));
  EXPECT_THAT(told,
              ::testing::HasSubstr("- ratio rule show matches too (publish_point=show), but is "
                                   "less specific\n"));
  EXPECT_THAT(told, ::testing::HasSubstr("- ratio rule default matches too (everything), but is "
                                         "less specific\n"));
  EXPECT_THAT(told, ::testing::HasSubstr("- ratio rules behind it that do not match: 1\n"))
      << "unicom";
}

// The greatest score is the main line's, the second the backup line's, for whoever asks.
TEST(ExplanationTest, ScoresAreThoseThatTheDecisionWasMadeBy) {
  Given given = World();
  given.Vendor("v2").Vendor("v3");
  given.config().ratio_rules.clear();
  given.Ratio("default", {{"vendor", 50}, {"v2", 30}, {"v3", 20}});
  const auto snapshot = given.Snapshot();
  const Stream stream = PublishedStream();
  for (uint32_t i = 0; i < 200; ++i) {
    const Viewer viewer = ViewerAt(ipdb::IpAddress::FromV4(0x0a010000 + i));
    const auto decide = [&](bool traced) {
      return DecidePlay(*snapshot, stream, viewer, absl::UnixEpoch(), {.traced = traced}).value();
    };
    const PlayDecision decision = decide(true);
    ASSERT_EQ(decision.ratio.main, decide(false).ratio.main);
    ASSERT_EQ(decision.ratio.backup, decide(false).ratio.backup);
    ASSERT_EQ(decide(false).ratio.trace, nullptr);
    auto scores = decision.ratio.trace->main;
    ASSERT_EQ(scores.size(), 3u);
    std::sort(scores.begin(), scores.end(),
              [](const auto& a, const auto& b) { return a.score > b.score; });
    ASSERT_EQ(decision.ratio.main, scores[0].cdn);
    ASSERT_EQ(decision.ratio.backup, scores[1].cdn);
    ASSERT_GT(scores[2].score, 0);
    ASSERT_TRUE(decision.ratio.trace->backup.empty());
  }
}

TEST(ExplanationTest, NameIsToldFromThePlaceToTheAddresses) {
  EXPECT_EQ(ExplainNameOf(World(), "10.1.0.1"), R"(revision 12
- name pull.live.example is scheduled over the nodes of CDN own, at most 2 in an answer, TTL 60 s
- client 10.1.0.1 is in CN / 440000 / 440100 / chinatelecom (cell 1, shared by the /16 around it)
- 2 of 5 nodes rank nearest alike (within 5 ms); their order is drawn by rendezvous over the place
- the /16 around the client gets this very answer (the ECS scope)
- A and AAAA are decided apart, each among the nodes that have such an address
* own/gz-1 10.0 ms same-city-isp usable: chosen: same-city-isp
* own/gz-2 10.0 ms same-city-isp usable: chosen: same-city-isp
  own/bj 77.0 ms across-isps usable: farther: +67.0 ms
  own/bgp 10.0 ms same-city-isp drained: passed over: drained while others are usable
  own/sh 33.7 ms same-isp down: passed over: down while others are usable
= 192.0.2.1
= 192.0.2.2
= 2001:db8::5
)");
}

TEST(ExplanationTest, PolicyWhoseTierIsNotOfferedIsNotGivenAsTheReason) {
  Given given = World();
  given.config().quality_policies[0].default_tier = Tier::kUhd;
  EXPECT_THAT(ExplainPlayOf(given, ViewerAt(Ip("10.1.0.1"))),
              ::testing::HasSubstr("opens with hd (the middle of the offered ones)"));
  EXPECT_THAT(ExplainPlayOf(given, ViewerAt(Ip("10.1.0.1"), 2)),
              ::testing::HasSubstr("opens with ld (quality policy policy-1: network grade 2"));
}

TEST(ExplanationTest, UnknownClientIsToldAsOne) {
  EXPECT_THAT(ExplainNameOf(World(), "203.0.113.9"),
              ::testing::HasSubstr("client 203.0.113.9 is in nowhere known (cell 0"));
}

// A random world of two CDNs and a few hundred places.
Given RandomWorld(std::mt19937& random) {
  const char* const isps[] = {"chinatelecom", "chinaunicom", "chinamobile"};
  const auto place = [&] {
    return absl::StrCat("CN/", 11 + random() % 40, "0000//", isps[random() % 3]);
  };
  Given given;
  for (const char* cdn : {"a", "b"}) {
    given.Own(cdn);
    for (int i = 0; i < 30; ++i) {
      given.Node(absl::StrCat(cdn, i), place());
      if (random() % 5 == 0) given.Drained();
      if (random() % 5 == 0) given.Down();
      if (random() % 2 == 0) given.Loaded((random() % 100) / 100.0);
    }
  }
  for (int i = 0; i < 200; ++i) given.Network(absl::StrCat("10.", i, ".0.0/16"), place());
  given.Point("show", {"a"}).Ratio("default", {{"a", 3}, {"b", 2}});
  return given.ScheduledName("pull", "a", 3);
}

TEST(ExplanationTest, ChosenIsTheAnswerForRandomViewers) {
  std::mt19937 random(5);
  Given given = RandomWorld(random);
  for (int i = 0; i < 8; ++i) {
    Switch item{.name = absl::StrCat("s", i), .off = {absl::StrCat("node/a", i)}};
    if (i % 2 == 0) item.match.percent = 50;
    given.config().switches.push_back(std::move(item));
  }
  const auto snapshot = given.Snapshot();
  const Stream stream = PublishedStream();
  for (int i = 0; i < 500; ++i) {
    const auto address =
        ipdb::IpAddress::FromV4(0x0a000000 | static_cast<uint32_t>(random() % 0xffffff));
    const Viewer viewer = ViewerAt(address);
    const PlayDecision decision = DecidePlay(*snapshot, stream, viewer).value();
    const Explanation play = ExplainPlay(*snapshot, decision);
    Names expected;
    Names chosen;
    for (const PlayLine& line : decision.lines) {
      expected.push_back(snapshot->node(*line.node).spec.name);
    }
    for (const ExplainedCandidate& c : play.candidates) {
      if (c.chosen) chosen.push_back(c.node);
    }
    ASSERT_EQ(chosen, expected) << address;
    ASSERT_THAT(play.answer[0], ::testing::HasSubstr(std::string(decision.lines[0].host)));

    const CompiledName& name = snapshot->names[0];
    const Explanation dns = ExplainName(*snapshot, {.name = &name, .stream = {}}, address);
    expected.clear();
    chosen.clear();
    for (const NodeIndex node : DecideName(name, {.client = address}).answer->nodes) {
      expected.push_back(snapshot->node(node).spec.name);
    }
    for (const ExplainedCandidate& c : dns.candidates) {
      if (c.chosen) chosen.push_back(c.node);
    }
    ASSERT_THAT(chosen, ::testing::UnorderedElementsAreArray(expected)) << address;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
