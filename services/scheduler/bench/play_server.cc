// A scheduler for tools/bench/play: 1,000 streams with 6 tiers, 2 lines and 4 formats each, all signed;
// beside it another service with a method that reads the same question and returns a constant of the
// same size: Admin.ExplainPlay; and one that returns it as bytes that are ready, which is the least
// that gRPC can do: Admin.ExplainDns.
// usage: play_server GRPC_PORT HTTP_PORT   Serves until SIGTERM.
#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/check.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "grpcpp/grpcpp.h"
#include "nearcast/v1/admin.grpc.pb.h"
#include "schedulerlib/testing/given.h"
#include "services/http/router.h"
#include "services/http/server.h"
#include "services/scheduler/grpc_scheduler.h"
#include "services/scheduler/json_scheduler.h"
#include "services/scheduler/ratio_desk.h"
#include "services/scheduler/stream_scheduler.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

constexpr int kStreams = 1000;

std::shared_ptr<const scheduler::Snapshot> MakeSnapshot() {
  scheduler::Given given;
  given.Vendor("a").Vendor("b").Network("10.0.0.0/8", "CN/440000/440100/chinatelecom");
  for (scheduler::Cdn& cdn : given.config().cdns) {
    cdn.pull_templates["cmaf"] = "https://{host}/{app}/{stream}{suffix}.mp4";
    cdn.pull_templates["tsl"] = "https://{host}/{app}/{stream}{suffix}.flv?tsl=1";
    cdn.pull_signing.method = SignMethod::kTencent;
    cdn.pull_signing.key = "0123456789abcdef0123456789abcdef";
    cdn.gop_cache.query = "gop_cache_ms={ms}";
  }
  given.Point("show", {"a"}, {"origin", "uhd5", "hd", "sd5", "ld", "md"});
  given.Policy("hd").Ratio("r", {{"a", 60}, {"b", 40}});
  scheduler::LatencyPolicy policy;
  policy.name = "flv";
  policy.target_ms = 3000;
  policy.network_ms = 200;
  given.config().latency_policies = {policy};
  given.config().publish_points[0].latency_policy = "flv";
  return given.Snapshot();
}

void AddStreams(StreamTable& streams) {
  for (int i = 0; i < kStreams; ++i) {
    StreamEntry entry;
    entry.stream.name = absl::StrCat("stream-", i);
    entry.stream.publish_point = "show";
    entry.stream.state = scheduler::StreamState::kPublishing;
    NC_CHECK(streams.Insert(std::move(entry)).ok());
  }
}

using ConstantService = v1::Admin::WithRawCallbackMethod_ExplainDns<v1::Admin::CallbackService>;

class Constants : public ConstantService {
 public:
  explicit Constants(nearcast::StreamScheduler* scheduler) {
    v1::GetPlayInfoRequest request;
    request.set_stream("stream-0");
    request.mutable_viewer()->set_address("10.1.0.1");
    const auto info = scheduler->GetPlayInfo(request);
    NC_CHECK(info.ok());
    // Two long texts, as GetPlayInfo has, and the rest with the second.
    constant_.add_steps(std::string(info->stream_url().size(), 'x'));
    constant_.add_steps(std::string(info->ByteSizeLong() - info->stream_url().size() - 8, 'x'));
    bytes_ = grpc::Slice(constant_.SerializeAsString());
  }

  grpc::ServerUnaryReactor* ExplainPlay(grpc::CallbackServerContext* context,
                                        const v1::ExplainPlayRequest*,
                                        v1::Explanation* response) override {
    *response = constant_;
    return Finish(context);
  }
  grpc::ServerUnaryReactor* ExplainDns(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer*,
                                       grpc::ByteBuffer* response) override {
    *response = grpc::ByteBuffer(&bytes_, 1);
    return Finish(context);
  }

 private:
  static grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  v1::Explanation constant_;
  grpc::Slice bytes_;
};

int Run(int grpc_port, uint16_t http_port) {
  // Signals are taken by sigwait below, so the servers' threads must inherit them blocked.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // As nearcastd does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  store::MemoryStore store;
  StreamTable streams(&store);
  AddStreams(streams);
  SnapshotHolder<scheduler::Snapshot> snapshots(MakeSnapshot());
  RatioDesk desk(Clock::System(), &snapshots, {});
  StreamScheduler scheduler(Clock::System(), &snapshots, &streams, &desk);
  const std::unique_ptr<grpc::Service> service = MakeGrpcScheduler(&scheduler);
  Constants constants(&scheduler);
  grpc::ServerBuilder builder;
  int bound = 0;
  builder.AddListeningPort(absl::StrCat("127.0.0.1:", grpc_port), grpc::InsecureServerCredentials(),
                           &bound);
  builder.RegisterService(service.get());
  builder.RegisterService(&constants);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  http::Router router;
  RegisterJsonScheduler(&router, &scheduler);
  const auto http = http::Server::Listen({.port = http_port}, &router, Clock::System());
  if (server == nullptr || bound == 0 || !http.ok()) {
    std::fprintf(stderr, "play_server: cannot listen on ports %d and %d\n", grpc_port, http_port);
    return 1;
  }
  std::printf("serving gRPC on %d, HTTP on %d\n", bound, (*http)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&signals, &signal);
  (*http)->Stop();
  server->Shutdown();
  return 0;
}

}  // namespace
}  // namespace nearcast

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: play_server GRPC_PORT HTTP_PORT\n");
    return 2;
  }
  return nearcast::Run(std::atoi(argv[1]), static_cast<uint16_t>(std::atoi(argv[2])));
}
