#include "schedulerlib/stream/ve_player.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using rapidjson::Document;
using rapidjson::Value;

Document Ask(const Given& given) {
  const auto snapshot = given.Snapshot();
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.address = Ip("10.1.0.1");
  viewer.key = "v";
  Document document;
  document.Parse(
      WriteVeLivePlayerStreamData(*snapshot, DecidePlay(*snapshot, stream, viewer).value()));
  EXPECT_FALSE(document.HasParseError());
  return document;
}

// "HD FLV https://…", an entry a line.
std::string Lines(const Value& streams) {
  std::string lines;
  for (const Value& entry : streams.GetArray()) {
    EXPECT_TRUE(entry["bitrate"].IsInt());
    EXPECT_STREQ(entry["protocol"].GetString(), "TCP");
    absl::StrAppend(&lines, entry["resolution"].GetString(), " ", entry["format"].GetString(), " ",
                    entry["url"].GetString(), "\n");
  }
  return lines;
}

TEST(VePlayerTest, ListsEveryTierThatThePlayerHasANameForInEveryFormatOfTheLine) {
  const Document answer = Ask(Given()
                                  .Vendor("a")
                                  .Vendor("b")
                                  .Point("show", {"a"}, {"origin", "hd5", "ao"})
                                  .Ratio("r", {{"a", 1}}, {{"b", 1}}));
  EXPECT_EQ(Lines(answer["mainStream"]),
            "Origin FLV https://pull.a.example/live/s1.flv\n"
            "Origin HLS https://pull.a.example/live/s1.m3u8\n"
            "HD FLV https://pull.a.example/live/s1_hd5.flv\n"
            "HD HLS https://pull.a.example/live/s1_hd5.m3u8\n");
  EXPECT_EQ(answer["backupStream"].Size(), 4u);
  EXPECT_TRUE(answer["enableMainBackupSwitch"].GetBool());
  EXPECT_TRUE(answer["enableABR"].GetBool());
  EXPECT_STREQ(answer["defaultResolution"].GetString(), "Origin");
  EXPECT_STREQ(answer["defaultFormat"].GetString(), "FLV");
}

TEST(VePlayerTest, AdaptsNoMoreWhereASwitchTurnsItOff) {
  Given given;
  given.Vendor("a").Point("show", {"a"}, {"origin", "hd"}).Ratio("r", {{"a", 1}});
  given.config().switches.push_back({.name = "still", .off = {"feature/auto"}});
  EXPECT_FALSE(Ask(given)["enableABR"].GetBool());
}

TEST(VePlayerTest, OneTierAndOneLineNeedNoSwitches) {
  const Document answer =
      Ask(Given().Vendor("a").Point("show", {"a"}, {"hd", "ao"}).Ratio("r", {{"a", 1}}));
  EXPECT_FALSE(answer["enableABR"].GetBool()) << "sound alone is no rendition to switch to";
  EXPECT_FALSE(answer["enableMainBackupSwitch"].GetBool());
  EXPECT_EQ(answer["backupStream"].Size(), 0u);
}

TEST(VePlayerTest, OpensWithATierThatItLists) {
  for (const char* opened : {"hd", "ld", "md", "ao"}) {
    Given given;
    given.Vendor("a").Point("show", {"a"}, {"hd", "ld", "md", "ao"}).Policy(opened);
    const Document answer = Ask(given.Ratio("r", {{"a", 1}}));
    std::set<std::string> listed;
    for (const Value& entry : answer["mainStream"].GetArray()) {
      listed.insert(entry["resolution"].GetString());
    }
    EXPECT_EQ(listed.count(answer["defaultResolution"].GetString()), 1u) << opened;
  }
}

}  // namespace
}  // namespace nearcast::scheduler
