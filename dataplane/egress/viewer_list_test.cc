#include "dataplane/egress/viewer_list.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

TEST(ViewerListTest, ReadsTheQuestion) {
  const ViewerQuestion question = ParseViewerQuestion("x=1&stream=live/a&limit=7").value();
  EXPECT_EQ(question.stream, "live/a");
  EXPECT_EQ(question.limit, 7u);
  EXPECT_EQ(ParseViewerQuestion("").value().limit, 1000u);
  for (const char* query : {"limit=", "limit=-1", "limit=10001", "limit=all"}) {
    EXPECT_EQ(ParseViewerQuestion(query).status().code(), absl::StatusCode::kInvalidArgument)
        << query;
  }
}

TEST(ViewerListTest, EveryWorkerIsAskedAndTheAnswerComesHome) {
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<Worker*> all;
  for (int i = 0; i < 3; ++i) {
    workers.push_back(std::make_unique<Worker>(WriteLimits{}));
    all.push_back(workers.back().get());
    workers.back()->Start();
  }
  absl::Notification done;
  size_t viewers = 99;
  ListViewers(all, all[1], {}, [&](std::vector<ViewerStatus> list) {
    viewers = list.size();
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_EQ(viewers, 0u);
  for (const auto& worker : workers) worker->Stop();
}

TEST(ViewerListTest, SaysWhatEachViewerHasAndLacks) {
  ViewerStatus viewer;
  viewer.stream = "live/\"a\"";
  viewer.address = "10.0.0.1:5";
  viewer.protocol = "ws-flv";
  viewer.level = stream::DropLevel::kLastTwoFrames;
  viewer.drops.tail = 12;
  const std::string json = WriteViewersJson({viewer});
  for (const char* part : {"\"stream\":\"live/\\\"a\\\"\"", "\"protocol\":\"ws-flv\"",
                           "\"drops_now\":\"last_two_frames\"", "\"dropped_tail\":12"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << " in " << json;
  }
  EXPECT_EQ(WriteViewersJson({}), "{\"viewers\":[]}\n");
}

}  // namespace
}  // namespace nearcast::egress
