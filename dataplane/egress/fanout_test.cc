#include "dataplane/egress/fanout.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dataplane/egress/flv_protocol.h"
#include "dataplane/egress/link_protocol.h"
#include "dataplane/egress/manual_loop.h"
#include "dataplane/egress/ws_flv_protocol.h"
#include "dataplane/media/link_record.h"
#include "dataplane/stream/frame_builder.h"
#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::egress {
namespace {

using stream::FrameRole;

// What came over a WebSocket.
struct WsPlayback {
  std::string head;  // the status line
  size_t tags = 0;
  size_t pongs = 0;
};

// The far end of a viewer's connection: reads tags and notes each by one letter (H header, K, p,
// a).
class Player {
 public:
  explicit Player(int socket_buffer_bytes = 0) {
    int fds[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    if (socket_buffer_bytes > 0) {
      ::setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &socket_buffer_bytes, sizeof(int));
    }
    ::fcntl(fds[0], F_SETFL, O_NONBLOCK);
    ::fcntl(fds[1], F_SETFL, O_NONBLOCK);
    relay_fd = fds[0];
    fd_ = fds[1];
  }
  ~Player() { ::close(fd_); }

  void Receive(size_t bytes_max = SIZE_MAX) {
    std::string buffer(65536, '\0');
    while (bytes_max > 0) {
      const ssize_t got = ::recv(fd_, buffer.data(), std::min(buffer.size(), bytes_max), 0);
      ended = got == 0;
      if (got <= 0) return;
      bytes_.append(buffer.data(), got);
      bytes_max -= got;
    }
  }

  const std::string& Received() const { return bytes_; }
  std::string Head() const { return bytes_.substr(0, bytes_.find("\r\n\r\n")); }

  void Send(const std::string& bytes) { (void)::send(fd_, bytes.data(), bytes.size(), 0); }

  // Of the FLV header: 4 sound, 1 picture.
  int Flags() const { return bytes_[bytes_.find("\r\n\r\n") + 4 + 4]; }

  // Walks the WebSocket messages; fails the test when one is not exactly one FLV tag, the FLV
  // header, or a pong.
  WsPlayback Messages() const {
    WsPlayback seen{bytes_.substr(0, bytes_.find("\r\n"))};
    size_t at = bytes_.find("\r\n\r\n") + 4;
    const auto byte = [&](size_t i) { return size_t{static_cast<uint8_t>(bytes_[at + i])}; };
    while (at + 4 <= bytes_.size()) {
      const size_t header = byte(1) < 126 ? 2 : 4;
      const size_t size = header == 2 ? byte(1) : byte(2) << 8 | byte(3);
      if (at + header + size > bytes_.size()) break;
      EXPECT_TRUE(byte(0) == 0x82 || byte(0) == 0x8A) << "at byte " << at;
      const bool flv_header = seen.tags == 0 && size == 13;
      if (byte(0) == 0x82 && !flv_header) {
        const size_t payload = byte(header + 1) << 16 | byte(header + 2) << 8 | byte(header + 3);
        EXPECT_EQ(size, payload + 15) << "at byte " << at;
      }
      seen.tags += byte(0) == 0x82 && !flv_header;
      seen.pongs += byte(0) == 0x8A;
      at += header + size;
    }
    return seen;
  }

  // Walks the FLV tags; fails the test when they are not intact.
  std::string Tags() const {
    std::string letters;
    size_t at = bytes_.find("\r\n\r\n") + 4 + 13;
    while (at + 11 <= bytes_.size()) {
      const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes_[at + i]); };
      const size_t size = byte(1) << 16 | byte(2) << 8 | byte(3);
      if (at + 15 + size > bytes_.size()) break;
      EXPECT_TRUE(byte(0) == 8 || byte(0) == 9) << "at byte " << at;
      letters += bytes_[at + 11];
      at += 11 + size;
      const size_t previous = byte(2) << 8 | byte(3);
      EXPECT_EQ(previous, (11 + size) & 0xFFFF);
      at += 4;
    }
    return letters;
  }

  int relay_fd;
  bool ended = false;

 private:
  int fd_;
  std::string bytes_;
};

class FanoutTest : public testing::Test {
 protected:
  void SetUp() override {
    publication_ = hub_.Publish("live/a", {}, loop_.now_ms).value();
    tools_ = {.loop = &loop_, .batch = &batch_, .backlog = &backlog_, .counters = &counters_};
    fanout_ = std::make_shared<Fanout>(publication_->stream(), tools_);
    publication_->stream()->AddListener(fanout_);
  }
  // Each holds the other.
  void TearDown() override { publication_->stream()->RemoveListener(fanout_.get()); }

  void PushHeaders() {
    Push(FrameRole::kVideoHeader, "H");
    Push(FrameRole::kAudioHeader, "H");
  }

  void Push(FrameRole role, const std::string& payload) {
    ASSERT_TRUE(publication_->Push(role, next_ * 40, payload, loop_.now_ms).ok());
  }

  void Live(int frames, size_t size_bytes = 50) {
    for (int end = next_ + frames; next_ < end; ++next_) {
      const bool key = next_ % 25 == 0;
      Push(key ? FrameRole::kVideoKey : FrameRole::kVideoInter,
           std::string(size_bytes, key ? 'K' : 'p'));
      Push(FrameRole::kAudio, "a");
    }
  }

  Viewer* Join(const Player& player, ViewerRequest request = {},
               std::shared_ptr<ViewerProtocol> protocol = nullptr) {
    if (request.arrived_ms == 0) request.arrived_ms = loop_.now_ms;
    if (request.deadline_ms == 0) request.deadline_ms = loop_.now_ms + 5000;
    auto viewer = std::make_unique<Viewer>(
        player.relay_fd, protocol == nullptr ? flv_ : std::move(protocol), request);
    Viewer* joined = viewer.get();
    fanout_->Add(std::move(viewer));
    loop_.Run();
    return joined;
  }

  ManualLoop loop_;
  SendBatch batch_;
  Crowd crowd_;
  Backlog backlog_{&loop_, &crowd_};
  EgressCounters counters_;
  FanoutTools tools_;
  stream::Hub hub_{stream::HubOptions{.ring = {.keep_ms = 2000}}};
  std::unique_ptr<stream::Publication> publication_;
  std::shared_ptr<Fanout> fanout_;
  std::shared_ptr<FlvProtocol> flv_ = std::make_shared<FlvProtocol>();
  int next_ = 0;
};

TEST_F(FanoutTest, StartsWithHeadersThenAKeyframeThenEveryFrame) {
  PushHeaders();
  Live(30);
  Player player;
  Join(player);
  Live(2);
  loop_.Run();
  player.Receive();
  EXPECT_NE(player.Head().find("200 OK"), std::string::npos);
  EXPECT_EQ(player.Tags(), "HHKapapapapapapa");
}

TEST_F(FanoutTest, AViewerWaitsForBothTracks) {
  Push(FrameRole::kAudioHeader, "H");
  Push(FrameRole::kAudio, "a");
  Player player;
  Join(player);
  player.Receive();
  EXPECT_EQ(player.Head(), "");
  Push(FrameRole::kVideoHeader, "H");
  Live(1);
  loop_.Run();
  player.Receive();
  EXPECT_EQ(player.Tags(), "HHKa");
}

TEST_F(FanoutTest, OneTrackAloneStartsAfterAShortWait) {
  Push(FrameRole::kAudioHeader, "H");
  Player player;
  Join(player);
  for (; next_ < 40; ++next_) Push(FrameRole::kAudio, "a");
  loop_.Run();
  player.Receive();
  EXPECT_EQ(player.Tags()[0], 'H');
  EXPECT_NE(player.Tags().find('a'), std::string::npos);
}

TEST_F(FanoutTest, ATrackThatIsPromisedAndNeverComesIsNotAnnounced) {
  PushHeaders();
  for (; next_ < 30; ++next_) Push(next_ == 0 ? FrameRole::kVideoKey : FrameRole::kVideoInter, "v");
  Player player;
  Join(player);
  player.Receive();
  EXPECT_EQ(player.Tags(), "H" + std::string(30, 'v'));
  EXPECT_EQ(player.Flags(), 1);
  Push(FrameRole::kAudio, "a");  // and when it comes after all, its header comes with it
  loop_.Run();
  player.Receive();
  EXPECT_EQ(player.Tags(), "H" + std::string(30, 'v') + "Ha");
}

TEST_F(FanoutTest, AWebSocketViewersMessagesStayWholeThroughEverything) {
  PushHeaders();
  Live(30, 2000);
  std::mt19937 random(9);
  Player player(4096);
  auto protocol = WsFlvProtocol::Make("dGhlIHNhbXBsZSBub25jZQ==", "13").value();
  Viewer* viewer =
      Join(player, {.drop = {.queue = {.queue_ms = 300}, .protected_period_ms = 1}}, protocol);
  for (int i = 0; i < 3000; ++i) {
    loop_.now_ms += 40;
    Live(1, 300 + random() % 3000);
    player.Receive(random() % 3000);
    if (i % 50 == 0) player.Send(std::string("\x89\x82\0\0\0\0hi", 8));
    if (i % 50 == 0) fanout_->OnReadable(viewer);
    fanout_->OnWritable(viewer);
    fanout_->Tick();
    loop_.Run();
  }
  EXPECT_GT(viewer->cursor().drops().slow(), 100u);
  const WsPlayback seen = player.Messages();
  EXPECT_EQ(seen.head, "HTTP/1.1 101 Switching Protocols");
  EXPECT_GT(seen.tags, 1000u);
  EXPECT_GT(seen.pongs, 10u);
}

TEST_F(FanoutTest, MergedWritesGatherFramesUntilTheLaneIsDue) {
  PushHeaders();
  Live(30);
  Player player;
  Join(player, {.merge_ms = 100});
  player.Receive();
  const size_t before = player.Tags().size();
  loop_.now_ms += 200;
  Live(1);
  loop_.Run();
  const uint64_t sends = counters_.sends.Get();
  for (int i = 0; i < 5; ++i) {
    loop_.now_ms += 10;
    Live(1);
    loop_.Run();
  }
  EXPECT_EQ(counters_.sends.Get(), sends);
  loop_.now_ms += 50;
  fanout_->Tick();
  player.Receive();
  EXPECT_EQ(player.Tags().size(), before + 12);
}

TEST_F(FanoutTest, ACrowdGetsItsKeyframesBeforeAnybodyGetsTheRestOfTheCache) {
  PushHeaders();
  Live(50, 3000);
  Player first;
  Player second;
  loop_.held = true;
  Join(first);
  Join(second);
  loop_.RunDue();
  first.Receive();
  second.Receive();
  EXPECT_EQ(first.Tags().substr(0, 3), "HHK");
  EXPECT_EQ(second.Tags().substr(0, 3), "HHK");
  EXPECT_LT(first.Tags().size(), 30u);
  loop_.now_ms += Crowd::kPauseMs;
  loop_.held = false;
  loop_.Run();
  first.Receive();
  second.Receive();
  EXPECT_EQ(first.Tags(), second.Tags());
  EXPECT_GE(first.Tags().size(), 52u);
}

TEST_F(FanoutTest, ViewersThatStandTogetherShareOneCopyOfWhatGathered) {
  PushHeaders();
  Live(30);
  Player players[3];
  for (Player& player : players) Join(player, {.merge_ms = 100});
  for (int i = 0; i < 40; ++i) {
    loop_.now_ms += 40;
    Live(1, 700);
    loop_.Run();
  }
  loop_.now_ms += 100;
  fanout_->Tick();
  loop_.Run();
  players[0].Receive();
  const std::string tags = players[0].Tags();
  EXPECT_GT(tags.size(), 80u);
  for (Player& player : players) {
    player.Receive();
    EXPECT_EQ(player.Tags(), tags);
    EXPECT_EQ(player.Received(), players[0].Received());
  }
}

TEST_F(FanoutTest, AStalledViewerHurtsNobodyAndStaysIntact) {
  PushHeaders();
  Live(30, 3000);
  Player good;
  Player stalled(4096);
  Join(good);
  Viewer* slow = Join(stalled);
  for (int i = 0; i < 2000; ++i) {
    Live(1, 3000);
    loop_.Run();
    good.Receive();
  }
  loop_.now_ms += 10'000;
  fanout_->Tick();  // it may be dropped from now
  EXPECT_EQ(good.Tags().size(), 2u + 5 * 2 + 2000 * 2);
  EXPECT_TRUE(slow->blocked());
  for (int i = 0; i < 200; ++i) {
    stalled.Receive();
    fanout_->OnWritable(slow);
    loop_.Run();
  }
  stalled.Receive();
  const std::string tags = stalled.Tags();
  EXPECT_GE(slow->cursor().jumps(), 1u);
  EXPECT_EQ(slow->cursor().drops().total() + tags.size() - 2, 10u + 4000);
}

TEST_F(FanoutTest, ASlowViewerLosesTheTailsOfGopsAndEveryLossIsCounted) {
  PushHeaders();
  Live(30, 2000);
  Player player(4096);
  Viewer* slow = Join(player, {.drop = {.queue = {.queue_class = stream::QueueClass::kLatency},
                                        .protected_period_ms = 1000}});
  player.Receive();
  for (int i = 0; i < 1500; ++i) {
    loop_.now_ms += 40;
    Live(1, 2000);
    player.Receive(1700);  // a picture of 2015 bytes and a sound of 16 each time
    fanout_->OnWritable(slow);
    fanout_->Tick();
    loop_.Run();
  }
  for (int i = 0; i < 500; ++i) {
    player.Receive();
    fanout_->OnWritable(slow);
    loop_.Run();
  }
  player.Receive();
  const std::string tags = player.Tags();
  const stream::DropCounts drops = slow->cursor().drops();
  EXPECT_EQ(drops.total() + tags.size() - 2, 2u * (5 + 1500));
  EXPECT_EQ(std::count(tags.begin(), tags.end(), 'a'), 5 + 1500) << "sound is not dropped";
  EXPECT_EQ(std::count(tags.begin(), tags.end(), 'K'), 1 + 60) << "keyframes are not dropped";
  EXPECT_GT(drops.tail, 0u);
  EXPECT_EQ(drops.jumped, 0u);
  EXPECT_EQ(counters_.dropped_tail.Get(), drops.tail);
  EXPECT_EQ(counters_.dropped_rest.Get(), drops.rest);
  EXPECT_EQ(publication_->stream()->Status(0).drops.total(), drops.total());
}

TEST_F(FanoutTest, AViewerThatMayNotLoseFramesIsLetGoWhenItCannotHaveThem) {
  PushHeaders();
  Live(30, 3000);
  Player player(4096);
  Viewer* slow = Join(player, {.drop = {.protected_period_ms = 0, .binding = true}});
  Live(2000, 3000);
  loop_.now_ms += 100'000;
  fanout_->Tick();
  loop_.Run();
  player.Receive();
  fanout_->OnWritable(slow);
  loop_.Run();
  fanout_->Bury();
  player.Receive();
  EXPECT_TRUE(player.ended);
  EXPECT_EQ(fanout_->viewers(), 0u);
  EXPECT_EQ(counters_.viewers_too_slow.Get(), 1u);
}

TEST_F(FanoutTest, AnySequenceOfPartialReadsGivesIntactTags) {
  PushHeaders();
  Live(30, 2000);
  std::mt19937 random(5);
  Player player(2048);
  Viewer* viewer = Join(player);
  for (int i = 0; i < 3000; ++i) {
    Live(random() % 2, 500 + random() % 4000);
    player.Receive(random() % 9000);
    fanout_->OnWritable(viewer);
    loop_.Run();
  }
  EXPECT_GT(player.Tags().size(), 1000u);
}

TEST_F(FanoutTest, FramesThatGatherWakeNobody) {
  PushHeaders();
  Live(26);
  Player player;
  Join(player, {.merge_ms = 350});
  Live(3);
  EXPECT_EQ(loop_.waiting(), 0u);
  loop_.now_ms += 350;
  Live(1);
  EXPECT_EQ(loop_.waiting(), 1u);
  loop_.Run();
  player.Receive();
  EXPECT_EQ(player.Tags(), "HHKapapapapa");
}

TEST_F(FanoutTest, AnEndedStreamIsDeliveredToItsLastFrameThenClosed) {
  PushHeaders();
  Live(26);
  Player player;
  Join(player);
  Live(1);
  publication_->Finish(stream::EndReason::kOnPurpose, loop_.now_ms);
  loop_.Run();
  fanout_->Bury();
  player.Receive();
  EXPECT_EQ(player.Tags(), "HHKapa");
  EXPECT_TRUE(player.ended);
  EXPECT_EQ(fanout_->viewers(), 0u);
}

TEST_F(FanoutTest, AViewerOfNothingIsRefusedAtItsDeadline) {
  Player player;
  Join(player, {.deadline_ms = loop_.now_ms + 1000});
  loop_.now_ms += 999;
  fanout_->Tick();
  EXPECT_EQ(fanout_->viewers(), 1u);
  loop_.now_ms += 1;
  fanout_->Tick();
  fanout_->Bury();
  player.Receive();
  EXPECT_NE(player.Head().find("404 Not Found"), std::string::npos);
  EXPECT_TRUE(player.ended);
  EXPECT_EQ(counters_.viewers_refused.Get(), 1u);
}

TEST_F(FanoutTest, ALinkIsKeptAliveWhileItWaitsAndWhileNothingComes) {
  Player player;
  Join(player, {}, std::make_shared<LinkProtocol>(LinkDoor::kHttp));
  fanout_->Tick();
  fanout_->Tick();
  player.Receive();
  EXPECT_EQ(player.Head(), "HTTP/1.1 102 Processing");
  EXPECT_EQ(player.Received(), "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n");
  PushHeaders();
  Live(2);
  loop_.Run();
  fanout_->Tick();  // something has been sent since the last
  player.Receive();
  const std::string begun = player.Received();
  EXPECT_NE(begun.find("200 OK"), std::string::npos);
  fanout_->Tick();
  player.Receive();
  EXPECT_EQ(player.Received(), begun + media::EncodeLinkRecord({}, ""));
}

TEST_F(FanoutTest, ALeavingViewerIsForgottenAndTheOthersGoOn) {
  PushHeaders();
  Live(26);
  std::vector<std::unique_ptr<Player>> players;
  for (int i = 0; i < 200; ++i) {
    players.push_back(std::make_unique<Player>());
    Join(*players.back());
  }
  for (int i = 0; i < 200; i += 2) players[i].reset();
  Live(3);
  loop_.Run();
  fanout_->Bury();
  EXPECT_EQ(fanout_->viewers(), 100u);
  EXPECT_EQ(publication_->stream()->viewers(), 100u);
  players[1]->Receive();
  EXPECT_EQ(players[1]->Tags(), "HHKapapapa");
}

}  // namespace
}  // namespace nearcast::egress
