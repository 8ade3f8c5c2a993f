#include "services/scheduler/forward_desk.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/rpc/status.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

using scheduler::StreamState;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ForwardDeskTest : public ::testing::Test {
 protected:
  void SetUp() override { Create("s1"); }

  void Create(const std::string& name) {
    StreamEntry entry;
    entry.stream.name = name;
    entry.stream.publish_point = "show";
    entry.stream.push_lines = {
        {"main", "own", "gz", absl::StrCat("rtmp://push.example/live/", name, "?k=1"), false}};
    ASSERT_TRUE(streams_.Insert(entry).ok());
  }

  std::string Refusal(const std::string& stream, const std::vector<std::string>& urls) {
    v1::ForwardStreamRequest request;
    request.set_stream(stream);
    request.mutable_urls()->Assign(urls.begin(), urls.end());
    const auto set = desk_.Forward(request);
    return set.ok() ? "" : std::string(rpc::ReasonOf(set.status()));
  }

  static std::vector<std::string> Orders(const ForwardDesk& desk, const std::string& node,
                                         const std::vector<std::string>& published) {
    std::vector<std::string> orders;
    for (const auto& order : desk.OrdersOf(node, published)) {
      orders.push_back(absl::StrCat(order.app_stream, " ", order.url));
    }
    return orders;
  }

  store::MemoryStore store_;
  StreamTable streams_{&store_};
  ForwardDesk desk_{&streams_};
};

TEST_F(ForwardDeskTest, WhoeverHasThePushOrIsToHaveItPushesOn) {
  EXPECT_EQ(Refusal("s1", {"rtmp://a.example/live/key?x=1"}), "");
  const auto order = ElementsAre("live/s1 rtmp://a.example/live/key?x=1");
  EXPECT_THAT(Orders(desk_, "gz", {}), order);
  EXPECT_THAT(Orders(desk_, "bj", {"live/s0", "live/s1"}), order);
  EXPECT_THAT(Orders(desk_, "bj", {"live/s0", "other/s1"}), IsEmpty());
  EXPECT_EQ(Refusal("s1", {}), "");
  EXPECT_THAT(Orders(desk_, "gz", {"live/s1"}), IsEmpty());
}

TEST_F(ForwardDeskTest, AnEndedStreamIsForwardedNoLonger) {
  EXPECT_EQ(Refusal("s1", {"rtmp://a.example/live/key"}), "");
  ASSERT_TRUE(streams_
                  .Update("s1",
                          [](StreamEntry& entry) {
                            entry.stream.state = StreamState::kEnded;
                            return absl::OkStatus();
                          })
                  .ok());
  EXPECT_THAT(Orders(desk_, "gz", {"live/s1"}), IsEmpty());
  EXPECT_EQ(Refusal("s1", {"rtmp://a.example/live/key"}), "STREAM_ENDED");
}

TEST_F(ForwardDeskTest, WhatIsAskedOutlivesARestart) {
  EXPECT_EQ(Refusal("s1", {"rtmp://a.example/live/key"}), "");
  StreamTable again(&store_);
  ASSERT_TRUE(again.Load().ok());
  const ForwardDesk desk(&again);
  EXPECT_THAT(Orders(desk, "gz", {}), ElementsAre("live/s1 rtmp://a.example/live/key"));
  EXPECT_EQ(desk.totals().streams, 1u);
}

TEST_F(ForwardDeskTest, WhatCannotBePushedToIsRefused) {
  for (const char* url : {"", "http://a/live/x", "rtmp://", "rtmp://a", "rtmp://a/live",
                          "rtmp://a/live/", "rtmp:///live/x", "rtmp://a/live/x y", "rtmp://a//x"}) {
    EXPECT_EQ(Refusal("s1", {url}), "INVALID_TARGET") << url;
  }
  EXPECT_EQ(Refusal("s1", {absl::StrCat("rtmp://a/live/", std::string(1024, 'x'))}),
            "INVALID_TARGET");
  EXPECT_EQ(Refusal("s1", std::vector<std::string>(9, "rtmp://a/live/x")), "TOO_MANY_TARGETS");
  EXPECT_EQ(Refusal("nobody", {"rtmp://a/live/x"}), "STREAM_NOT_FOUND");
  EXPECT_EQ(desk_.totals().refused, 12u);
}

TEST_F(ForwardDeskTest, TooManyStreamsAreRefused) {
  for (size_t i = 0; i < ForwardDesk::kStreamsMax; ++i) {
    const std::string name = absl::StrCat("m", i);
    Create(name);
    ASSERT_EQ(Refusal(name, {"rtmp://a/live/x"}), "");
  }
  EXPECT_EQ(Refusal("s1", {"rtmp://a/live/x"}), "TOO_MANY_FORWARDS");
  EXPECT_EQ(Refusal("m0", {"rtmp://b/live/x"}), "");
}

}  // namespace
}  // namespace nearcast
