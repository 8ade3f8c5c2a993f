// Microseconds per rendered stream_data with 6 tiers, 2 lines and 4 formats, all signed: 48 URLs.
//
//   bazel run //services/scheduler:play_rendering_benchmark
//
// "first" renders every part; "shared" finds the frame that was rendered for another viewer of the
// same stream in the same signing period, writes this viewer's own common part and puts the text
// together; "answer" leaves both texts, stream_data and the stream_url around it, where they lie, as
// the doors send them.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "schedulerlib/stream/play.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/testing/given.h"
#include "services/scheduler/play_answer.h"
#include "services/scheduler/play_rendering.h"

namespace nearcast {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

// A viewer's question, and the answer's two lines.
struct World {
  explicit World(SignMethod method) {
    scheduler::Given given;
    given.Vendor("a").Vendor("b").Network("10.0.0.0/8", "CN/440000/440100/chinatelecom");
    for (scheduler::Cdn& cdn : given.config().cdns) {
      cdn.pull_templates["cmaf"] = "https://{host}/{app}/{stream}{suffix}.mp4";
      cdn.pull_templates["tsl"] = "https://{host}/{app}/{stream}{suffix}.flv?tsl=1";
      cdn.pull_signing.method = method;
      if (method != SignMethod::kNone) cdn.pull_signing.key = "0123456789abcdef0123456789abcdef";
      cdn.gop_cache.query = "gop_cache_ms={ms}";
    }
    given.Point("show", {"a"}, {"origin", "uhd5", "hd", "sd5", "ld", "md"});
    given.Policy("hd").Ratio("r", {{"a", 1}}, {{"b", 1}});
    scheduler::LatencyPolicy policy;
    policy.name = "flv";
    policy.target_ms = 3000;
    policy.network_ms = 200;
    given.config().latency_policies = {policy};
    given.config().publish_points[0].latency_policy = "flv";
    snapshot = given.Snapshot();
    stream.name = "stream-7d3f09a1c55e2b48";
    stream.publish_point = "show";
    stream.state = scheduler::StreamState::kPublishing;
    for (int i = 0; i < 64; ++i) {
      viewers[i].key = absl::StrCat("viewer-", i);
      viewers[i].address = scheduler::Ip(absl::StrCat("10.1.0.", i));
    }
  }

  // Of one of 64 viewers, each with a choice of its own.
  const scheduler::PlayDecision& Decision(size_t i) {
    auto& decision = decisions[i % viewers.size()];
    if (!decision) {
      decision = DecidePlay(*snapshot, stream, viewers[i % viewers.size()], kNow).value();
    }
    NC_CHECK(decision->lines.size() == 2);
    return *decision;
  }

  std::shared_ptr<const scheduler::Snapshot> snapshot;
  scheduler::Stream stream;
  std::array<scheduler::Viewer, 64> viewers;
  std::array<std::optional<scheduler::PlayDecision>, 64> decisions;
};

void First(benchmark::State& state, SignMethod method) {
  World world(method);
  const scheduler::PlayDecision& decision = world.Decision(0);
  size_t bytes = 0;
  for (auto _ : state) {
    const std::string text = WriteStreamData(*world.snapshot, decision, kNow);
    bytes = text.size();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}

enum class What { kStreamData, kAnswer };

void Shared(benchmark::State& state, What what) {
  World world(SignMethod::kTencent);
  PlayCaches caches{
      .parts = PartCache(64 << 20), .frames = FrameCache(64 << 20), .terms = TermsCache(1 << 20)};
  for (size_t i = 0; i < world.viewers.size(); ++i) world.Decision(i);
  size_t i = 0;
  size_t bytes = 0;
  for (auto _ : state) {
    const auto answer = RenderPlay(*world.snapshot, world.Decision(i++), {}, kNow, caches);
    bytes = WireSize(*answer);
    if (what == What::kStreamData) {
      const std::string text = absl::StrCat(answer->common_begin, answer->terms->text.end,
                                            rpc::TextOf(answer->frame->data_end()));
      bytes = text.size();
    }
  }
  NC_CHECK(caches.frames.counters().misses == 1);
  state.counters["bytes"] = static_cast<double>(bytes);
}

BENCHMARK_CAPTURE(First, unsigned_urls, SignMethod::kNone);
BENCHMARK_CAPTURE(First, tencent, SignMethod::kTencent);
BENCHMARK_CAPTURE(First, alibaba_a, SignMethod::kAlibabaA);
BENCHMARK_CAPTURE(First, alibaba_b, SignMethod::kAlibabaB);
BENCHMARK_CAPTURE(First, volcengine, SignMethod::kVolcengine);
BENCHMARK_CAPTURE(First, huawei, SignMethod::kHuawei);
BENCHMARK_CAPTURE(First, hmac_sha256, SignMethod::kHmacSha256);
BENCHMARK_CAPTURE(Shared, stream_data, What::kStreamData);
BENCHMARK_CAPTURE(Shared, answer, What::kAnswer);

}  // namespace
}  // namespace nearcast
