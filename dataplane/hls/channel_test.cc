#include "dataplane/hls/channel.h"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "dataplane/hls/hls_request.h"
#include "dataplane/hls/playlist.h"
#include "dataplane/ingest/media_intake.h"
#include "dataplane/media/ts_reading.h"
#include "dataplane/stream/hub.h"
#include "gtest/gtest.h"

namespace nearcast::hls {
namespace {

using media::FrameKind;

std::string Hex(const char* hex) { return absl::HexStringToBytes(hex); }

const std::string kAvcHeader =
    Hex("1700000000"
        "0142c01effe100196742c01ed900d83de6f011000003000100000300320f162e48"
        "01000568cb83cb20");
const std::string kOtherAvcHeader =
    Hex("1700000000"
        "0142c01fffe100196742c01ed900d83de6f011000003000100000300320f162e48"
        "01000568cb83cb20");
const std::string kAacHeader = Hex("af001210");
const std::string kKey = Hex("17010000000000000565888400aa");
const std::string kInter = Hex("270100000000000005419a0000bb");
const std::string kSound = Hex("af01211004608c1c");

class QueuedLoop : public egress::Loop {
 public:
  void Post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  int64_t NowMs() const override { return 1'000; }
  void Run() {
    while (!tasks_.empty()) {
      std::vector<std::function<void()>> now = std::exchange(tasks_, {});
      for (const auto& task : now) task();
    }
  }

 private:
  std::vector<std::function<void()>> tasks_;
};

// A publisher of 25 pictures a second with sound, and the channel of its stream.
class ChannelTest : public testing::Test {
 protected:
  void SetUp() override {
    intake_ = std::make_unique<ingest::MediaIntake>(*hub_.Publish("live/show", {}, 0));
    stream_ = hub_.Find("live/show");
    channel_ = std::make_shared<Channel>(stream_, &loop_, ChannelOptions{});
    stream_->AddListener(channel_);
  }

  // The two hold each other until the listener is taken off.
  void TearDown() override { stream_->RemoveListener(channel_.get()); }

  void Take(FrameKind kind, const std::string& body) {
    ASSERT_TRUE(intake_->Take(kind, static_cast<uint32_t>(now_ms_), body, now_ms_).ok());
  }

  void Headers(const std::string& video = kAvcHeader) {
    Take(FrameKind::kVideo, video);
    Take(FrameKind::kAudio, kAacHeader);
  }

  void Play(int frames, int gop = 50, bool sound = true) {
    for (int i = 0; i < frames; ++i, now_ms_ += 40) {
      Take(FrameKind::kVideo, i % gop == 0 ? kKey : kInter);
      if (sound) Take(FrameKind::kAudio, kSound);
      loop_.Run();
    }
  }

  // Every piece of the track so far, or those from `first` on.
  std::vector<Piece> Pieces(TrackKind kind = {}, uint64_t first = 0) {
    return channel_->Look(kind, [&](const TrackView& view) {
      std::vector<Piece> pieces;
      if (view.store == nullptr) return pieces;
      for (uint64_t seq = std::max(first, view.store->begin_seq()); seq < view.store->end_seq();
           ++seq) {
        pieces.push_back(view.store->at(seq));
      }
      return pieces;
    });
  }

  int Discontinuities() {
    int count = 0;
    for (const Piece& piece : Pieces()) count += piece.discontinuity ? 1 : 0;
    return count;
  }

  QueuedLoop loop_;
  stream::Hub hub_{stream::HubOptions{}};
  std::unique_ptr<ingest::MediaIntake> intake_;
  std::shared_ptr<stream::Stream> stream_;
  std::shared_ptr<Channel> channel_;
  int64_t now_ms_ = 0;
};

TEST_F(ChannelTest, NothingIsMuxedUntilSomebodyLooks) {
  Headers();
  Play(500);
  EXPECT_EQ(channel_->muxed_bytes(), 0u);
  EXPECT_FALSE(Pieces().empty());
  EXPECT_GT(channel_->muxed_bytes(), 0u);
}

TEST_F(ChannelTest, TheFirstLookFindsWhatTheRingHasAndAThousandMoreCostNothing) {
  Headers();
  Play(500);
  const auto pieces = Pieces();
  int64_t total_ms = 0;
  for (const Piece& piece : pieces) total_ms += piece.duration_ms;
  EXPECT_GE(total_ms, 9'000);
  EXPECT_TRUE(pieces.front().key);
  const uint64_t muxed = channel_->muxed_bytes();
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(Pieces().front().bytes.get(), pieces.front().bytes.get());
  }
  EXPECT_EQ(channel_->muxed_bytes(), muxed);
}

TEST_F(ChannelTest, PiecesBeginWithTablesAndJoinIntoAGoodTransportStream) {
  Headers();
  Play(100);
  Pieces();
  Play(1000);
  std::map<uint16_t, uint8_t> continuity;
  int keys = 0;
  for (const Piece& piece : Pieces()) {
    const media::TsReading reading = media::ReadTs(*piece.bytes, &continuity);
    EXPECT_TRUE(reading.errors.empty()) << reading.errors.front();
    EXPECT_EQ(reading.tables, 2);
    EXPECT_EQ(piece.key, !reading.packets.empty() && reading.packets[0].random_access);
    EXPECT_LE(piece.duration_ms, 160);
    keys += piece.key ? 1 : 0;
  }
  EXPECT_GE(keys, 9);
  EXPECT_EQ(Discontinuities(), 0);
}

TEST_F(ChannelTest, TheSameHeaderAgainIsNoDiscontinuityAndAnotherIsOne) {
  Headers();
  Play(100);
  Pieces();
  for (int i = 0; i < 4; ++i) {
    Headers();
    Play(50);
  }
  EXPECT_EQ(Discontinuities(), 0);
  Headers(kOtherAvcHeader);
  Play(100);
  EXPECT_EQ(Discontinuities(), 1);
  for (const Piece& piece : Pieces()) {
    EXPECT_TRUE(piece.key || !piece.discontinuity);
  }
}

TEST_F(ChannelTest, ASilenceOfTheStreamIsADiscontinuityThatDoesNotStretchASlice) {
  Headers();
  Play(120);
  Pieces();
  now_ms_ += 4'000;
  Play(120);
  EXPECT_EQ(Discontinuities(), 1);
  for (const Piece& piece : Pieces()) EXPECT_LE(piece.duration_ms, 200);
}

TEST_F(ChannelTest, SoundThatEndsEndsItsTrackAndPicturesThatPauseDoNot) {
  Headers();
  Play(120);
  Pieces();
  Play(200, 50, false);
  EXPECT_EQ(Discontinuities(), 1);
  Play(100);
  EXPECT_EQ(Discontinuities(), 2);
  for (int i = 0; i < 200; ++i, now_ms_ += 23) {
    Take(FrameKind::kAudio, kSound);
    loop_.Run();
  }
  Play(100);
  EXPECT_EQ(Discontinuities(), 2);
}

TEST_F(ChannelTest, PicturesWithoutAKeyFrameAreNotBegunWith) {
  Headers();
  Play(100);
  Pieces();
  now_ms_ += 4'000;
  for (int i = 0; i < 30; ++i, now_ms_ += 40) {  // the publisher returns in the middle of a GOP
    Take(FrameKind::kVideo, kInter);
    loop_.Run();
  }
  EXPECT_EQ(Discontinuities(), 0);
  Play(50);
  EXPECT_EQ(Discontinuities(), 1);
  for (const Piece& piece : Pieces()) {
    EXPECT_TRUE(piece.key || !piece.discontinuity);
  }
}

TEST_F(ChannelTest, PartsFillTheirTargetAndSegmentsBeginAtKeys) {
  Headers();
  Play(100);
  const TrackKind kind{.container = Container::kFmp4};
  Pieces(kind);
  Play(1000);
  const int64_t part_ms =
      channel_->Look(kind, [](const TrackView& view) { return view.mp4->cuts().part_ms; });
  int segments = 0;
  for (const Piece& piece : Pieces(kind)) {
    EXPECT_LE(piece.duration_ms, part_ms);
    EXPECT_TRUE(piece.segment_end || piece.duration_ms * 100 >= part_ms * 85);
    EXPECT_TRUE(piece.key || !piece.segment);
    EXPECT_EQ(piece.bytes->substr(4, 4), "moof");
    segments += piece.segment ? 1 : 0;
  }
  EXPECT_GE(segments, 9);
  const BytesRef init =
      channel_->Look(kind, [](const TrackView& view) { return view.mp4->Init(1); });
  ASSERT_NE(init, nullptr);
  EXPECT_EQ(init->substr(4, 4), "ftyp");
}

TEST_F(ChannelTest, ParameterSetsOfKeyFramesCountBeforeThoseOfTheHeader) {
  const std::string header_sps = Hex("6742c01ed900d83de6f01100000300010000030032");
  const std::string sets =
      Hex("000000196742c01fd900d83de6f011000003000100000300320f162e48"
          "0000000568cb83cb20");
  const std::string key = Hex("1701000000") + sets + Hex("0000000565888400aa");
  const TrackKind kind{.container = Container::kFmp4};
  const auto play = [&](int frames, const std::string& picture) {
    for (int i = 0; i < frames; ++i, now_ms_ += 40) {
      Take(FrameKind::kVideo, i % 50 == 0 ? picture : kInter);
      Take(FrameKind::kAudio, kSound);
      loop_.Run();
    }
  };
  const auto init = [&](uint32_t generation) {
    const BytesRef bytes =
        channel_->Look(kind, [&](const TrackView& view) { return view.mp4->Init(generation); });
    return bytes == nullptr ? std::string() : *bytes;
  };
  Headers();
  play(150, key);
  Pieces(kind);
  play(150, key);
  EXPECT_NE(init(1).find(sets.substr(4, 25)), std::string::npos);
  EXPECT_EQ(init(1).find(header_sps), std::string::npos);
  EXPECT_EQ(init(2), "") << "no second description";
  EXPECT_EQ(Discontinuities(), 0);
  play(100, kKey);  // brings none: they hold
  EXPECT_EQ(init(2), "");
  std::string other = key;
  other[12] = 0x20;  // another level
  play(100, other);
  EXPECT_NE(init(2), "");
  EXPECT_EQ(init(3), "");
  EXPECT_EQ(Discontinuities(), 1);
}

TEST_F(ChannelTest, SlicesAreRunsOfPartsByTheRuleOfTheSession) {
  Headers();
  Play(250, 25);
  const TrackKind kind{.container = Container::kFmp4};
  Pieces(kind);
  Play(1000, 25);
  const auto lengths = [&](const std::string& query) {
    const auto request = ParseHlsRequest("/live/show.m3u8", query, {});
    EXPECT_TRUE(request.ok()) << query;
    return channel_->Look(kind, [&](const TrackView& view) {
      const SliceRule rule = ChooseRule(*request, &view.mp4->cuts(), view.gop_ms);
      const auto start = FindSessionStart(*view.store, rule.cut, {.lower_ms = 13'000});
      const SliceWindow window(*view.store, *start, rule);
      std::vector<int64_t> ms;
      for (const Slice& slice : window.Slices(*view.store, StreamEnd::kGoesOn)) {
        EXPECT_TRUE(rule.cut != Cut::kKey || view.store->at(slice.first).key);
        EXPECT_LE(slice.duration_ms, rule.target_s * 1000 + 490);
        ms.push_back(slice.duration_ms);
      }
      EXPECT_GE(ms.size(), 2u) << query;
      return ms.front();
    });
  };
  EXPECT_EQ(lengths("hls_format=fmp4"), 2000);
  EXPECT_EQ(lengths("hls_format=fmp4&network_grade=3"), 4000);
  EXPECT_EQ(lengths("hls_format=fmp4&network_grade=1"), 6000);
  EXPECT_LE(lengths("hls_format=fmp4&hls_cut=even&hls_slice_ms=1000"), 1490);
  EXPECT_EQ(lengths("hls_format=ll&network_grade=1"), 2000);
}

TEST_F(ChannelTest, PartsKeepTheirTargetWhenPicturesPause) {
  const TrackKind kind{.container = Container::kFmp4};
  Headers();
  Play(100, 50, false);
  Pieces(kind);
  for (int i = 0; i < 20; ++i) {
    now_ms_ += 37 * i % 450;  // no gap
    Play(7 + i, 1000, false);
  }
  Play(50, 50, false);
  int discontinuities = 0;
  for (const Piece& piece : Pieces(kind)) {
    EXPECT_LE(piece.duration_ms, 500) << piece.start_ms;
    discontinuities += piece.discontinuity ? 1 : 0;
  }
  EXPECT_EQ(discontinuities, 0);
}

TEST_F(ChannelTest, TheEndClosesTheLastPiece) {
  Headers();
  Play(110);
  Pieces();
  bool told = false;
  channel_->WhenNews([&told] { told = true; });
  intake_->Finish(stream::EndReason::kOnPurpose, now_ms_);
  loop_.Run();
  EXPECT_TRUE(told);
  int64_t total_ms = 0;
  for (const Piece& piece : Pieces()) total_ms += piece.duration_ms;
  EXPECT_EQ(total_ms, 110 * 40);
}

TEST_F(ChannelTest, AStreamWithoutKeyFramesIsNeverBegun) {
  Headers();
  for (int i = 0; i < 500; ++i, now_ms_ += 40) {
    Take(FrameKind::kVideo, kInter);
    loop_.Run();
  }
  EXPECT_TRUE(Pieces().empty());
}

TEST_F(ChannelTest, PlaylistsSayWhatIsThere) {
  Headers();
  Play(300);
  Pieces();
  const std::string text = channel_->Look({}, [](const TrackView& view) {
    const SliceRule rule{.cut = Cut::kKey, .length_ms = 2000, .target_s = 2};
    const auto start = FindSessionStart(*view.store, rule.cut, {.lower_ms = 4000});
    const SliceWindow window(*view.store, *start, rule);
    return WriteMediaPlaylist({.name = "a:b", .sid = "S", .end = StreamEnd::kHasEnded}, window,
                              *view.store);
  });
  EXPECT_EQ(text.substr(0, text.find("#EXTINF")),
            "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:0\n");
  EXPECT_NE(text.find("#EXTINF:2.000,\n./a:b.ts?sid=S&p="), std::string::npos);
  EXPECT_NE(text.find("#EXT-X-ENDLIST\n"), std::string::npos);
}

TEST_F(ChannelTest, NoFormatIsBegunWhereTheNodeHasNoRoomAndThoseThatAreThereGoOn) {
  const auto budget = std::make_shared<stream::MediaBudget>(1u << 20);
  stream_->RemoveListener(channel_.get());
  channel_ = std::make_shared<Channel>(stream_, &loop_, ChannelOptions{.budget = budget});
  stream_->AddListener(channel_);
  Headers();
  Play(150);
  const size_t begun = Pieces().size();
  EXPECT_GT(begun, 0u);
  stream::MediaAccount others(budget);
  others.Set(1u << 20);
  const auto no_room = [](const TrackView& view) { return view.no_room && view.store == nullptr; };
  EXPECT_TRUE(channel_->Look({.container = Container::kFmp4}, no_room));
  EXPECT_EQ(budget->refused(), 1u);
  Play(50);
  EXPECT_GT(Pieces().size(), begun);
  others.Set(0);
  EXPECT_FALSE(channel_->Look({.container = Container::kFmp4}, no_room));
  EXPECT_FALSE(Pieces({.container = Container::kFmp4}).empty());
}

TEST(PieceStoreTest, KeepsToItsShareOfTheBudgetAndGivesItBack) {
  const auto budget = std::make_shared<stream::MediaBudget>(1u << 20);
  stream::MediaAccount others(budget);
  others.Set(900u << 10);
  {
    PieceStore store(700, {.keep_ms = 60'000}, budget);
    for (int i = 0; i < 100; ++i) {
      Piece piece;
      piece.duration_ms = 100;
      piece.bytes = std::make_shared<const std::string>(10'000, 'x');
      store.Append(std::move(piece));
      EXPECT_LE(store.bytes(), size_t{512} << 10);
    }
    EXPECT_GT(store.begin_seq(), 700u);
    EXPECT_GT(budget->cuts(), 0u);
  }
  EXPECT_EQ(budget->bytes(), size_t{912} << 10);  // in steps of 16 KB
}

}  // namespace
}  // namespace nearcast::hls
