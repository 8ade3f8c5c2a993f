#include "schedulerlib/simulate/recorded_view.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

// The last line's row, or what is wrong with it.
std::string ReadLast(const std::vector<std::string>& lines, RecordedView& view) {
  TraceReader reader;
  std::string result;
  for (const std::string& line : lines) {
    bool is_row = false;
    const absl::Status status = reader.Read(line, view, is_row);
    result = !status.ok() ? std::string(status.message()) : is_row ? "row" : "none";
  }
  return result;
}

TEST(RecordedViewTest, ColumnsAreKnownByTheirNames) {
  RecordedView view;
  EXPECT_EQ(ReadLast({"stream,time_s,address,publish_point,grade,watch_s,os", "# a comment",
                      "s1,1790000000,14.215.177.39,show,6,540,android 13"},
                     view),
            "row");
  EXPECT_EQ(view.time_s, 1'790'000'000);
  EXPECT_EQ(view.viewer.address.ToString(), "14.215.177.39");
  EXPECT_EQ(view.viewer.key, "14.215.177.39");
  EXPECT_EQ(view.viewer.os, "android 13");
  EXPECT_EQ(view.viewer.network_grade, 6u);
  EXPECT_EQ(view.watch_s, 540u);
  EXPECT_EQ(view.stream, "s1");
  EXPECT_EQ(view.publish_point, "show");
}

TEST(RecordedViewTest, LinesThatSayNothingAreNoRows) {
  RecordedView view;
  const std::string header = "time_s,address,publish_point,stream";
  EXPECT_EQ(ReadLast({header}, view), "none");
  EXPECT_EQ(ReadLast({header, "  "}, view), "none");
  EXPECT_EQ(ReadLast({header, "# x"}, view), "none");
}

TEST(RecordedViewTest, MistakesAreToldInWords) {
  RecordedView view;
  const std::string header = "time_s,address,publish_point,stream,watch_s";
  EXPECT_EQ(ReadLast({"time_s,ip"}, view).find("\"ip\" is no column; known are time_s, address"),
            0u);
  EXPECT_EQ(
      ReadLast({"time_s,address,stream"}, view).find("the header has no column publish_point"), 0u);
  EXPECT_EQ(ReadLast({header, "1,2"}, view), "has 2 fields, and the header 5");
  EXPECT_EQ(ReadLast({header, "1,x,p,s,1"}, view), "address: \"x\" is no IP address");
  EXPECT_EQ(ReadLast({header, "now,192.0.2.1,p,s,1"}, view), "time_s: \"now\" is no whole number");
  EXPECT_EQ(ReadLast({header, "1,192.0.2.1,p,s,-1"}, view), "watch_s: \"-1\" is no whole number");
}

}  // namespace
}  // namespace nearcast::scheduler
