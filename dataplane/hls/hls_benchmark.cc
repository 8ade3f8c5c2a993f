// What HLS costs: a second of a stream muxed, whoever watches; a session; a playlist.
//
//   bazel run -c opt //dataplane/hls:hls_benchmark
//
// mux_*: CPU for one second of an 864 kb/s, 25 fps stream with 0 to 10,000 sessions open: the same
// for all. sessions: bytes of heap each. playlist: one reload; 10,000 sessions make 5,000 a second.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "dataplane/hls/channel.h"
#include "dataplane/hls/playlist.h"
#include "dataplane/hls/session_id.h"
#include "dataplane/hls/session_table.h"
#include "dataplane/ingest/media_intake.h"
#include "dataplane/media/big_endian.h"
#include "dataplane/stream/hub.h"

namespace nearcast::hls {
namespace {

using media::FrameKind;

class OwnLoop : public egress::Loop {
 public:
  void Post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }
  int64_t NowMs() const override { return 0; }
  void Run() {
    std::vector<std::function<void()>> now = std::exchange(tasks_, {});
    for (const auto& task : now) task();
  }

 private:
  std::vector<std::function<void()>> tasks_;
};

std::string Picture(bool key, size_t bytes) {
  std::string body = absl::HexStringToBytes(key ? "1701000000" : "2701000000");
  media::AppendBigEndian(bytes, 4, &body);
  body.push_back(key ? 0x65 : 0x41);
  return body + std::string(bytes - 1, 'x');
}

// 800 kb/s of pictures, a key each 2 s; 64 kb/s of sound.
class LiveStream {
 public:
  explicit LiveStream(const ChannelOptions& options = {})
      : intake_(*hub_.Publish("live/show", {}, 0)),
        channel_(std::make_shared<Channel>(hub_.Find("live/show"), &loop_, options)) {
    channel_->stream()->AddListener(channel_);
    Take(FrameKind::kVideo,
         absl::HexStringToBytes("17000000000142c01effe100196742c01ed900d83de6f0110000030001000003"
                                "00320f162e4801000568cb83cb20"));
    Take(FrameKind::kAudio, absl::HexStringToBytes("af001210"));
    for (int second = 0; second < 12; ++second) PlaySecond();
  }

  void PlaySecond() {
    for (int i = 0; i < 25; ++i) {
      Take(FrameKind::kVideo, frames_ % 50 == 0 ? key_ : inter_);
      for (; samples_ * 1000 / 44100 < now_ms_ + 40; samples_ += 1024) {
        Take(FrameKind::kAudio, sound_);
      }
      ++frames_;
      now_ms_ += 40;
      loop_.Run();
    }
  }

  const std::shared_ptr<Channel>& channel() const { return channel_; }

  std::shared_ptr<Session> OpenSession(TrackKind kind, Format format, const SliceRule& rule) {
    return channel_->Look(kind, [&](const TrackView& view) {
      const auto start = FindSessionStart(*view.store, rule.cut, DefaultStart(rule));
      return std::make_shared<Session>(channel_, kind, format,
                                       SliceWindow(*view.store, *start, rule));
    });
  }

 private:
  void Take(FrameKind kind, const std::string& body) {
    (void)intake_.Take(kind, static_cast<uint32_t>(now_ms_), body, now_ms_);
  }

  const std::string key_ = Picture(true, 24'000);
  const std::string inter_ = Picture(false, 3'600);
  const std::string sound_ = absl::HexStringToBytes("af01") + std::string(186, 's');
  OwnLoop loop_;
  stream::Hub hub_{stream::HubOptions{}};
  ingest::MediaIntake intake_;
  std::shared_ptr<Channel> channel_;
  int64_t now_ms_ = 0;
  int64_t samples_ = 0;
  int frames_ = 0;
};

// The cost of the stream itself, without HLS: to be taken off the others.
void BM_ingest_alone(benchmark::State& state) {
  LiveStream live;
  for (auto _ : state) live.PlaySecond();
}
BENCHMARK(BM_ingest_alone)->Unit(benchmark::kMicrosecond);

void MuxWithSessions(benchmark::State& state, TrackKind kind) {
  LiveStream live;
  SessionTable table(20'000, 0);
  live.channel()->Look(kind, [](const TrackView&) {});
  const SliceRule rule{.cut = kind.container == Container::kTs ? Cut::kKey : Cut::kSegment};
  for (int64_t i = 0; i < state.range(0); ++i) {
    (void)table.Add(SessionSigner::NewId(), live.OpenSession(kind, Format::kTs, rule), 0);
  }
  const uint64_t before = live.channel()->muxed_bytes();
  for (auto _ : state) live.PlaySecond();
  state.counters["muxed_kB_per_s"] =
      benchmark::Counter(static_cast<double>(live.channel()->muxed_bytes() - before) / 1000.0,
                         benchmark::Counter::kAvgIterations);
}
void BM_mux_ts(benchmark::State& state) { MuxWithSessions(state, {}); }
void BM_mux_fmp4(benchmark::State& state) {
  MuxWithSessions(state, {.container = Container::kFmp4});
}
BENCHMARK(BM_mux_ts)->Arg(0)->Arg(1)->Arg(10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_mux_fmp4)->Arg(0)->Arg(10'000)->Unit(benchmark::kMicrosecond);

void BM_sessions(benchmark::State& state) {
  constexpr int kSessions = 10'000;
  LiveStream live;
  double bytes = 0;
  for (auto _ : state) {
    SessionTable table(20'000, 0);
    live.channel()->Look({}, [](const TrackView&) {});
    const size_t before = ::mallinfo2().uordblks;
    for (int i = 0; i < kSessions; ++i) {
      (void)table.Add(SessionSigner::NewId(), live.OpenSession({}, Format::kTs, {}), 0);
    }
    bytes = static_cast<double>(::mallinfo2().uordblks - before) / kSessions;
  }
  state.counters["bytes_per_session"] = bytes;
}
BENCHMARK(BM_sessions)->Iterations(3)->Unit(benchmark::kMillisecond);

void BM_playlist(benchmark::State& state) {
  LiveStream live;
  live.channel()->Look({}, [](const TrackView&) {});
  const SessionSigner signer;
  const std::string sid = signer.Sign(SessionSigner::NewId(), {"live/show", ""});
  const auto session = live.OpenSession({}, Format::kTs, {});
  for (auto _ : state) {
    benchmark::DoNotOptimize(signer.Verify(sid, {"live/show", ""}));
    benchmark::DoNotOptimize(live.channel()->Look({}, [&](const TrackView& view) {
      session->window.Advance(*view.store, view.end);
      return WriteMediaPlaylist({.name = "show", .sid = sid}, session->window, *view.store);
    }));
  }
}
BENCHMARK(BM_playlist)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace nearcast::hls
