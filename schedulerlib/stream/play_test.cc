#include "schedulerlib/stream/play.h"

#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "schedulerlib/stream/play_url.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

// Guangdong Telecom is 10.1/16 and 2400:1::/32, Beijing Unicom 10.2/16.
Given World() {
  return Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1", "2001:db8::1"})
      .Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.2"})
      .Vendor("vendor")
      .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
      .Network("10.2.0.0/16", "CN/110000/110100/chinaunicom")
      .Network("2400:1::/32", "CN/440000/440100/chinatelecom")
      .Network("2400:2::/32", "CN/110000/110100/chinaunicom")
      .Point("show", {"own"}, {"origin", "uhd5", "hd", "ld", "ao"})
      .Ratio("default", {{"own", 1}});
}

// One question, and what its answer points into.
struct Question {
  explicit Question(const Given& given, const std::string& address = "10.1.0.1")
      : snapshot(given.Snapshot()) {
    stream.name = "s1";
    stream.publish_point = "show";
    stream.state = StreamState::kPublishing;
    From(address);
  }

  Question& From(const std::string& address) {
    viewer.address = Ip(address);
    viewer.key = address;
    return *this;
  }

  PlayDecision Decide() const { return DecidePlay(*snapshot, stream, viewer).value(); }
  absl::Status Status() const { return DecidePlay(*snapshot, stream, viewer).status(); }

  std::string Url(const std::string& tier_key, const std::string& format, size_t line = 0) const {
    const PlayDecision decision = Decide();
    for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
      if (tier.name != tier_key) continue;
      return BuildPlayUrl(*snapshot, decision, decision.lines[line], tier, format);
    }
    return "no such tier";
  }

  std::string Node() const {
    const PlayDecision decision = Decide();
    const auto node = decision.lines[0].node;
    return node ? snapshot->node(*node).spec.name : "";
  }

  std::shared_ptr<const Snapshot> snapshot;
  Stream stream;
  Viewer viewer;
};

// By the definition: the first of all that ChooseNodes puts in order, whose weights differ too.
TEST(PlayTest, AStreamsNodeIsTheFirstInItsOrderHoweverManyAreEquallyNear) {
  for (const int count : {1, 2, 15, 16, 17, 60}) {
    Given given = World();
    given.Own("many");
    for (int i = 0; i < count; ++i) {
      given.Node(absl::StrCat("n", i), "CN/440000/440100/chinatelecom",
                 {absl::StrCat("198.51.100.", i + 1)});
      if (i % 5 == 1) given.Loaded(0.4);
      if (i % 7 == 3) given.Loaded(0.8);
    }
    given.Node("far", "CN/110000/110100/chinaunicom", {"203.0.113.1"});
    given.Ratio("many", {{"many", 1}}, {}, {.publish_point = "show"});
    // For somebody else: rankings keep more nodes then than are equally near.
    Switch off{.name = "elsewhere", .off = {"node/n0"}};
    off.match.regions = {"110000"};
    given.config().switches.push_back(off);
    Question question(given);
    std::set<std::string> used;
    for (int i = 0; i < 500; ++i) {
      question.stream.name = absl::StrCat("s", i);
      const PlayDecision decision = question.Decide();
      const auto order = ChooseNodesFor(*question.snapshot, decision.lines[0].ranking.get(),
                                        decision.stream_hash, 3);
      ASSERT_EQ(decision.lines[0].node, order.front()) << count << " nodes, stream " << i;
      used.insert(question.snapshot->node(order.front()).spec.name);
    }
    EXPECT_EQ(used.count("far"), 0u);
    EXPECT_GE(used.size() * 2, static_cast<size_t>(count));
  }
}

TEST(PlayTest, OnlyPublishedAndInterruptedStreamsPlay) {
  Question question(World());
  const auto code = [&question](StreamState state) {
    question.stream.state = state;
    return question.Status().code();
  };
  EXPECT_EQ(code(StreamState::kCreated), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(StreamState::kPublishing), absl::StatusCode::kOk);
  EXPECT_EQ(code(StreamState::kInterrupted), absl::StatusCode::kOk);
  EXPECT_EQ(code(StreamState::kEnded), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(StreamState::kBanned), absl::StatusCode::kPermissionDenied);
}

TEST(PlayTest, StreamWhosePublishPointIsGoneIsNotFound) {
  Question question(World());
  question.stream.publish_point = "gone";
  EXPECT_EQ(question.Status().code(), absl::StatusCode::kNotFound);
}

TEST(PlayTest, WithoutARuleOrACdnNobodyPlays) {
  Given given = World();
  given.config().cdns[0].disabled = true;
  EXPECT_EQ(Question(given).Status().message(),
            "no CDN of the ratio rule is usable for stream s1; see nearcastctl get ratiorule");
  given.config().ratio_rules[0].scope.country = "SG";
  const absl::Status status = Question(given).Status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(status.message(), "no ratio rule matches for stream s1; see nearcastctl get ratiorule");
}

TEST(PlayTest, DrainedOrDownNodesServeWhenNothingElseIsLeft) {
  Given given = World();
  given.config().nodes[0].admin_state = AdminState::kDrained;
  given.live()["bj"].health = Health::kDown;
  EXPECT_EQ(Question(given).Node(), "gz");
  given.live()["gz"].health = Health::kDown;
  EXPECT_EQ(Question(given).Node(), "gz");
  given.config().ratio_rules[0].backup = {{"vendor", 1}};
  const PlayDecision decision = Question(given).Decide();
  EXPECT_EQ(decision.lines.size(), 1u);
  EXPECT_EQ(decision.lines[0].node, std::nullopt) << "the vendor stands, so nobody gets a node";
}

TEST(PlayTest, ViewersGetTheNodesOfTheirPlace) {
  Question question(World());
  EXPECT_EQ(question.From("10.1.0.1").Node(), "gz");
  EXPECT_EQ(question.From("10.2.0.1").Node(), "bj");
}

TEST(PlayTest, NodeAddressUrlsNameTheNodeItsPortAndTheGopCache) {
  Question question(World());
  EXPECT_EQ(question.Url("origin", "flv"), "http://192.0.2.1:8088/live/s1.flv?gop_cache_ms=1800");
  EXPECT_EQ(question.Url("origin", "rtmp"), "rtmp://192.0.2.1/live/s1");
  Given given = World();
  given.config().nodes[0].http_port = 80;
  given.config().nodes[0].rtmp_port = 1936;
  EXPECT_EQ(Question(given).Url("hd", "flv"), "http://192.0.2.1/live/s1_hd.flv?gop_cache_ms=1800");
  EXPECT_EQ(Question(given).Url("hd", "rtmp"), "rtmp://192.0.2.1:1936/live/s1_hd");
}

TEST(PlayTest, Ipv6ViewerGetsAnIpv6HostIfTheNodeHasOne) {
  Question question(World());
  EXPECT_EQ(question.From("2400:1::7").Url("origin", "flv"),
            "http://[2001:db8::1]:8088/live/s1.flv?gop_cache_ms=1800");
  EXPECT_EQ(question.From("2400:2::7").Url("origin", "flv"),
            "http://192.0.2.2:8088/live/s1.flv?gop_cache_ms=1800");
}

TEST(PlayTest, DomainUrlsNameTheCdnsDomainAndTheNodeIsStillTold) {
  Given given = World();
  Cdn& own = given.config().cdns[0];
  own.addressing = Addressing::kDomain;
  own.pull_domain = "pull.live.example";
  own.push_domain = "push.live.example";
  Question question(given);
  EXPECT_EQ(question.Url("ld", "flv"), "http://pull.live.example/live/s1_ld.flv?gop_cache_ms=1800");
  EXPECT_EQ(question.Url("ld", "rtmp"), "rtmp://pull.live.example/live/s1_ld");
  EXPECT_EQ(question.Node(), "gz");
}

TEST(PlayTest, TierSuffixesMarkTheCodec) {
  Question question(World());
  EXPECT_EQ(question.Url("uhd5", "flv"),
            "http://192.0.2.1:8088/live/s1_uhd5.flv?gop_cache_ms=1800");
}

TEST(PlayTest, SoundAloneIsTheSameFlvWithAParameterAndNothingElse) {
  Given given = World().Ratio("vendor", {{"vendor", 1}}, {}, {.publish_point = "show"});
  EXPECT_EQ(Question(World()).Url("ao", "flv"),
            "http://192.0.2.1:8088/live/s1.flv?gop_cache_ms=1800&only_audio=1");
  EXPECT_EQ(Question(given).Url("ao", "flv"),
            "https://pull.vendor.example/live/s1.flv?only_audio=1");
  EXPECT_EQ(Question(given).Url("ao", "hls"), "");
  EXPECT_EQ(Question(given).Url("origin", "hls"), "https://pull.vendor.example/live/s1.m3u8");
  EXPECT_EQ(Question(given).Url("origin", "cmaf"), "");
}

TEST(PlayTest, MainFollowsTheRatioAndBackupIsAnotherCdn) {
  Given given = World().Vendor("other").Ratio("show", {{"own", 60}, {"vendor", 30}, {"other", 10}},
                                              {}, {.publish_point = "show"});
  Question question(given);
  std::map<std::string, int> mains;
  constexpr int kViewers = 5000;
  for (int i = 0; i < kViewers; ++i) {
    question.viewer.key = absl::StrCat("viewer-", i);
    const PlayDecision decision = question.Decide();
    ASSERT_EQ(decision.lines.size(), 2u);
    ASSERT_NE(decision.lines[0].cdn, decision.lines[1].cdn);
    ASSERT_EQ(decision.lines[0].role, "main");
    ASSERT_EQ(decision.lines[1].role, "backup");
    ++mains[question.snapshot->cdn(decision.lines[0].cdn).spec.name];
  }
  EXPECT_NEAR(mains["own"] / double{kViewers}, 0.6, 0.02);
  EXPECT_NEAR(mains["vendor"] / double{kViewers}, 0.3, 0.02);
  EXPECT_NEAR(mains["other"] / double{kViewers}, 0.1, 0.02);
}

TEST(PlayTest, ViewersOfOneStreamInOnePlaceMeetAtOneNodeAndStreamsSpread) {
  Given given;
  given.Own("own");
  for (const char* name : {"a", "b", "c", "d"}) given.Node(name, "CN/440000/440100/chinatelecom");
  given.Point("show", {"own"}).Ratio("default", {{"own", 1}});
  given.Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
  Question question(given);
  std::set<std::string> of_all_streams;
  for (int s = 0; s < 50; ++s) {
    question.stream.name = absl::StrCat("s", s);
    std::set<std::string> of_stream;
    for (int v = 0; v < 50; ++v) {
      of_stream.insert(question.From(absl::StrCat("10.1.", v, ".", v)).Node());
    }
    EXPECT_EQ(of_stream.size(), 1u) << question.stream.name;
    of_all_streams.insert(of_stream.begin(), of_stream.end());
  }
  EXPECT_EQ(of_all_streams.size(), 4u);
}

TEST(PlayTest, TheSmallestGradeRuleThatCoversTheViewerWins) {
  Given given = World().Policy("hd", {{4, Tier::kHd}, {2, Tier::kLd}});
  given.config().quality_policies[0].default_tier = Tier::kUhd;
  Question question(given);
  const auto opened = [&question](uint32_t grade) {
    question.viewer.network_grade = grade;
    return question.Decide().default_tier;
  };
  EXPECT_EQ(opened(0), Tier::kUhd) << "unknown";
  EXPECT_EQ(opened(1), Tier::kLd);
  EXPECT_EQ(opened(2), Tier::kLd);
  EXPECT_EQ(opened(3), Tier::kHd);
  EXPECT_EQ(opened(4), Tier::kHd);
  EXPECT_EQ(opened(5), Tier::kUhd);
  EXPECT_EQ(opened(8), Tier::kUhd);
}

TEST(PlayTest, DecisionsDoNotDependOnHowTheWorldWasBuilt) {
  Given given = World();
  for (int i = 0; i < 20; ++i) {
    given.Node(absl::StrCat("more-", i), "CN/440000/440100/chinatelecom");
    given.config().nodes.back().cdn = "own";
  }
  Given other = given;
  std::mt19937 random(1);
  std::shuffle(other.config().nodes.begin(), other.config().nodes.end(), random);
  std::shuffle(other.config().cdns.begin(), other.config().cdns.end(), random);
  other.Network("10.1.128.0/17", "CN/440000/440100/chinatelecom").Network("11.0.0.0/8", "AA");
  Question before(given);
  Question after(other);
  for (int i = 0; i < 200; ++i) {
    before.stream.name = after.stream.name = absl::StrCat("s", i);
    const std::string address = absl::StrCat("10.", 1 + i % 2, ".", random() % 256, ".1");
    ASSERT_EQ(before.From(address).Url("hd", "flv"), after.From(address).Url("hd", "flv"));
  }
}

TEST(PlayTest, AStreamHeldAtACdnIsPlayedFromThereWithTheRulesChoiceBehindIt) {
  Given given = Given()
                    .Vendor("a")
                    .Vendor("b")
                    .Vendor("c")
                    .Point("show", {"a"})
                    .Ratio("r", {{"a", 1}}, {{"b", 1}});
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.address = Ip("10.1.0.1");
  viewer.key = "v";
  const auto lines = [&](const std::string& play_cdn) {
    stream.play_cdn = play_cdn;
    const auto snapshot = given.Snapshot();
    const PlayDecision decision = DecidePlay(*snapshot, stream, viewer).value();
    std::string text = decision.held ? "held" : "free";
    for (const PlayLine& line : decision.lines) text += " " + snapshot->cdn(line.cdn).spec.name;
    return text;
  };
  EXPECT_EQ(lines(""), "free a b");
  EXPECT_EQ(lines("c"), "held c b");
  EXPECT_EQ(lines("b"), "held b a");
  EXPECT_EQ(lines("a"), "held a b");
  EXPECT_EQ(lines("nosuch"), "free a b");
  given.config().cdns[2].disabled = true;
  EXPECT_EQ(lines("c"), "free a b");
}

}  // namespace
}  // namespace nearcast::scheduler
