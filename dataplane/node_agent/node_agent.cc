#include "dataplane/node_agent/node_agent.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "dataplane/egress/worker.h"
#include "dataplane/measure/tcp_round_trips.h"
#include "proto/nearcast/v1/node.grpc.pb.h"
#include "spdlog/spdlog.h"

namespace nearcast::node_agent {
namespace {

using egress::MonotonicMs;
using nearcast::v1::NodeService;
using ReportStream = grpc::ClientReaderWriter<nearcast::v1::NodeReport, nearcast::v1::NodeCommand>;

constexpr int kKeepaliveMs = 10'000;
constexpr int kKeepaliveTimeoutMs = 5'000;

std::unique_ptr<NodeService::Stub> Connect(const std::string& address, int64_t reconnect_ms_max) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, static_cast<int>(reconnect_ms_max));
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return NodeService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

// Each node's own, so that nodes that start together do not measure in step.
measure::DelayMeterOptions WithSeed(const NodeAgentOptions& options) {
  measure::DelayMeterOptions meter = options.meter;
  meter.seed ^= std::hash<std::string>()(options.identity.node + options.identity.instance_id);
  return meter;
}

ReplicaLine::Terms TermsOf(const NodeAgentOptions& options) {
  const auto replicas = static_cast<int64_t>(options.controls.size());
  return {grpc::StatusCode::NOT_FOUND, options.find_ms_max, options.find_ms_max * replicas};
}

pull::Sources SourcesOf(const nearcast::v1::FindSourceResponse& response) {
  pull::Sources sources;
  for (const auto& source : response.sources()) sources.push_back({source.node(), source.url()});
  return sources;
}

}  // namespace

class NodeAgent::Replica {
 public:
  Replica(NodeAgent* agent, size_t index)
      : stub(Connect(agent->options_.controls[index], agent->options_.reconnect_ms_max)),
        agent_(agent),
        index_(index),
        address_(agent->options_.controls[index]) {}
  ~Replica() { Stop(); }

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }

  void Stop() {
    {
      absl::MutexLock lock(&mutex_);
      stopped_ = true;
      if (context_ != nullptr) context_->TryCancel();
    }
    if (thread_.joinable()) thread_.join();
  }

  void Hurry() {
    absl::MutexLock lock(&mutex_);
    hurries_ = true;
  }

  const std::shared_ptr<NodeService::Stub> stub;

 private:
  void Run();
  grpc::Status Report();
  bool Exchange(ReportStream* stream, const NodeReading& before, const NodeReading& now);

  bool Stopped() {
    absl::MutexLock lock(&mutex_);
    return stopped_;
  }

  // False when the agent stops meanwhile.
  bool Sleep(int64_t ms) {
    absl::MutexLock lock(&mutex_);
    return !mutex_.AwaitWithTimeout(absl::Condition(&stopped_), absl::Milliseconds(ms));
  }

  // Until the next report is due. False likewise.
  bool AwaitNextReport() {
    const NodeAgentOptions& options = agent_->options_;
    const int64_t least_ms = std::min(options.report_ms_min, options.report_ms);
    if (!Sleep(least_ms)) return false;
    const auto due = [this]()
                         ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return stopped_ || hurries_; };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&due),
                            absl::Milliseconds(options.report_ms - least_ms));
    hurries_ = false;
    return !stopped_;
  }

  NodeAgent* const agent_;
  const size_t index_;
  const std::string address_;
  uint64_t sequence_ = 0;
  uint64_t plan_ = 0;
  uint64_t url_keys_ = 0;
  bool reached_ = false;
  std::thread thread_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  bool hurries_ ABSL_GUARDED_BY(mutex_) = false;  // something has happened since the last report
  grpc::ClientContext* context_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

void NodeAgent::Replica::Run() {
  const int64_t pause_ms_max = agent_->options_.reconnect_ms_max;
  int64_t pause_ms = 200;
  bool said = false;
  do {
    const grpc::Status status = Report();
    if (reached_) {
      agent_->connected_.fetch_sub(1);
      pause_ms = 200;
      said = false;
    }
    reached_ = false;
    if (!said && !Stopped()) {
      spdlog::warn("control plane {}: {}; calling again", address_, status.error_message());
    }
    said = true;
    pause_ms = std::min(pause_ms * 2, pause_ms_max);
  } while (Sleep(pause_ms));
}

grpc::Status NodeAgent::Replica::Report() {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return grpc::Status::CANCELLED;
    context_ = &context;
  }
  auto stream = stub->Report(&context);
  NodeReading before = agent_->read_();
  NodeReading now = before;
  while (Exchange(stream.get(), before, now) && AwaitNextReport()) {
    // Rates over a moment would say nothing.
    if (now.now_ms - before.now_ms >= agent_->options_.report_ms / 2 || now.now_ms == before.now_ms)
      before = std::move(now);
    now = agent_->read_();
  }
  stream->WritesDone();
  context.TryCancel();
  const grpc::Status status = stream->Finish();
  absl::MutexLock lock(&mutex_);
  context_ = nullptr;
  return status;
}

bool NodeAgent::Replica::Exchange(ReportStream* stream, const NodeReading& before,
                                  const NodeReading& now) {
  nearcast::v1::NodeCommand command;
  nearcast::v1::NodeReport report =
      BuildReport(agent_->options_.identity, ++sequence_, before, now);
  report.set_plan(plan_);
  report.set_url_keys(url_keys_);
  AddDelays(agent_->meter_.Take(index_), &report);
  if (!stream->Write(report) || !stream->Read(&command)) return false;
  if (!reached_) {
    reached_ = true;
    agent_->connected_.fetch_add(1);
    spdlog::info("control plane {}: reports to it", address_);
  }
  for (const std::string& name : command.end_streams()) {
    spdlog::info("control plane {}: end {}", address_, name);
    agent_->end_stream_(name);
  }
  if (agent_->take_orders_) agent_->take_orders_(address_, OrdersOf(command));
  if (command.has_measure()) {
    plan_ = command.measure().id();
    agent_->meter_.SetTargets(index_, TargetsOf(command.measure()));
  }
  if (command.has_url_keys()) {
    url_keys_ = command.url_keys().id();
    agent_->take_keys_(command.url_keys());
  }
  return true;
}

NodeAgent::NodeAgent(const NodeAgentOptions& options, ReadNode read, EndStream end_stream,
                     TakeKeys take_keys, TakeOrders take_orders)
    : options_(options),
      read_(std::move(read)),
      end_stream_(std::move(end_stream)),
      take_keys_(std::move(take_keys)),
      take_orders_(std::move(take_orders)),
      meter_(WithSeed(options), std::make_unique<measure::TcpRoundTrips>()) {
  std::vector<std::shared_ptr<NodeService::Stub>> stubs;
  for (size_t i = 0; i < options_.controls.size(); ++i) {
    replicas_.push_back(std::make_unique<Replica>(this, i));
    stubs.push_back(replicas_.back()->stub);
  }
  line_ = std::make_unique<ReplicaLine>(std::move(stubs));
}

NodeAgent::~NodeAgent() { Stop(); }

void NodeAgent::Start() {
  meter_.Start();
  for (const auto& replica : replicas_) replica->Start();
}

void NodeAgent::Stop() {
  for (const auto& replica : replicas_) replica->Stop();
  meter_.Stop();
  line_->Stop();
}

void NodeAgent::ReportNow() {
  for (const auto& replica : replicas_) replica->Hurry();
}

void NodeAgent::Find(const pull::SourceQuestion& question, Done done) {
  if (auto cached = cache_.Find(question, MonotonicMs())) {
    done(*std::move(cached));
    return;
  }
  const StreamName name = SplitStreamName(question.stream);
  v1::FindSourceRequest request;
  request.set_node(options_.identity.node);
  request.set_app(name.app);
  request.set_stream(name.stream);
  request.set_srt(options_.pulls_by_srt);
  for (const std::string& node : question.exclude_nodes) request.add_exclude_nodes(node);
  line_->Ask<v1::FindSourceRequest, v1::FindSourceResponse>(
      &ReplicaLine::Methods::FindSource, std::move(request), TermsOf(options_),
      [this, question, done = std::move(done)](const grpc::Status& status, const auto& response) {
        done(Take(question, status, response));
      });
}

absl::StatusOr<pull::Sources> NodeAgent::Take(const pull::SourceQuestion& question,
                                              const grpc::Status& status,
                                              const v1::FindSourceResponse& response) {
  absl::StatusOr<pull::Sources> answer =
      absl::UnavailableError(absl::StrCat("control plane: ", status.error_message()));
  int64_t ttl_ms = 0;
  if (status.ok()) {
    answer = SourcesOf(response);
    ttl_ms = response.ttl_ms();
  } else if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    answer = absl::NotFoundError(status.error_message());
    ttl_ms = options_.not_found_ms;
  }
  const int64_t now_ms = MonotonicMs();
  if (ttl_ms > 0 && question.exclude_nodes.empty()) {
    cache_.Store(question.stream, answer, now_ms + ttl_ms, now_ms);
  }
  return answer;
}

}  // namespace nearcast::node_agent
