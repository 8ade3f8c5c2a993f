#include "tools/nearcastctl/client.h"

#include <grpcpp/grpcpp.h>

#include <istream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nearcast/v1/admin.grpc.pb.h"
#include "nearcast/v1/client.grpc.pb.h"
#include "nearcast/v1/scheduler.grpc.pb.h"
#include "nearcast/v1/simulation.grpc.pb.h"

namespace nearcast::ctl {
namespace {

constexpr int kMessageOctetsMax = 64 << 20;

// A list of mistakes comes as the status's message, in the trailing metadata: gRPC's own bound is 8
// KiB.
constexpr int kMetadataOctetsMax = 1 << 20;

std::string WithPort(const std::string& server) {
  const size_t colon = server.rfind(':');
  const bool has_port = colon != std::string::npos &&
                        server.find(']', colon) == std::string::npos &&
                        (server.front() == '[' || server.find(':') == colon);
  if (has_port) return server;
  const bool is_ipv6 = colon != std::string::npos && server.front() != '[';
  return is_ipv6 ? absl::StrCat("[", server, "]:7070") : absl::StrCat(server, ":7070");
}

std::shared_ptr<grpc::Channel> Connect(const std::string& server) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageOctetsMax);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMetadataOctetsMax);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(server, grpc::InsecureChannelCredentials(), arguments);
}

constexpr char kHint[] =
    "; is nearcastd running? --server or $NEARCAST_SERVER names another address";

// "…; last error: UNKNOWN: ipv4:127.0.0.1:7070: Failed to connect to remote host: Connection
// refused" -> its end
std::string Reason(const std::string& message) {
  const size_t colon = message.rfind(": ");
  return colon == std::string::npos ? message : message.substr(colon + 2);
}

absl::Status Explain(const grpc::Status& status, const std::string& server,
                     absl::Duration deadline) {
  const std::string& message = status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return absl::UnavailableError(
          absl::StrCat("cannot reach ", server, ": ", Reason(message), kHint));
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return absl::DeadlineExceededError(
          absl::StrCat(server, " did not answer within ", absl::FormatDuration(deadline), kHint));
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::UnimplementedError(
          absl::StrCat(server, " does not know this call",
                       message.empty() ? "" : absl::StrCat(" (", message, ")"),
                       "; it may be another version, or run without that role"));
    default:
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          message.empty() ? "the server gave no reason" : message);
  }
}

}  // namespace

struct Client::Connection {
  explicit Connection(const std::string& server)
      : channel(Connect(server)),
        admin(channel),
        scheduler(channel),
        clients(channel),
        simulator(channel) {}

  std::shared_ptr<grpc::Channel> channel;
  v1::Admin::Stub admin;
  v1::StreamScheduler::Stub scheduler;
  v1::ClientConfiguration::Stub clients;
  v1::Simulator::Stub simulator;
};

Client::Client(const std::string& server, absl::Duration deadline)
    : server_(WithPort(server)),
      deadline_(deadline),
      connection_(std::make_unique<Connection>(server_)) {}

Client::~Client() = default;

namespace {

// The response's type, of a stub's method.
template <typename Stub, typename Request, typename Response>
Response ResponseOf(grpc::Status (Stub::*)(grpc::ClientContext*, const Request&, Response*));

}  // namespace

template <typename Stub, typename Method, typename Request>
auto Client::Send(Stub* stub, Method method, const Request& request) {
  using Response = decltype(ResponseOf(method));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + deadline_));
  Response response;
  const grpc::Status status = (stub->*method)(&context, request, &response);
  if (status.ok()) return absl::StatusOr<Response>(std::move(response));
  return absl::StatusOr<Response>(Explain(status, server_, deadline_));
}

using AdminStub = v1::Admin::Stub;
using SchedulerStub = v1::StreamScheduler::Stub;
using absl::StatusOr;

StatusOr<v1::ApplyResponse> Client::Apply(const v1::ApplyRequest& request) {
  return Send(&connection_->admin, &AdminStub::Apply, request);
}

StatusOr<v1::ApplyResponse> Client::DeleteResource(const v1::DeleteResourceRequest& request) {
  return Send(&connection_->admin, &AdminStub::DeleteResource, request);
}

StatusOr<v1::Resource> Client::GetResource(const v1::GetResourceRequest& request) {
  return Send(&connection_->admin, &AdminStub::GetResource, request);
}

StatusOr<v1::ListResourcesResponse> Client::ListResources(const v1::ListResourcesRequest& request) {
  return Send(&connection_->admin, &AdminStub::ListResources, request);
}

StatusOr<v1::ApplyResponse> Client::SetCdnRatio(const v1::SetCdnRatioRequest& request) {
  return Send(&connection_->admin, &AdminStub::SetCdnRatio, request);
}

StatusOr<v1::ApplyResponse> Client::SetDefaultQuality(const v1::SetDefaultQualityRequest& request) {
  return Send(&connection_->admin, &AdminStub::SetDefaultQuality, request);
}

StatusOr<v1::ApplyResponse> Client::DrainNode(const v1::DrainNodeRequest& request) {
  return Send(&connection_->admin, &AdminStub::DrainNode, request);
}

StatusOr<v1::ApplyResponse> Client::UndrainNode(const v1::UndrainNodeRequest& request) {
  return Send(&connection_->admin, &AdminStub::UndrainNode, request);
}

StatusOr<v1::ReportCdnUsageResponse> Client::ReportCdnUsage(
    const v1::ReportCdnUsageRequest& request) {
  return Send(&connection_->admin, &AdminStub::ReportCdnUsage, request);
}

StatusOr<v1::RatioStatus> Client::GetRatioStatus() {
  return Send(&connection_->admin, &AdminStub::GetRatioStatus, v1::GetRatioStatusRequest());
}

StatusOr<v1::RatioProposal> Client::ProposeRatio(const v1::ProposeRatioRequest& request) {
  return Send(&connection_->admin, &AdminStub::ProposeRatio, request);
}

StatusOr<v1::ListNodesResponse> Client::ListNodes() {
  return Send(&connection_->admin, &AdminStub::ListNodes, v1::ListNodesRequest());
}

StatusOr<v1::ListDelaysResponse> Client::ListDelays(const v1::ListDelaysRequest& request) {
  return Send(&connection_->admin, &AdminStub::ListDelays, request);
}

StatusOr<v1::ListStreamStatsResponse> Client::ListStreamStats(
    const v1::ListStreamStatsRequest& request) {
  return Send(&connection_->admin, &AdminStub::ListStreamStats, request);
}

StatusOr<v1::ListRevisionsResponse> Client::ListRevisions(const v1::ListRevisionsRequest& request) {
  return Send(&connection_->admin, &AdminStub::ListRevisions, request);
}

StatusOr<v1::ApplyResponse> Client::Rollback(const v1::RollbackRequest& request) {
  return Send(&connection_->admin, &AdminStub::Rollback, request);
}

StatusOr<v1::Explanation> Client::ExplainPlay(const v1::ExplainPlayRequest& request) {
  return Send(&connection_->admin, &AdminStub::ExplainPlay, request);
}

StatusOr<v1::Explanation> Client::ExplainDns(const v1::ExplainDnsRequest& request) {
  return Send(&connection_->admin, &AdminStub::ExplainDns, request);
}

StatusOr<v1::AddressRecord> Client::LookupAddress(const v1::LookupAddressRequest& request) {
  return Send(&connection_->admin, &AdminStub::LookupAddress, request);
}

StatusOr<v1::Stream> Client::CreateStream(const v1::CreateStreamRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::CreateStream, request);
}

StatusOr<v1::Stream> Client::UpdateStreamState(const v1::UpdateStreamStateRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::UpdateStreamState, request);
}

StatusOr<v1::Stream> Client::EndStream(const v1::EndStreamRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::EndStream, request);
}

StatusOr<v1::ClientConfig> Client::GetClientConfig(const v1::GetClientConfigRequest& request) {
  return Send(&connection_->clients, &v1::ClientConfiguration::Stub::GetClientConfig, request);
}

StatusOr<v1::Stream> Client::MoveStream(const v1::MoveStreamRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::MoveStream, request);
}

StatusOr<v1::Stream> Client::PreheatStream(const v1::PreheatStreamRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::PreheatStream, request);
}

StatusOr<v1::Stream> Client::ForwardStream(const v1::ForwardStreamRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::ForwardStream, request);
}

StatusOr<v1::Stream> Client::GetStream(const v1::GetStreamRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::GetStream, request);
}

StatusOr<v1::ListStreamsResponse> Client::ListStreams(const v1::ListStreamsRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::ListStreams, request);
}

StatusOr<v1::PlayInfo> Client::GetPlayInfo(const v1::GetPlayInfoRequest& request) {
  return Send(&connection_->scheduler, &SchedulerStub::GetPlayInfo, request);
}

StatusOr<v1::SimulationReport> Client::Simulate(const v1::SimulateRequest& change,
                                                std::istream& trace) {
  constexpr absl::Duration kDeadline = absl::Minutes(10);
  constexpr size_t kPieceBytes = 1 << 20;
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kDeadline));
  v1::SimulationReport report;
  const auto writer = connection_->simulator.Simulate(&context, &report);
  v1::SimulateRequest piece = change;
  std::string line;
  bool open = true;
  while (open && std::getline(trace, line)) {
    absl::StrAppend(piece.mutable_trace(), line, "\n");
    if (piece.trace().size() < kPieceBytes) continue;
    open = writer->Write(piece);
    piece.Clear();
  }
  if (open) writer->Write(piece);
  writer->WritesDone();
  const grpc::Status status = writer->Finish();
  if (status.ok()) return report;
  return Explain(status, server_, kDeadline);
}

}  // namespace nearcast::ctl
