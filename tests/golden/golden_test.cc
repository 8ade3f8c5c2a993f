// Whole answers, as clients get them: each case is kept as its very bytes (NAME.json) and opened,
// with every string that holds JSON replaced by what it holds (NAME.opened.json), which is the one
// to review.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "rapidjson/document.h"
#include "rapidjson/prettywriter.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/stream/ve_player.h"
#include "schedulerlib/testing/given.h"
#include "tests/golden/golden_file.h"

namespace nearcast::scheduler {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

// Replaces strings that hold a JSON object by the object, as deep as they go.
void OpenStrings(rapidjson::Value& value, rapidjson::Document::AllocatorType& memory) {
  if (value.IsString() && value.GetStringLength() > 1 && value.GetString()[0] == '{') {
    rapidjson::Document inner(&memory);
    inner.Parse(value.GetString(), value.GetStringLength());
    if (!inner.HasParseError()) value = inner.Move();
  }
  if (value.IsObject()) {
    for (auto& member : value.GetObject()) OpenStrings(member.value, memory);
  } else if (value.IsArray()) {
    for (auto& item : value.GetArray()) OpenStrings(item, memory);
  }
}

std::string Open(const std::string& json) {
  rapidjson::Document document;
  document.Parse(json);
  EXPECT_FALSE(document.HasParseError());
  OpenStrings(document, document.GetAllocator());
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 1);
  document.Accept(writer);
  return buffer.GetString();
}

Given World() {
  Given given;
  given.Own("own").Node("gz", "CN/440000/440100/chinatelecom", {"192.0.2.1", "2001:db8::1"});
  given.Vendor("vendor-a").Vendor("vendor-b");
  given.Network("10.1.0.0/16", "CN/440000/440100/chinatelecom");
  given.Network("2400:1::/32", "CN/440000/440100/chinatelecom");
  given.Point("show", {"own"}, {"origin", "uhd5", "hd", "sd5", "ld", "ao"});
  given.Policy("hd", {{2, Tier::kLd}}).StandsBy(Standby::kHot);
  PublishPoint& show = given.config().publish_points[0];
  show.app_id = "1001";
  show.business_type = "show";
  given.Point("plain", {"own"}, {"origin", "ao"});
  given.Ratio("default", {{"own", 100}});
  return given.Ratio("show", {{"vendor-a", 80}}, {{"vendor-b", 1}}, {.publish_point = "show"});
}

struct Case {
  std::string name;
  std::string publish_point;
  std::string address;
  uint32_t network_grade = 0;
};

class StreamDataGolden : public ::testing::TestWithParam<Case> {};

TEST_P(StreamDataGolden, AnswersAreThoseOfTheFiles) {
  const auto snapshot = World().Snapshot();
  Stream stream;
  stream.name = "stream-9001";
  stream.publish_point = GetParam().publish_point;
  stream.state = StreamState::kPublishing;
  Viewer viewer;
  viewer.address = Ip(GetParam().address);
  viewer.key = "viewer-1";
  viewer.network_grade = GetParam().network_grade;
  const PlayDecision decision = DecidePlay(*snapshot, stream, viewer).value();
  const std::string answer = WriteStreamUrl(*snapshot, decision, kNow);
  const std::string path = absl::StrCat("stream_data/", GetParam().name);
  ExpectGolden(path + ".json", answer);
  ExpectGolden(path + ".opened.json", Open(answer));
  ExpectGolden(path + ".veplayer.json", Open(WriteVeLivePlayerStreamData(*snapshot, decision)));
}

INSTANTIATE_TEST_SUITE_P(Cases, StreamDataGolden,
                         ::testing::Values(Case{"own_node", "plain", "10.1.0.1"},
                                           Case{"own_node_ipv6", "plain", "2400:1::1"},
                                           Case{"vendors_with_backup", "show", "10.1.0.1"},
                                           Case{"poor_network", "show", "10.1.0.1", 2}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace nearcast::scheduler
