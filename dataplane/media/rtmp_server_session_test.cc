#include "dataplane/media/rtmp_server_session.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dataplane/media/chunk_reader.h"
#include "dataplane/media/flv_tag.h"
#include "dataplane/media/rtmp_control.h"
#include "dataplane/media/session_pair.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

using Events = std::vector<std::string>;
using State = RtmpServerSession::State;

// A peer written byte by byte: what it sends, and what the server did.
class ServerScript {
 public:
  ServerScript() { bytes_ = "\x03" + std::string(2 * 1536, '\0'); }

  ServerScript& Command(const RtmpCommand& command, uint32_t stream_id = 0) {
    return Message({.header = {.message_stream_id = stream_id}, .payload = EncodeCommand(command)});
  }
  ServerScript& Message(const RtmpMessage& message) {
    AppendChunks(message.header, message.payload, 128, &bytes_);
    return *this;
  }
  ServerScript& Connect() {
    ConnectCommand connect;
    connect.app = "live";
    connect.tc_url = "rtmp://h/live";
    return Command(connect);
  }
  ServerScript& Publish() {
    return Connect().Command(CreateStreamCommand{2}).Command(PublishCommand{3, "s", "live"}, 1);
  }
  ServerScript& Media(FrameKind kind, uint32_t dts_ms, absl::string_view payload) {
    return Message(
        {.header = MediaMessageHeader(kind, dts_ms, 1), .payload = std::string(payload)});
  }

  const std::string& bytes() const { return bytes_; }

  // Feeds all of it in pieces of at most `piece_max` bytes; events, and the error's code as the
  // last one.
  Events Run(std::mt19937* random = nullptr, size_t piece_max = 1) {
    Events events;
    for (size_t at = 0; at < bytes_.size();) {
      const size_t size = random == nullptr ? bytes_.size() : 1 + (*random)() % piece_max;
      absl::string_view piece = absl::string_view(bytes_).substr(at, size);
      at += size;
      while (true) {
        const auto event = session.Read(&piece);
        if (!event.ok()) {
          events.push_back(absl::StatusCodeToString(event.status().code()));
          return events;
        }
        if (!*event) break;
        events.push_back(FormatEvent(**event));
        if (session.state() == State::kAskedPublish) session.AcceptPublish();
        if (session.state() == State::kAskedPlay) session.AcceptPlay();
      }
    }
    return events;
  }

  // The types of the messages that the server answered with, behind the handshake.
  std::vector<int> AnswerTypes() {
    const std::string output = session.TakeOutput();
    absl::string_view rest = absl::string_view(output).substr(1 + 2 * 1536);
    std::vector<int> types;
    ChunkReader reader;
    while (true) {
      const auto message = reader.Read(&rest);
      if (!message.ok() || !*message) return types;
      types.push_back(static_cast<int>((*message)->header.type));
    }
  }

  RtmpServerSession session{RtmpSessionOptions{}, 1};

 private:
  std::string bytes_;
};

TEST(RtmpServerSessionTest, GivesTheSameEventsHoweverTheBytesAreSplit) {
  std::mt19937 random(6);
  for (int round = 0; round < 300; ++round) {
    ServerScript script;
    script.Publish()
        .Media(FrameKind::kVideo, 0xFFFFF0, std::string(500, 'v'))
        .Media(FrameKind::kAudio, 0x1000010, std::string(300, 'a'))
        .Command(DeleteStreamCommand{0, 1})
        .Command(PublishCommand{3, "again", "live"}, 1)
        .Media(FrameKind::kVideo, 0, "v");
    EXPECT_EQ(script.Run(&random, 1 + random() % 3000),
              (Events{"publish live/s", "video@16777200: 500 bytes", "audio@16777232: 300 bytes",
                      "end", "publish live/again", "video@0: v"}));
  }
}

TEST(RtmpServerSessionTest, AnswersConnectWithWindowBandwidthChunkSizeAndResult) {
  ServerScript script;
  EXPECT_EQ(script.Connect().Run(), Events{});
  EXPECT_EQ(script.AnswerTypes(), (std::vector<int>{5, 6, 1, 20}));
  EXPECT_EQ(script.session.state(), State::kConnected);
  EXPECT_EQ(script.session.chunk_size(), 60000u);
}

TEST(RtmpServerSessionTest, IgnoresMediaOutsideAPublish) {
  ServerScript script;
  EXPECT_EQ(script.Connect().Media(FrameKind::kVideo, 0, "early").Run(), Events{});
}

TEST(RtmpServerSessionTest, IgnoresEmptyMediaAndUnknownMessages) {
  ServerScript script;
  script.Publish().Media(FrameKind::kAudio, 0, "");
  script.Message({.header = {.type = static_cast<RtmpType>(99)}, .payload = "?"});
  script.Command(OtherCommand{"_checkbw", 9, {Amf0Null{}}});
  script.Message({.header = {.type = RtmpType::kUserControl}, .payload = "\x01"});
  EXPECT_EQ(script.Media(FrameKind::kAudio, 1, "a").Run(),
            (Events{"publish live/s", "audio@1: a"}));
}

TEST(RtmpServerSessionTest, ReadsAmf3FramedCommandsAndData) {
  ServerScript script;
  script.Connect();
  const std::string publish = EncodeCommand(PublishCommand{3, "s", "live"});
  script.Message({.header = {.type = RtmpType::kCommandAmf3, .message_stream_id = 1},
                  .payload = std::string(1, '\0') + publish});
  script.Message({.header = {.type = RtmpType::kDataAmf3}, .payload = std::string("\0xy", 3)});
  EXPECT_EQ(script.Run(), (Events{"publish live/s", "script@0: xy"}));
}

TEST(RtmpServerSessionTest, SplitsAggregates) {  // 7.1.6
  ServerScript script;
  script.Publish();
  script.Message({.header = {.timestamp_ms = 1000, .type = RtmpType::kAggregate},
                  .payload = absl::StrCat(EncodeFlvTag(FrameKind::kVideo, 500, "v"),
                                          EncodeFlvTag(FrameKind::kAudio, 520, "a"))});
  EXPECT_EQ(script.Media(FrameKind::kVideo, 1040, "w").Run(),
            (Events{"publish live/s", "video@1000: v", "audio@1020: a", "video@1040: w"}));
}

TEST(RtmpServerSessionTest, RefusesAggregatesThatEndInsideATag) {
  ServerScript script;
  script.Publish();
  script.Message({.header = {.type = RtmpType::kAggregate},
                  .payload = EncodeFlvTag(FrameKind::kVideo, 0, "vvvvvvvv").substr(0, 14)});
  EXPECT_EQ(script.Run(), (Events{"publish live/s", "INVALID_ARGUMENT"}));
}

TEST(RtmpServerSessionTest, AnswersPingsAndAcknowledgesTheWindow) {
  ServerScript script;
  script.Connect();
  script.Message(BuildUserControl({.event = UserControlEvent::kPingRequest, .value = 5}));
  script.Message(BuildControl(RtmpType::kWindowAckSize, 10000));
  for (int i = 0; i < 20; ++i) script.Media(FrameKind::kVideo, i, std::string(1000, 'v'));
  EXPECT_EQ(script.Run(), Events{});
  // 3 KB of handshake and 20 KB of media: one acknowledgement at each half window of 5000 bytes.
  EXPECT_EQ(script.AnswerTypes(), (std::vector<int>{5, 6, 1, 20, 4, 3, 3, 3, 3}));
}

TEST(RtmpServerSessionTest, ATinyWindowDoesNotMakeItAnswerEveryByte) {
  ServerScript script;
  script.Connect().Message(BuildControl(RtmpType::kWindowAckSize, 1));
  for (int i = 0; i < 1000; ++i) script.Media(FrameKind::kVideo, i, "v");
  EXPECT_EQ(script.Run(), Events{});
  EXPECT_LT(script.session.TakeOutput().size(), 4000u);
}

TEST(RtmpServerSessionTest, RefusesProtocolErrors) {
  {
    ServerScript script;  // publish before connect
    EXPECT_EQ(script.Command(PublishCommand{3, "s", "live"}, 1).Run(),
              (Events{"INVALID_ARGUMENT"}));
  }
  {
    ServerScript script;
    EXPECT_EQ(script.Connect().Connect().Run(), (Events{"INVALID_ARGUMENT"}));
  }
  {
    ServerScript script;
    EXPECT_EQ(script.Publish().Command(PublishCommand{4, "t", "live"}, 1).Run(),
              (Events{"publish live/s", "INVALID_ARGUMENT"}));
  }
  {
    ServerScript script;
    EXPECT_EQ(script.Message({.header = {}, .payload = "\xFF"}).Run(),
              (Events{"INVALID_ARGUMENT"}));
    absl::string_view more = "more";
    EXPECT_FALSE(script.session.Read(&more).ok());
  }
}

TEST(RtmpServerSessionTest, KeepsLongTokensWhole) {
  const std::string token(8000, 't');
  ServerScript script;
  script.Connect().Command(PublishCommand{3, absl::StrCat("s?token=", token), "live"}, 1);
  EXPECT_EQ(script.Run(), (Events{absl::StrCat("publish live/s?token=", token)}));
  ServerScript longer;
  longer.Connect().Command(PublishCommand{3, absl::StrCat("s?token=", token, token), "live"}, 1);
  EXPECT_EQ(longer.Run(), (Events{"RESOURCE_EXHAUSTED"}));
}

TEST(RtmpServerSessionTest, TakesOddPublishTypes) {
  for (const char* type : {"live", "record", "append", "", "LIVE", "appendWithGap"}) {
    ServerScript script;
    EXPECT_EQ(script.Connect().Command(PublishCommand{3, "s", type}, 1).Run(),
              (Events{"publish live/s"}));
  }
}

TEST(RtmpServerSessionTest, APlayerThatLeavesEndsItsStream) {
  ServerScript script;
  script.Connect().Command(PlayCommand{3, "s", -2}, 1).Command(OtherCommand{"closeStream", 0, {}});
  EXPECT_EQ(script.Run(), (Events{"play live/s", "end"}));
}

TEST(RtmpServerSessionTest, MediaHeadersAndSlicesEqualTheCopiedForm) {
  RtmpTarget target{.role = RtmpRole::kPlay,
                    .tc_url = "rtmp://h/live",
                    .app = "live",
                    .stream_name = "s",
                    .handshake = HandshakeForm::kSimple};
  SessionPair pair(target);
  ASSERT_TRUE(pair.Run().ok());
  const std::string payload(150000, 'v');
  const ChunkHeaders headers = pair.server.MediaHeaders(FrameKind::kVideo, 7, payload.size());
  absl::string_view pieces[8];
  const size_t count = SliceChunks(headers, payload, pair.server.chunk_size(), 0, pieces);
  std::string joined;
  for (size_t i = 0; i < count; ++i) absl::StrAppend(&joined, pieces[i]);
  pair.server.WriteMedia(FrameKind::kVideo, 7, payload);
  EXPECT_EQ(pair.server.TakeOutput(), joined);
}

}  // namespace
}  // namespace nearcast::media
