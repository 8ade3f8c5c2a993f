#include "schedulerlib/stream/line_part.h"

#include <functional>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "schedulerlib/stream/json_writer.h"
#include "schedulerlib/stream/rule_ids.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

// Everything that a decision points into.
struct Asked {
  std::shared_ptr<const Snapshot> snapshot;
  Stream stream;
  Viewer viewer;
  PlayDecision decision;

  PartKey Key(size_t line = 0) const { return KeyOf(*snapshot, decision, decision.lines[line]); }
  PartKey FrameKey() const { return FrameKeyOf(*snapshot, decision); }
  PartKey CommonKey() const { return TermsKeyOf(*snapshot, decision); }
  std::string CommonText() const {
    const AnswerTerms common = BuildTerms(*snapshot, decision);
    return absl::StrCat(common.end, absl::StrJoin(RuleIds(decision), " "));
  }
  std::string FrameText() const {
    const LinePart main = Part(0);
    const LinePart backup = Part(1);
    const LinePart* const parts[] = {&main, &backup};
    const AnswerFrame frame = BuildFrame(decision, parts);
    return frame.url_begin + frame.url_end + frame.data_end;
  }
  LinePart Part(size_t line = 0) const {
    return RenderLineForUrl(*snapshot, decision, decision.lines[line]);
  }
};

Given World() {
  Given given = Given()
                    .Vendor("a")
                    .Vendor("b")
                    .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
                    .Network("10.2.0.0/16", "CN/110000/110100/chinaunicom")
                    .Own("own")
                    .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1", "2001:db8::1"})
                    .Node("bj", "CN/110000/110100/chinaunicom", {"192.0.2.2"})
                    .Point("show", {"a"}, {"origin", "hd", "ao"})
                    .Ratio("r", {{"a", 1}}, {{"b", 1}});
  for (int i = 0; i < 2; ++i) {
    Signing& signing = given.config().cdns[i].pull_signing;
    signing.method = SignMethod::kAlibabaA;
    signing.key = "key";
  }
  LatencyPolicy policy;
  policy.name = "flv";
  policy.target_ms = 3000;
  given.config().latency_policies = {policy};
  given.config().publish_points[0].latency_policy = "flv";
  return given;
}

std::unique_ptr<Asked> Ask(const Given& given, const std::function<void(Asked&)>& change = {},
                           absl::Time now = kNow) {
  auto asked = std::make_unique<Asked>();
  asked->snapshot = given.Snapshot();
  asked->stream.name = "s1";
  asked->stream.publish_point = "show";
  asked->stream.state = StreamState::kPublishing;
  asked->viewer.address = Ip("10.1.0.1");
  asked->viewer.key = "v";
  if (change) change(*asked);
  asked->decision = DecidePlay(*asked->snapshot, asked->stream, asked->viewer, now).value();
  return asked;
}

TEST(LinePartTest, OtherViewersOfTheStreamShareThePart) {
  const Given given = World();
  const auto one = Ask(given);
  const auto other = Ask(
      given,
      [](Asked& asked) {
        asked.viewer.key = "w";
        asked.viewer.address = Ip("10.2.0.1");
        asked.viewer.network_grade = 8;
        asked.viewer.device = "x";
      },
      kNow + absl::Seconds(5));
  EXPECT_EQ(one->Key(0).text == other->Key(0).text, one->Part(0).inner == other->Part(0).inner);
  const auto same = Ask(given, [](Asked& asked) { asked.viewer.key = "w"; });
  EXPECT_TRUE(one->Key(0) == same->Key(0));
  EXPECT_TRUE(one->Key(1) == same->Key(1));
  EXPECT_FALSE(one->Key(0) == one->Key(1));
}

// Wherever the key is the same the part must be; where the part differs the key must.
TEST(LinePartTest, WhateverChangesThePartChangesTheKey) {
  const Given given = World();
  Given own = World();
  own.config().ratio_rules[0].main = {{"own", 1}};
  const auto with_address = [](const std::string& address) {
    return [address](Asked& asked) { asked.viewer.address = Ip(address); };
  };
  const auto with_grade = [](uint32_t grade) {
    return [grade](Asked& asked) { asked.viewer.network_grade = grade; };
  };
  const auto with_stalls = [](uint32_t stalls) {
    return [stalls](Asked& asked) {
      asked.viewer.network_grade = 3;
      asked.viewer.recent_stalls = stalls;
    };
  };
  std::vector<std::unique_ptr<Asked>> all;
  all.push_back(Ask(given));
  all.push_back(Ask(given, [](Asked& asked) { asked.stream.name = "s2"; }));
  for (uint32_t grade = 1; grade <= 8; ++grade) all.push_back(Ask(given, with_grade(grade)));
  for (uint32_t stalls = 0; stalls < 4; ++stalls) all.push_back(Ask(given, with_stalls(stalls)));
  for (const int minutes : {0, 30, 60, 120}) {
    all.push_back(Ask(given, {}, kNow + absl::Minutes(minutes)));
  }
  for (const char* address : {"10.1.0.1", "10.2.0.1", "10.1.7.7", "2400::1"}) {
    all.push_back(Ask(own, with_address(address)));
  }
  for (const auto& one : all) {
    for (const auto& other : all) {
      const bool same_key = one->Key() == other->Key();
      EXPECT_EQ(same_key, one->Part().inner == other->Part().inner);
      if (same_key) {
        EXPECT_EQ(one->Part().rtmp, other->Part().rtmp);
      }
      EXPECT_TRUE(one->CommonKey() != other->CommonKey() ||
                  one->CommonText() == other->CommonText());
      EXPECT_EQ(one->FrameKey() == other->FrameKey(), one->FrameText() == other->FrameText());
    }
  }
}

TEST(LinePartTest, WhatMustBeEscapedIs) {
  Given given = World();
  given.config().cdns[0].pull_templates["flv"] = "https://{host}/{app}/{stream}{suffix}.flv?q=\"";
  const LinePart part = Ask(given)->Part();
  EXPECT_NE(part.inner.find(".flv?q=\\\"&auth_key="), std::string::npos);
  const auto odd = Ask(World(), [](Asked& asked) { asked.stream.name = "s\""; });
  EXPECT_NE(odd->Part().inner.find("/live/s\\\".flv"), std::string::npos);
}

TEST(LinePartTest, ASwitchThatSetsParametersHasAPartOfItsOwn) {
  Given given = World();
  const auto plain = Ask(given);
  Switch quic;
  quic.name = "quic";
  quic.set.sdk_params["SuggestProtocol"] = "\"quic\"";
  given.config().switches = {quic};
  const auto set = Ask(given);
  EXPECT_FALSE(plain->Key() == set->Key());
  EXPECT_NE(set->Part().inner.find("quic"), std::string::npos);
}

TEST(LinePartTest, ViewersWithAnotherDefaultTierOrOtherTiersHaveAFrameOfTheirOwn) {
  const Given given = World();
  const auto high = Ask(given, [](Asked& asked) { asked.viewer.network_grade = 8; });
  const auto low = Ask(given, [](Asked& asked) { asked.viewer.network_grade = 8; });
  low->decision.default_tier = Tier::kHd;
  ASSERT_NE(high->decision.default_tier, Tier::kHd);
  EXPECT_FALSE(high->FrameKey() == low->FrameKey());
  EXPECT_NE(high->FrameText(), low->FrameText());
  EXPECT_TRUE(high->Key() == low->Key());
  Given fewer = World();
  Switch off;
  off.name = "no-hd";
  off.off = {"tier/hd"};
  fewer.config().switches = {off};
  EXPECT_FALSE(high->FrameKey() ==
               Ask(fewer, [](Asked& asked) { asked.viewer.network_grade = 8; })->FrameKey());
}

// What switches, tiers and lines say of themselves; the texts must differ where the keys do not.
TEST(LinePartTest, WhateverChangesTheCommonPartChangesItsKey) {
  const Given given = World();
  std::vector<std::unique_ptr<Asked>> all;
  all.push_back(Ask(given));
  const auto add = [&](const std::function<void(PlayDecision&)>& change) {
    all.push_back(Ask(given));
    change(all.back()->decision);
  };
  add([](PlayDecision& decision) { decision.default_tier = Tier::kHd; });
  add([](PlayDecision& decision) { decision.held = true; });
  add([](PlayDecision& decision) { decision.lines.pop_back(); });
  add([](PlayDecision& decision) { decision.lines[0].push = 1; });
  add([](PlayDecision& decision) { decision.lines[1].push = 1; });
  add([](PlayDecision& decision) { std::swap(decision.lines[0].cdn, decision.lines[1].cdn); });
  add([](PlayDecision& decision) { decision.ratio.main = decision.lines[1].cdn; });
  add([](PlayDecision& decision) { decision.tier_choice.reason = TierReason::kPin; });
  add([](PlayDecision& decision) { decision.tier_choice.reason = TierReason::kGrade; });
  add([](PlayDecision& decision) { decision.tier_choice.lowered_from = Tier::kOrigin; });
  Given switched = World();
  for (const char* name : {"one", "two"}) {
    Switch off;
    off.name = name;
    off.off = {"feature/auto"};
    switched.config().switches = {off};
    all.push_back(Ask(switched));
  }
  for (const auto& one : all) {
    for (const auto& other : all) {
      EXPECT_EQ(one->CommonKey() == other->CommonKey(), one->CommonText() == other->CommonText());
    }
  }
}

TEST(LinePartTest, AnOddNameIsEscapedInTheCommonPart) {
  const auto odd = Ask(World(), [](Asked& asked) { asked.stream.name = "stream-\""; });
  std::string plain;
  AppendCommonBegin(odd->decision, kNow, plain);
  EXPECT_TRUE(absl::StrContains(plain, R"("stream":"\"","stream_name":"stream-\"")")) << plain;
  std::string escaped;
  AppendEscapedCommonBegin(odd->decision, kNow, escaped);
  std::string expected;
  AppendJsonEscaped(plain, expected);
  EXPECT_EQ(escaped, expected);
}

TEST(LinePartTest, AnAnswerOutOfPartsIsTheAnswerMadeAtOnce) {
  const auto asked = Ask(World());
  const LinePart main = asked->Part(0);
  const LinePart backup = asked->Part(1);
  const LinePart* const parts[] = {&main, &backup};
  const StreamData data = WriteStreamData(*asked->snapshot, asked->decision, parts, kNow);
  EXPECT_EQ(data.text, WriteStreamData(*asked->snapshot, asked->decision, kNow));
  EXPECT_EQ(WriteStreamUrl(asked->decision, parts, data),
            WriteStreamUrl(*asked->snapshot, asked->decision, kNow));
  EXPECT_GT(main.bytes(), main.inner.size() + main.outer.size());
  const AnswerFrame frame = BuildFrame(asked->decision, parts);
  const AnswerTerms common = BuildTerms(*asked->snapshot, asked->decision);
  std::string plain;
  AppendCommonBegin(asked->decision, kNow, plain);
  plain += common.end;
  EXPECT_EQ(plain + frame.data_end, data.text);
  std::string escaped;
  AppendEscapedCommonBegin(asked->decision, kNow, escaped);
  escaped += common.escaped_end;
  EXPECT_EQ(frame.url_begin + escaped + frame.url_end,
            WriteStreamUrl(asked->decision, parts, data));
  EXPECT_GT(frame.bytes(), frame.url_begin.size() + frame.url_end.size() + frame.data_end.size());
}

}  // namespace
}  // namespace nearcast::scheduler
