#include "schedulerlib/convert/stream_convert.h"

#include "gtest/gtest.h"

namespace nearcast::scheduler {
namespace {

TEST(StreamConvertTest, StatesComeBackAsTheyWent) {
  for (const StreamState state :
       {StreamState::kCreated, StreamState::kPublishing, StreamState::kInterrupted,
        StreamState::kEnded, StreamState::kBanned}) {
    EXPECT_EQ(FromProto(ToProto(state)).value(), state) << StreamStateName(state);
  }
}

TEST(StreamConvertTest, UnspecifiedAndUnknownStatesAreRefused) {
  for (const int number : {0, 6, -1}) {
    const auto state = FromProto(static_cast<v1::Stream::State>(number));
    EXPECT_EQ(state.status().code(), absl::StatusCode::kInvalidArgument) << number;
  }
}

TEST(StreamConvertTest, StreamComesBackWithItsLines) {
  Stream stream;
  stream.name = "s1";
  stream.publish_point = "show";
  stream.state = StreamState::kPublishing;
  stream.push_lines = {{"main", "own", "gz", "rtmp://192.0.2.1/live/s1", false},
                       {"backup", "vendor", "", "rtmp://push.example/live/s1", true}};
  stream.play_cdn = "vendor";
  const v1::Stream message = ToProto(stream);
  EXPECT_EQ(message.push_lines(0).node(), "gz");
  const Stream back = FromProto(message).value();
  EXPECT_EQ(back.name, stream.name);
  EXPECT_EQ(back.publish_point, stream.publish_point);
  EXPECT_EQ(back.state, stream.state);
  EXPECT_EQ(back.play_cdn, "vendor");
  ASSERT_EQ(back.push_lines.size(), 2u);
  EXPECT_EQ(back.push_lines[0].url, "rtmp://192.0.2.1/live/s1");
  EXPECT_EQ(back.push_lines[0].cdn, "own");
  EXPECT_FALSE(back.push_lines[0].on_failure_only);
  EXPECT_EQ(back.push_lines[1].line, "backup");
  EXPECT_TRUE(back.push_lines[1].on_failure_only);
}

TEST(StreamConvertTest, ViewerIsKeyedByIdOrElseByAddress) {
  v1::Viewer message;
  message.set_address("2001:DB8::1");
  message.set_app("tv");
  message.set_app_version("2");
  message.set_device("phone");
  message.set_network_grade(8);
  Viewer viewer = FromProto(message).value();
  EXPECT_EQ(viewer.key, "2001:db8::1");
  EXPECT_EQ(viewer.app, "tv");
  EXPECT_EQ(viewer.app_version, "2");
  EXPECT_EQ(viewer.device, "phone");
  EXPECT_EQ(viewer.network_grade, 8u);
  message.set_viewer_id("ann");
  EXPECT_EQ(FromProto(message)->key, "ann");
}

TEST(StreamConvertTest, ViewerWithoutAddressOrWithAnUnknownGradeIsRefused) {
  v1::Viewer message;
  EXPECT_EQ(FromProto(message).status().message(),
            "viewer.address: \"\" is not an IP address; give the viewer's own");
  message.set_address("192.0.2.1");
  message.set_network_grade(9);
  EXPECT_EQ(FromProto(message).status().message(),
            "viewer.network_grade: 9 is over 8; 1 is worst, 8 best, 0 unknown");
}

TEST(StreamConvertTest, ExplanationArrivesWhole) {
  Explanation explanation;
  explanation.revision = 4;
  explanation.steps = {"a", "b"};
  explanation.answer = {"192.0.2.1"};
  explanation.candidates = {{"gz", "own", 12.5, "same-isp", "usable", true, "chosen"}};
  const v1::Explanation message = ToProto(explanation);
  EXPECT_EQ(message.revision(), 4);
  EXPECT_EQ(message.steps_size(), 2);
  EXPECT_EQ(message.steps(1), "b");
  EXPECT_EQ(message.answer(0), "192.0.2.1");
  EXPECT_EQ(message.candidates(0).ShortDebugString(),
            "node: \"gz\" cdn: \"own\" cost_ms: 12.5 rung: \"same-isp\" health: \"usable\" "
            "chosen: true verdict: \"chosen\"");
}

}  // namespace
}  // namespace nearcast::scheduler
