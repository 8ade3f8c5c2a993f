#include "dataplane/media/rtmp_command.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

// The payload as text, so that rows can be read: values separated by spaces.
std::string Format(absl::string_view payload) {
  const std::vector<Amf0Value> values = ParseAmf0(payload).value();
  std::string text;
  for (const Amf0Value& value : values) {
    if (!text.empty()) text += " ";
    text += FormatAmf0(value);
  }
  return text;
}

ConnectCommand SomeConnect() {
  ConnectCommand connect;
  connect.app = "live";
  connect.tc_url = "rtmp://h/live";
  connect.flash_version = "LNX";
  return connect;
}

struct Row {
  RtmpCommand command;
  const char* text;
};

std::vector<Row> Rows() {
  ConnectCommand enhanced = SomeConnect();
  enhanced.fourcc_list = {"hvc1", "av01"};
  ConnectCommand forwarded = SomeConnect();
  forwarded.via = "a, b";
  return {
      {SomeConnect(),
       "\"connect\" 1 {\"app\": \"live\", \"flashVer\": \"LNX\", \"tcUrl\": \"rtmp://h/live\", "
       "\"objectEncoding\": 0}"},
      {enhanced,
       "\"connect\" 1 {\"app\": \"live\", \"flashVer\": \"LNX\", \"tcUrl\": \"rtmp://h/live\", "
       "\"objectEncoding\": 0, \"fourCcList\": [\"hvc1\", \"av01\"]}"},
      {forwarded,
       "\"connect\" 1 {\"app\": \"live\", \"flashVer\": \"LNX\", \"tcUrl\": \"rtmp://h/live\", "
       "\"objectEncoding\": 0, \"nearcastVia\": \"a, b\"}"},
      {CreateStreamCommand{4}, "\"createStream\" 4 null"},
      {PublishCommand{5, "s?token=1", "live"}, "\"publish\" 5 null \"s?token=1\" \"live\""},
      {PlayCommand{5, "s", -1}, "\"play\" 5 null \"s\" -1"},
      {DeleteStreamCommand{6, 1}, "\"deleteStream\" 6 null 1"},
      {NamedCommand{NamedCommandKind::kReleaseStream, 2, "s"}, "\"releaseStream\" 2 null \"s\""},
      {NamedCommand{NamedCommandKind::kFcPublish, 3, "s"}, "\"FCPublish\" 3 null \"s\""},
      {NamedCommand{NamedCommandKind::kFcUnpublish, 3, "s"}, "\"FCUnpublish\" 3 null \"s\""},
      {NamedCommand{NamedCommandKind::kGetStreamLength, 3, "s"},
       "\"getStreamLength\" 3 null \"s\""},
      {CommandReply{CommandOutcome::kResult, 4, Amf0Null{}, 1}, "\"_result\" 4 null 1"},
      {CommandReply{CommandOutcome::kError, 1, Amf0Null{}, "no"}, "\"_error\" 1 null \"no\""},
      {StatusCommand{"error", "NetStream.Publish.BadName", "taken"},
       "\"onStatus\" 0 null {\"level\": \"error\", \"code\": \"NetStream.Publish.BadName\", "
       "\"description\": \"taken\"}"},
      {OtherCommand{"closeStream", 0, {Amf0Null{}}}, "\"closeStream\" 0 null"},
  };
}

TEST(RtmpCommandTest, WritesEachRowAndReadsItBack) {
  for (const Row& row : Rows()) {
    const std::string payload = EncodeCommand(row.command);
    EXPECT_EQ(Format(payload), row.text);
    const auto read = ParseCommand(payload);
    ASSERT_TRUE(read.ok()) << row.text << read.status();
    EXPECT_EQ(read->index(), row.command.index()) << row.text;
    EXPECT_EQ(EncodeCommand(*read), payload) << row.text;
  }
}

std::string Payload(const std::vector<Amf0Value>& values) {
  std::string payload;
  for (const Amf0Value& value : values) AppendAmf0(value, &payload);
  return payload;
}

TEST(RtmpCommandTest, TakesCommandsThatLeaveArgumentsOut) {
  const auto publish = ParseCommand(Payload({"publish", 5, Amf0Null{}, "s"}));
  ASSERT_TRUE(publish.ok());
  EXPECT_EQ(std::get<PublishCommand>(*publish).type, "live");
  const auto play = ParseCommand(Payload({"play", 5, Amf0Null{}, "s"}));
  EXPECT_EQ(std::get<PlayCommand>(*play).start_s, -2);
  EXPECT_TRUE(ParseCommand(Payload({"connect", 1, Amf0Object{{{"app", "live"}}}})).ok());
  EXPECT_TRUE(ParseCommand(Payload({"FCPublish", 1})).ok());
  EXPECT_TRUE(ParseCommand(Payload({"_result"})).ok());
}

TEST(RtmpCommandTest, RefusesCommandsWithoutWhatTheyNeed) {
  const std::vector<std::vector<Amf0Value>> commands = {
      {},
      {1, "connect"},
      {"connect", 1},
      {"connect", 1, Amf0Object{{{"app", 1}}}},
      {"publish", 5, Amf0Null{}},
      {"publish", 5, Amf0Null{}, 7},
      {"play", 5},
      {"onStatus", 0, Amf0Null{}, Amf0Object{}},
  };
  for (const auto& values : commands) {
    EXPECT_EQ(ParseCommand(Payload(values)).status().code(), absl::StatusCode::kInvalidArgument)
        << Format(Payload(values));
  }
}

TEST(RtmpCommandTest, KeepsLongNamesWholeAndRefusesLongerOnes) {
  for (const size_t size : {255u, 256u, 257u, 4095u, 4096u, 4097u, 8192u}) {
    const std::string name(size, 't');
    const auto command = ParseCommand(EncodeCommand(PublishCommand{5, name, "live"}));
    ASSERT_TRUE(command.ok()) << size;
    EXPECT_EQ(std::get<PublishCommand>(*command).stream_name, name);
  }
  for (const size_t size : {8193u, 65535u, 65536u, 1u << 20}) {
    const std::string name(size, 't');
    ConnectCommand connect = SomeConnect();
    connect.tc_url = name;
    for (const RtmpCommand& command :
         {RtmpCommand(PublishCommand{5, name, "live"}), RtmpCommand(PlayCommand{5, name, -2}),
          RtmpCommand(connect), RtmpCommand(NamedCommand{NamedCommandKind::kFcPublish, 1, name})}) {
      EXPECT_EQ(ParseCommand(EncodeCommand(command)).status().code(),
                absl::StatusCode::kResourceExhausted)
          << size;
    }
  }
}

TEST(RtmpCommandTest, ConnectReplySaysSuccessAndEchoesEncodingAndCodecs) {
  ConnectCommand connect = SomeConnect();
  connect.object_encoding = 3;
  connect.fourcc_list = {"hvc1"};
  const CommandReply reply = BuildConnectReply(connect);
  EXPECT_EQ(reply.transaction_id, 1);
  EXPECT_EQ(*reply.result.Find("code")->text(), "NetConnection.Connect.Success");
  EXPECT_EQ(*reply.result.Find("objectEncoding")->number(), 3);
  EXPECT_NE(reply.properties.Find("fourCcList"), nullptr);
  EXPECT_EQ(BuildConnectReply(SomeConnect()).properties.Find("fourCcList"), nullptr);
}

}  // namespace
}  // namespace nearcast::media
