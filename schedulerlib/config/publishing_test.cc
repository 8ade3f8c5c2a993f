#include "schedulerlib/config/publishing.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> ProblemsOf(const PublishPoint& point, const std::vector<Cdn>& cdns) {
  std::vector<std::string> problems;
  ValidatePublishing(point, cdns, [&problems](absl::string_view path, absl::string_view text) {
    problems.push_back(absl::StrCat(path, ": ", text));
  });
  return problems;
}

PublishPoint Point() {
  PublishPoint point;
  point.push_cdns = {"a", "b"};
  return point;
}

std::vector<Cdn> Cdns() {
  std::vector<Cdn> cdns(3);
  cdns[0].name = "a";
  cdns[1].name = "b";
  cdns[2].name = "not-listed";
  cdns[0].push_templates["srt"] = "srt://{host}:9000?streamid={app}/{stream}";
  return cdns;
}

TEST(PublishingTest, EveryCdnTakesRtmp) { EXPECT_THAT(ProblemsOf(Point(), Cdns()), IsEmpty()); }

TEST(PublishingTest, AListedCdnMustTakeTheProtocol) {
  PublishPoint point = Point();
  point.push_protocol = "srt";
  EXPECT_THAT(ProblemsOf(point, Cdns()),
              ElementsAre("spec.push_protocol: Cdn \"b\" has no push template for srt"));
  point.push_cdns = {"a"};
  EXPECT_THAT(ProblemsOf(point, Cdns()), IsEmpty());
}

TEST(PublishingTest, UnknownWordsAreToldWithTheKnownOnes) {
  PublishPoint point = Point();
  point.record.formats = {"flv", "avi"};
  point.callback = {"ftp://example", "", {"ended", "over"}};
  point.reconnect_grace_s = 3601;
  EXPECT_THAT(
      ProblemsOf(point, Cdns()),
      ElementsAre("spec.record.formats[1]: \"avi\" is no recording format; known are flv, hls, mp4",
                  "spec.reconnect_grace_s: must be at most 3600 (an hour)",
                  "spec.callback.url: must begin with http:// or https://",
                  "spec.callback.events[1]: \"over\" is no event; known are created, publishing, "
                  "interrupted, ended, banned, moved, carried, on_play, on_stop"));
  point = Point();
  point.callback.secret = "s";
  EXPECT_THAT(ProblemsOf(point, Cdns()),
              ElementsAre("spec.callback.url: is empty, and the callback says more"));
}

TEST(PublishingTest, TemplatesAreReadBeforeTheyAreUsed) {
  std::vector<Cdn> cdns = Cdns();
  cdns[0].push_templates["ftp"] = "{host}";
  cdns[0].record_template = "record={format}";
  std::vector<std::string> paths;
  ValidatePushTemplates(
      cdns[0], [&paths](absl::string_view path, absl::string_view) { paths.emplace_back(path); });
  EXPECT_THAT(paths, ElementsAre("spec.push_templates.ftp", "spec.push_templates.ftp",
                                 "spec.record_template"));
}

}  // namespace
}  // namespace nearcast::scheduler
