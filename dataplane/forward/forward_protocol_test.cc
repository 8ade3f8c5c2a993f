#include "dataplane/forward/forward_protocol.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "dataplane/media/rtmp_server_session.h"
#include "dataplane/stream/frame_ring.h"
#include "gtest/gtest.h"

namespace nearcast::forward {
namespace {

using media::RtmpClientSession;
using media::RtmpServerSession;

// A publishing client and the server that lets it, both in memory.
class ForwardProtocolTest : public testing::Test {
 protected:
  ForwardProtocolTest() {
    auto client = std::make_unique<RtmpClientSession>(
        media::RtmpTarget{
            .tc_url = "rtmp://h/live", .app = "live", .stream_name = "a?key=x", .via = "n1, n2"},
        media::RtmpSessionOptions{}, 1);
    while (client->state() != RtmpClientSession::State::kReady) {
      Feed(client->TakeOutput());
      const std::string answer = server_.TakeOutput();
      absl::string_view input = answer;
      while (true) {
        auto event = client->Read(&input);
        EXPECT_TRUE(event.ok()) << event.status();
        if (!event.ok() || !*event) break;
      }
    }
    protocol_ = std::make_unique<ForwardProtocol>(
        std::move(client), [this](const absl::Status& reason) { end_ = reason; },
        [this] { return withdrawn_; });
  }

  void Feed(const std::string& bytes) {
    absl::string_view input = bytes;
    while (true) {
      auto event = server_.Read(&input);
      ASSERT_TRUE(event.ok()) << event.status();
      if (!*event) return;
      if (const auto* publish = std::get_if<media::RtmpPublish>(&**event)) {
        publish_ = *publish;
        server_.AcceptPublish();
      }
      if (const auto* item = std::get_if<media::RtmpMedia>(&**event)) media_.push_back(*item);
      ended_ |= std::holds_alternative<media::RtmpStreamEnd>(**event);
    }
  }

  RtmpServerSession server_{media::RtmpSessionOptions{}, 2};
  std::optional<media::RtmpPublish> publish_;
  std::vector<media::RtmpMedia> media_;
  bool ended_ = false;
  bool withdrawn_ = false;
  std::optional<absl::Status> end_;
  std::unique_ptr<ForwardProtocol> protocol_;
};

TEST_F(ForwardProtocolTest, TellsWhereTheStreamHasBeenAndOpensWithTheHeaders) {
  ASSERT_TRUE(publish_.has_value());
  EXPECT_EQ(publish_->name.stream, "a");
  EXPECT_EQ(publish_->name.query, "key=x");
  EXPECT_EQ(publish_->via, "n1, n2");
  using stream::Frame;
  const stream::Headers headers{
      .video = Frame::Make({stream::FrameRole::kVideoHeader, 0}, "avcC"),
      .audio = Frame::Make({stream::FrameRole::kAudioHeader, 0}, "asc"),
      .metadata = Frame::Make({stream::FrameRole::kScript, 0},
                              absl::string_view("\x02\0\x0AonMetaData\x05", 14))};
  Feed(
      protocol_->Open({.headers = &headers, .has_video = true, .has_audio = true, .dts_ms = 4000}));
  ASSERT_EQ(media_.size(), 3u);
  EXPECT_EQ(media_[0].kind, media::FrameKind::kScript);
  EXPECT_EQ(media_[1].payload, "avcC");
  EXPECT_EQ(media_[2].payload, "asc");
  EXPECT_EQ(media_[2].dts_ms, 4000u);
}

TEST_F(ForwardProtocolTest, EndsThePublicationWhenTheStreamEnds) {
  Feed(protocol_->Close());
  EXPECT_TRUE(ended_);
  EXPECT_FALSE(end_.has_value());
  protocol_.reset();
  ASSERT_TRUE(end_.has_value());
  EXPECT_TRUE(end_->ok());
}

TEST_F(ForwardProtocolTest, EndsThePublicationWhenItIsWithdrawnAndNotWhenTheServerHasGone) {
  EXPECT_EQ(protocol_->Farewell(), "");
  EXPECT_FALSE(ended_);
  withdrawn_ = true;
  Feed(protocol_->Farewell());
  EXPECT_TRUE(ended_);
  protocol_.reset();
  EXPECT_TRUE(end_->ok());
}

TEST_F(ForwardProtocolTest, SaysWhyTheServerEndedIt) {
  server_.EndStream("another publisher");
  EXPECT_FALSE(protocol_->Read(server_.TakeOutput()).ok());
  protocol_.reset();
  EXPECT_EQ(end_->code(), absl::StatusCode::kCancelled);
}

TEST_F(ForwardProtocolTest, ALineThatBreaksOffIsAFailure) {
  protocol_.reset();
  EXPECT_EQ(end_->code(), absl::StatusCode::kUnavailable);
}

TEST_F(ForwardProtocolTest, RubbishFromTheServerEndsIt) {
  EXPECT_FALSE(protocol_->Read(std::string(4096, '\xFF')).ok());
}

}  // namespace
}  // namespace nearcast::forward
