#include "dataplane/media/rtmp_client_session.h"

#include <string>
#include <vector>

#include "dataplane/media/metadata.h"
#include "dataplane/media/session_pair.h"
#include "gtest/gtest.h"

namespace nearcast::media {
namespace {

using Events = std::vector<std::string>;

RtmpTarget Target(RtmpRole role) {
  return {.role = role,
          .tc_url = "rtmp://127.0.0.11/live",
          .app = "live",
          .stream_name = "s?t=1",
          .handshake = HandshakeForm::kSimple};
}

TEST(RtmpClientSessionTest, PublishesThroughEitherHandshakeInPiecesOfAnySize) {
  for (const HandshakeForm form : {HandshakeForm::kSimple, HandshakeForm::kDigest}) {
    for (const size_t piece : {1u, 2u, 3u, 127u, 128u, 129u, 100000u}) {
      RtmpTarget target = Target(RtmpRole::kPublish);
      target.handshake = form;
      SessionPair pair(target, piece);
      ASSERT_TRUE(pair.Run().ok());
      EXPECT_EQ(pair.client_events, (Events{"ready"}));
      pair.client.WriteMedia(FrameKind::kVideo, 0, "key");
      pair.client.WriteMedia(FrameKind::kAudio, 0x1000000, std::string(200000, 'a'));
      pair.client.WriteMedia(FrameKind::kVideo, 0xFFFFFFFF, "last");
      pair.client.EndStream();
      ASSERT_TRUE(pair.Run().ok());
      EXPECT_EQ(pair.server_events,
                (Events{"publish live/s?t=1", "video@0: key", "audio@16777216: 200000 bytes",
                        "video@4294967295: last", "end"}));
      EXPECT_EQ(pair.server.handshake_form(), form);
    }
  }
}

TEST(RtmpClientSessionTest, PlaysUntilTheServerEndsTheStream) {
  for (const size_t piece : {1u, 64u, 100000u}) {
    SessionPair pair(Target(RtmpRole::kPlay), piece);
    ASSERT_TRUE(pair.Run().ok());
    EXPECT_EQ(pair.server_events, (Events{"play live/s?t=1"}));
    pair.server.WriteMedia(FrameKind::kVideo, 1, "key");
    pair.server.WriteMedia(FrameKind::kAudio, 2, std::string(100000, 'a'));
    pair.server.EndStream("over");
    ASSERT_TRUE(pair.Run().ok());
    EXPECT_EQ(pair.client_events,
              (Events{"ready", "video@1: key", "audio@2: 100000 bytes", "end"}));
    EXPECT_EQ(pair.server.state(), RtmpServerSession::State::kConnected);
  }
}

TEST(RtmpClientSessionTest, WrapsMetadataForTheServerAndTheServerUnwrapsIt) {
  SessionPair pair(Target(RtmpRole::kPublish));
  ASSERT_TRUE(pair.Run().ok());
  const std::string metadata = EncodeMetadata({});
  pair.client.WriteMedia(FrameKind::kScript, 0, metadata);
  ASSERT_TRUE(pair.Run().ok());
  EXPECT_EQ(pair.server_events.back(),
            FormatEvent(RtmpMedia{.kind = FrameKind::kScript, .dts_ms = 0, .payload = metadata}));
}

TEST(RtmpClientSessionTest, ARefusalIsAnErrorWithTheServersCode) {
  SessionPair pair(Target(RtmpRole::kPublish));
  pair.refusal_code = "NetStream.Publish.BadName";
  const absl::Status status = pair.Run();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_NE(std::string(status.message()).find("NetStream.Publish.BadName"), std::string::npos);
}

TEST(RtmpClientSessionTest, SurvivesAServerThatIsNone) {
  RtmpClientSession client(Target(RtmpRole::kPlay), RtmpSessionOptions{}, 1);
  absl::string_view input = "HTTP/1.1 400 Bad Request\r\n";
  EXPECT_FALSE(client.Read(&input).ok());
  EXPECT_FALSE(client.Read(&input).ok());
}

}  // namespace
}  // namespace nearcast::media
