#include "probe/control_link.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "nearcast/v1/node.grpc.pb.h"
#include "spdlog/spdlog.h"

namespace nearcast::probe {
namespace {

using ProbeStream = grpc::ClientReaderWriter<v1::ProbeReport, v1::ProbePlan>;

constexpr int kKeepaliveMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 5'000;
constexpr int kPlanBytesMax = 64 << 20;

std::unique_ptr<v1::NodeService::Stub> Connect(const ControlLinkOptions& options) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(options.pause_max)));
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(kPlanBytesMax);
  return v1::NodeService::NewStub(
      grpc::CreateCustomChannel(options.address, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace

// One thread calls and reads plans; during a call a second one writes results.
class ControlLink::Calls {
 public:
  Calls(const ControlLinkOptions& options, TakePlan take)
      : options_(options),
        take_(std::move(take)),
        stub_(Connect(options)),
        thread_([this] { Run(); }) {}

  ~Calls() {
    {
      absl::MutexLock lock(&mutex_);
      stopped_ = true;
      if (context_ != nullptr) context_->TryCancel();
    }
    thread_.join();
  }

  void Send(const v1::ProbeReport::CheckResult& result) {
    absl::MutexLock lock(&mutex_);
    if (!open_ || results_.checks_size() >= static_cast<int>(options_.results_max)) return;
    *results_.add_checks() = result;
  }

 private:
  void Run();
  grpc::Status Call();
  void Write(ProbeStream* stream);
  std::optional<v1::ProbeReport> NextReport();

  // False when the link stops meanwhile.
  bool Sleep(absl::Duration pause) {
    absl::MutexLock lock(&mutex_);
    return !mutex_.AwaitWithTimeout(absl::Condition(&stopped_), pause);
  }

  bool Over() const { return stopped_ || !open_; }
  bool OverOrResults() const { return Over() || results_.checks_size() > 0; }

  const ControlLinkOptions options_;
  const TakePlan take_;
  const std::unique_ptr<v1::NodeService::Stub> stub_;
  bool reached_ = false;  // in the last call; the thread's own
  absl::Mutex mutex_;
  bool stopped_ = false;                    // guarded by mutex_, as all below
  bool open_ = false;                       // a plan has come in this call
  grpc::ClientContext* context_ = nullptr;  // of the call
  v1::ProbeReport results_;
  std::thread thread_;
};

void ControlLink::Calls::Run() {
  absl::Duration pause = absl::Milliseconds(200);
  bool said = false;
  do {
    reached_ = false;
    const grpc::Status status = Call();
    if (reached_) {
      pause = absl::Milliseconds(200);
      said = false;
    }
    if (!said) {
      spdlog::warn("control plane {}: {}; calling again", options_.address, status.error_message());
    }
    said = true;
    pause = std::min(2 * pause, options_.pause_max);
  } while (Sleep(pause));
}

grpc::Status ControlLink::Calls::Call() {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return grpc::Status::CANCELLED;
    context_ = &context;
  }
  const auto stream = stub_->Probe(&context);
  v1::ProbePlan plan;
  std::thread writer;
  while (stream->Read(&plan)) {
    take_(plan);
    if (writer.joinable()) continue;
    {
      absl::MutexLock lock(&mutex_);
      open_ = true;
      results_.Clear();
    }
    reached_ = true;
    spdlog::info("control plane {}: reports to it", options_.address);
    writer = std::thread([this, &stream] { Write(stream.get()); });
  }
  {
    absl::MutexLock lock(&mutex_);
    open_ = false;
  }
  if (writer.joinable()) writer.join();
  const grpc::Status status = stream->Finish();
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  return status;
}

void ControlLink::Calls::Write(ProbeStream* stream) {
  v1::ProbeReport hello;
  hello.set_vantage(options_.vantage);
  if (!stream->Write(hello)) return;
  while (const auto report = NextReport()) {
    if (!stream->Write(*report)) return;
  }
}

std::optional<v1::ProbeReport> ControlLink::Calls::NextReport() {
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(this, &Calls::OverOrResults));
  mutex_.AwaitWithTimeout(absl::Condition(this, &Calls::Over), options_.gather);
  if (Over()) return std::nullopt;
  results_.set_vantage(options_.vantage);
  return std::exchange(results_, v1::ProbeReport());
}

ControlLink::ControlLink(const ControlLinkOptions& options, TakePlan take)
    : calls_(std::make_unique<Calls>(options, std::move(take))) {}

ControlLink::~ControlLink() = default;

void ControlLink::Send(const v1::ProbeReport::CheckResult& result) { calls_->Send(result); }

}  // namespace nearcast::probe
