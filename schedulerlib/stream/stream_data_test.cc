// The rules by which public players and recorders read stream_data, each as a test, over many
// decisions. Where a rule speaks of three levels of JSON, all three are parsed.
#include "schedulerlib/stream/stream_data.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using rapidjson::Document;
using rapidjson::Value;

constexpr const char* kFormatKeys[] = {"flv", "hls",  "cmaf",    "dash",  "lls",
                                       "tsl", "tile", "http_ts", "ll_hls"};
const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

Document Parse(const std::string& text) {
  Document document;
  document.Parse(text);
  EXPECT_FALSE(document.HasParseError()) << text;
  return document;
}

Document ParseString(const Value& value) {
  EXPECT_TRUE(value.IsString()) << "JSON inside must be a string";
  return Parse(value.IsString() ? value.GetString() : "{}");
}

bool IsUrl(const Value& value) {
  if (!value.IsString()) return false;
  const std::vector<std::string> parts =
      absl::StrSplit(value.GetString(), absl::MaxSplits("://", 1));
  const bool has_scheme = parts.size() == 2 && (parts[0] == "http" || parts[0] == "https");
  return has_scheme && !parts[1].empty() && parts[1][0] != '/' && !absl::StrContains(parts[1], ' ');
}

bool IsResolution(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, 'x');
  int number = 0;
  return text.empty() || (parts.size() == 2 && absl::SimpleAtoi(parts[0], &number) &&
                          absl::SimpleAtoi(parts[1], &number));
}

std::set<std::string> KeysOf(const Value& object) {
  std::set<std::string> keys;
  for (const auto& member : object.GetObject()) keys.insert(member.name.GetString());
  return keys;
}

// One answer, as text and opened.
struct Answer {
  std::string stream_data_text;
  std::string stream_url_text;
  Document stream_url;
  Document stream_data;
  Tier default_tier = Tier::kOrigin;

  const Value& pull_data() const { return stream_url["live_core_sdk_data"]["pull_data"]; }
};

Answer Ask(const Given& given, const std::string& address, uint32_t grade,
           const std::string& key = "viewer-1") {
  const auto snapshot = given.Snapshot();
  Stream stream;
  stream.name = "stream-9001";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.address = Ip(address);
  viewer.key = key;
  viewer.network_grade = grade;
  const PlayDecision decision = DecidePlay(*snapshot, stream, viewer).value();
  Answer answer;
  answer.default_tier = decision.default_tier;
  answer.stream_data_text = WriteStreamData(*snapshot, decision, kNow);
  answer.stream_url_text = WriteStreamUrl(*snapshot, decision, kNow);
  answer.stream_url = Parse(answer.stream_url_text);
  answer.stream_data = ParseString(answer.pull_data()["stream_data"]);
  return answer;
}

Given World(const std::vector<std::string>& tiers) {
  return Given()
      .Own("own")
      .Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1", "2001:db8::1"})
      .Vendor("vendor")
      .Network("10.1.0.0/16", "CN/440000/440100/chinatelecom")
      .Point("show", {"own"}, tiers)
      .StandsBy(Standby::kHot);
}

// Every set of tiers that a publish point may offer, with each of them opened, from both kinds of
// CDN, with and without a backup line.
std::vector<Answer> ManyAnswers() {
  std::vector<Answer> answers;
  for (int set = 1; set < 1 << 7; ++set) {
    std::vector<std::string> tiers;
    for (int t = 0; t < 7; ++t) {
      const std::string key(TierKey(static_cast<Tier>(t)));
      if (set >> t & 1) tiers.push_back(t % 3 == 1 ? key + "5" : key);
    }
    if ((set & 0x1f) == 0) continue;  // Validate refuses menus of md and ao alone
    const std::string opened = tiers[set % tiers.size()];
    Given given = World(tiers).Policy(opened.substr(0, opened.find('5')));
    if (set % 3 == 0) given.Ratio("r", {{"own", 1}}, {{"vendor", 1}});
    if (set % 3 == 1) given.Ratio("r", {{"vendor", 1}}, {{"own", 1}});
    if (set % 3 == 2) given.Ratio("r", {{"own", 1}});
    answers.push_back(Ask(given, set % 2 == 0 ? "10.1.0.1" : "2400::1", 0));
  }
  return answers;
}

class StreamDataRules : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { answers_ = new std::vector<Answer>(ManyAnswers()); }
  static void TearDownTestSuite() { delete answers_; }

  static inline std::vector<Answer>* answers_ = nullptr;
};

// What streamlink demands of the object before it offers any of its streams: the whole map is
// refused for one bad entry.
std::string WhyRefused(const std::string& stream_data) {
  const Document document = Parse(stream_data);
  if (!document.HasMember("data") || !document["data"].IsObject()) return "no data";
  for (const auto& tier : document["data"].GetObject()) {
    const std::string key = tier.name.GetString();
    if (!tier.value.HasMember("main")) return key + " has no main";
    const Value& main = tier.value["main"];
    if (!main.HasMember("flv") || !IsUrl(main["flv"])) return key + ".main.flv is no URL";
    if (!main.HasMember("sdk_params") || !main["sdk_params"].IsString()) {
      return key + ".main.sdk_params is no string";
    }
    const Document params = Parse(main["sdk_params"].GetString());
    if (!params.HasMember("vbitrate") || !params["vbitrate"].IsInt()) {
      return key + ".main.sdk_params.vbitrate is no integer";
    }
  }
  return "";
}

TEST_F(StreamDataRules, Rule1StreamDataAndEverySdkParamsAreStringsOfJson) {
  for (const Answer& answer : *answers_) {
    EXPECT_EQ(answer.pull_data()["stream_data"].GetString(), answer.stream_data_text);
    for (const auto& tier : answer.stream_data["data"].GetObject()) {
      for (const auto& line : tier.value.GetObject()) {
        EXPECT_TRUE(ParseString(line.value["sdk_params"]).IsObject());
      }
    }
    for (const auto& params : answer.stream_url["flv_pull_url_params"].GetObject()) {
      EXPECT_TRUE(ParseString(params.value).IsObject());
    }
    for (const char* key : {"hls_pull_url_params", "rtmp_pull_url_params"}) {
      EXPECT_TRUE(ParseString(answer.stream_url[key]).IsObject());
    }
  }
}

TEST_F(StreamDataRules, Rule2EveryTierHasAnFlvUrlAndAnIntegerBitrateAndNoneIsAuto) {
  for (const Answer& answer : *answers_) {
    EXPECT_EQ(WhyRefused(answer.stream_data_text), "");
    for (const std::string& key : KeysOf(answer.stream_data["data"])) {
      EXPECT_TRUE(ParseTier(key).has_value()) << key;
    }
  }
}

TEST_F(StreamDataRules, Rule3EveryFormatKeyIsPresentAndAString) {
  for (const Answer& answer : *answers_) {
    for (const auto& tier : answer.stream_data["data"].GetObject()) {
      for (const auto& line : tier.value.GetObject()) {
        for (const char* format : kFormatKeys) {
          ASSERT_TRUE(line.value.HasMember(format)) << format;
          const Value& url = line.value[format];
          EXPECT_TRUE(url.IsString() && (url.GetStringLength() == 0 || IsUrl(url))) << format;
        }
      }
    }
  }
}

TEST_F(StreamDataRules, Rule4ResolutionIsWidthXHeightOrEmpty) {
  for (const Answer& answer : *answers_) {
    for (const auto& tier : answer.stream_data["data"].GetObject()) {
      const Document params = ParseString(tier.value["main"]["sdk_params"]);
      EXPECT_TRUE(IsResolution(params["resolution"].GetString()));
      if (tier.name == "ao") {
        EXPECT_STREQ(params["resolution"].GetString(), "");
      }
    }
    for (const Value& quality : answer.pull_data()["options"]["qualities"].GetArray()) {
      EXPECT_TRUE(IsResolution(quality["resolution"].GetString()));
    }
  }
}

TEST_F(StreamDataRules, Rule5QualitiesAreWholeAndTheirKeysAreTiersOfTheData) {
  for (const Answer& answer : *answers_) {
    const Value& options = answer.pull_data()["options"];
    ASSERT_GT(options["qualities"].Size(), 0u);
    std::vector<const Value*> entries = {&options["default_quality"]};
    for (const Value& quality : options["qualities"].GetArray()) entries.push_back(&quality);
    for (const Value* quality : entries) {
      EXPECT_TRUE((*quality)["name"].IsString());
      EXPECT_TRUE((*quality)["v_bit_rate"].IsInt());
      EXPECT_TRUE((*quality)["level"].IsInt());
      EXPECT_TRUE(answer.stream_data["data"].HasMember((*quality)["sdk_key"]));
    }
    EXPECT_EQ(options["default_quality"]["sdk_key"].GetString(),
              std::string(TierKey(answer.default_tier)));
  }
}

TEST_F(StreamDataRules, Rule6LegacyMapsAreFilledAndHaveNoEmptyValue) {
  for (const Answer& answer : *answers_) {
    EXPECT_GT(answer.stream_url["flv_pull_url"].MemberCount(), 0u);
    EXPECT_EQ(KeysOf(answer.stream_url["flv_pull_url"]),
              KeysOf(answer.stream_url["flv_pull_url_params"]));
    for (const char* map : {"flv_pull_url", "hls_pull_url_map"}) {
      for (const auto& url : answer.stream_url[map].GetObject()) EXPECT_TRUE(IsUrl(url.value));
    }
    const bool has_hls = absl::StrContains(answer.stream_data_text, ".m3u8");
    const bool vendor_is_main = absl::StrContains(
        answer.stream_url["flv_pull_url"].MemberBegin()->value.GetString(), "vendor");
    EXPECT_EQ(answer.stream_url["hls_pull_url_map"].MemberCount() > 0, vendor_is_main);
    EXPECT_EQ(answer.stream_url["hls_pull_url"].GetStringLength() > 0, vendor_is_main);
    EXPECT_TRUE(has_hls || !vendor_is_main);
  }
}

TEST_F(StreamDataRules, Rule6LegacyMenuOpensWithOneOfItsOwnEntries) {
  for (const Answer& answer : *answers_) {
    std::set<std::string> offered;
    for (const Value& key : answer.stream_url["candidate_resolution"].GetArray()) {
      offered.insert(key.GetString());
    }
    EXPECT_EQ(offered, KeysOf(answer.stream_url["flv_pull_url"]));
    EXPECT_EQ(offered, KeysOf(answer.stream_url["resolution_name"]));
    EXPECT_EQ(offered.count(answer.stream_url["default_resolution"].GetString()), 1u);
  }
}

TEST_F(StreamDataRules, Rule7WhatIsOursRidesInCommon) {
  const std::set<std::string> line_keys = {
      "flv",       "hls",  "cmaf",    "dash",   "lls",
      "tsl",       "tile", "http_ts", "ll_hls", "enableEncryption",
      "sdk_params"};
  for (const Answer& answer : *answers_) {
    const Value& common = answer.stream_data["common"];
    const Document rules = ParseString(common["rule_ids"]);
    const Document sched = ParseString(rules["sched"]);
    EXPECT_EQ(sched["ids"].Size(), 1u);
    EXPECT_STREQ(sched["ids"][0].GetString(), "r(Weight:1)");
    EXPECT_STREQ(sched["result"]["hit"].GetString(), "default");
    EXPECT_TRUE(sched["result"]["cdn"].IsInt());
    EXPECT_TRUE(ParseString(common["common_trace"]).IsObject());
    EXPECT_STREQ(common["ts"].GetString(), "1790000000");
    EXPECT_STREQ(common["stream"].GetString(), "9001");
    EXPECT_STREQ(common["stream_name"].GetString(), "stream-9001");
    for (const auto& tier : answer.stream_data["data"].GetObject()) {
      for (const auto& line : tier.value.GetObject()) EXPECT_EQ(KeysOf(line.value), line_keys);
    }
  }
}

TEST_F(StreamDataRules, Rule8BackupHasTheShapeOfMainAndIsNamedWhereLinesAre) {
  size_t with_backup = 0;
  for (const Answer& answer : *answers_) {
    const Value& common = answer.stream_data["common"];
    const bool has_backup = common["lines"].HasMember("backup");
    with_backup += has_backup;
    EXPECT_EQ(KeysOf(common["lines"]), KeysOf(common["common_sdk_params"]));
    EXPECT_EQ(common.HasMember("backup_push_id"), has_backup);
    for (const auto& tier : answer.stream_data["data"].GetObject()) {
      EXPECT_EQ(KeysOf(tier.value), KeysOf(common["lines"]));
      if (!has_backup) continue;
      EXPECT_EQ(KeysOf(tier.value["backup"]), KeysOf(tier.value["main"]));
      EXPECT_TRUE(IsUrl(tier.value["backup"]["flv"]));
      EXPECT_NE(tier.value["backup"]["flv"], tier.value["main"]["flv"]);
    }
  }
  EXPECT_GT(with_backup, answers_->size() / 2);
}

TEST_F(StreamDataRules, Rule9BitratesRankTheTiersBelowOrigin) {
  for (const Answer& answer : *answers_) {
    int above = INT32_MAX;
    for (const auto& tier : answer.stream_data["data"].GetObject()) {
      const int bitrate = ParseString(tier.value["main"]["sdk_params"])["vbitrate"].GetInt();
      if (tier.name == "origin") {
        EXPECT_EQ(bitrate, 0);
        continue;
      }
      EXPECT_LT(bitrate, above) << tier.name.GetString();
      above = bitrate;
    }
  }
}

TEST(StreamDataTest, ValidatorOfTheseRulesRefusesWhatBreaksThem) {
  EXPECT_EQ(WhyRefused(R"({"data":{"hd":{"main":{"flv":"","sdk_params":"{\"vbitrate\":1}"}}}})"),
            "hd.main.flv is no URL");
  EXPECT_EQ(WhyRefused(R"({"data":{"hd":{"main":{"flv":"http://a/b","sdk_params":{}}}}})"),
            "hd.main.sdk_params is no string");
  EXPECT_EQ(
      WhyRefused(
          R"({"data":{"hd":{"main":{"flv":"http://a/b","sdk_params":"{\"vbitrate\":\"1\"}"}}}})"),
      "hd.main.sdk_params.vbitrate is no integer");
}

TEST(StreamDataTest, LatencyPolicyTravelsInSdkParams) {
  Given given = World({"origin", "hd5"}).Ratio("r", {{"own", 1}});
  given.config().publish_points[0].gop_cache_ms = 2500;
  given.config().publish_points[0].start_buffer_ms = 350;
  const Answer answer = Ask(given, "10.1.0.1", 0);
  const Document params = ParseString(answer.stream_data["data"]["hd"]["main"]["sdk_params"]);
  EXPECT_EQ(params["FastOpenDuration"].GetInt(), -2500);
  EXPECT_EQ(params["BufferDataMs"].GetInt(), 350);
  EXPECT_EQ(params["EnableLowLatencyFLV"].GetInt(), 0);
  EXPECT_STREQ(params["VCodec"].GetString(), "h265");
  EXPECT_STREQ(params["stream_suffix"].GetString(), "hd5");
}

TEST(StreamDataTest, LinesHaveTheirNamesOrOneMadeOfTheCdns) {
  Given given = World({"origin"}).Ratio("r", {{"own", 1}}, {{"vendor", 1}});
  given.config().cdns[1].line = "line_b";
  const Answer answer = Ask(given, "10.1.0.1", 0);
  EXPECT_STREQ(answer.stream_data["common"]["lines"]["main"].GetString(), "line_own");
  EXPECT_STREQ(answer.stream_data["common"]["lines"]["backup"].GetString(), "line_b");
}

TEST(StreamDataTest, SameQuestionAtTheSameTimeHasTheSameBytes) {
  const Given given = World({"origin", "hd"}).Ratio("r", {{"own", 1}, {"vendor", 1}});
  EXPECT_EQ(Ask(given, "10.1.0.1", 3).stream_url_text, Ask(given, "10.1.0.1", 3).stream_url_text);
}

}  // namespace
}  // namespace nearcast::scheduler
