// Calls and what else changes streams, together: switches, time and relays.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/fake_clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/rpc/status.h"
#include "services/scheduler/stream_lifecycle.h"
#include "services/scheduler/stream_scheduler.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using scheduler::Given;

Given World() {
  return Given().Own("own").Node("gz", "CN").Point("show", {"own"}).Ratio("default", {{"own", 1}});
}

class StreamCallsTest : public ::testing::Test {
 protected:
  std::string Create(const std::string& stream) {
    v1::CreateStreamRequest request;
    request.set_publish_point("show");
    request.set_stream(stream);
    return ErrorOf(scheduler_.CreateStream(request));
  }

  std::string Play(const std::string& stream) {
    v1::GetPlayInfoRequest request;
    request.set_stream(stream);
    request.mutable_viewer()->set_address("192.0.2.200");
    return ErrorOf(scheduler_.GetPlayInfo(request));
  }

  // "CODE REASON" of what was refused; "" when it was not.
  template <typename T>
  std::string ErrorOf(const absl::StatusOr<T>& result) {
    if (result.ok()) return "";
    return absl::StrCat(absl::StatusCodeToString(result.status().code()), " ",
                        rpc::ReasonOf(result.status()));
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  StreamTable streams_{&store_};
  SnapshotHolder<scheduler::Snapshot> snapshots_{World().Snapshot()};
  StreamScheduler scheduler_{&clock_, &snapshots_, &streams_};
  StreamLifecycle lifecycle_{&clock_, &snapshots_, &streams_};
};

TEST_F(StreamCallsTest, AStreamThatIsTurnedOffIsNeitherCreatedNorPublishedUntilTheSwitchExpires) {
  ASSERT_EQ(Create("live"), "");
  Given given = World();
  auto& switches = given.config().switches;
  switches.push_back({.name = "quiet", .off = {"stream/live", "stream/new"}});
  switches.back().expire_at = clock_.Now() + absl::Hours(1);
  switches.push_back({.name = "half", .off = {"stream/other"}});
  switches.back().match.percent = 99.9;
  snapshots_.Publish(given.Snapshot());
  EXPECT_EQ(Create("new"), "PERMISSION_DENIED STREAM_TURNED_OFF");
  EXPECT_EQ(Create("other"), "") << "only some viewers do not get it";
  EXPECT_FALSE(lifecycle_.MayPublish("live/live"));
  EXPECT_TRUE(lifecycle_.MayPublish("live/other"));
  clock_.Advance(absl::Hours(1));
  EXPECT_EQ(Create("new"), "");
  EXPECT_TRUE(lifecycle_.MayPublish("live/live"));
}

TEST_F(StreamCallsTest, ViewersGetAStreamFromItsFirstPushUntilItEnds) {
  ASSERT_EQ(Create("s1"), "");
  EXPECT_EQ(Play("s1"), "FAILED_PRECONDITION STREAM_CREATED");
  lifecycle_.ApplyPublished({.started = {"live/s1"}});
  EXPECT_EQ(Play("s1"), "");
  lifecycle_.ApplyPublished({.stopped = {"live/s1"}, .node = "gz"});
  EXPECT_EQ(Play("s1"), "") << "it has its grace";
  clock_.Advance(absl::Seconds(10));
  ASSERT_EQ(lifecycle_.ChangeDue(), 1u);
  ASSERT_EQ(streams_.Find("s1")->stream.state, scheduler::StreamState::kInterrupted);
  EXPECT_EQ(Play("s1"), "") << "players wait for it better than they ask again";
  clock_.Advance(absl::Hours(1));
  ASSERT_EQ(lifecycle_.ChangeDue(), 1u);
  EXPECT_EQ(Play("s1"), "FAILED_PRECONDITION STREAM_ENDED");
}

TEST_F(StreamCallsTest, APageTokenIsOfItsFilterAlone) {
  for (const char* name : {"a", "b", "c"}) ASSERT_EQ(Create(name), "");
  v1::ListStreamsRequest request;
  request.set_publish_point("show");
  request.set_page_size(1);
  request.set_page_token(scheduler_.ListStreams(request)->next_page_token());
  EXPECT_EQ(scheduler_.ListStreams(request)->streams(0).name(), "b");
  request.set_page_size(2);
  EXPECT_EQ(scheduler_.ListStreams(request)->streams_size(), 2) << "pages may grow";
  for (const auto& change : std::vector<void (*)(v1::ListStreamsRequest&)>{
           [](v1::ListStreamsRequest& r) { r.set_publish_point(""); },
           [](v1::ListStreamsRequest& r) { r.set_state(v1::Stream::CREATED); },
           [](v1::ListStreamsRequest& r) { r.mutable_created_from()->set_seconds(1); },
           [](v1::ListStreamsRequest& r) { r.set_page_token("a"); },
           [](v1::ListStreamsRequest& r) { r.set_page_token("0123456789abcdefb"); }}) {
    v1::ListStreamsRequest other = request;
    change(other);
    EXPECT_EQ(ErrorOf(scheduler_.ListStreams(other)), "INVALID_ARGUMENT INVALID_PAGE_TOKEN");
  }
}

}  // namespace
}  // namespace nearcast
