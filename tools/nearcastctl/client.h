// Client: the calls that nearcastctl makes. No gRPC in this header.
#ifndef TOOLS_NEARCASTCTL_CLIENT_H_
#define TOOLS_NEARCASTCTL_CLIENT_H_

#include <iosfwd>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "nearcast/v1/admin.pb.h"
#include "nearcast/v1/client.pb.h"
#include "nearcast/v1/scheduler.pb.h"
#include "nearcast/v1/simulation.pb.h"

namespace nearcast::ctl {

// One connection, made at the first call. One thread. Each call fails with the server's own status,
// or with UNAVAILABLE or DEADLINE_EXCEEDED and words that name the server when it cannot be reached
// in time.
class Client {
 public:
  // `server` is HOST:PORT, or HOST for port 7070.
  Client(const std::string& server, absl::Duration deadline);
  ~Client();

  absl::StatusOr<v1::ApplyResponse> Apply(const v1::ApplyRequest& request);
  absl::StatusOr<v1::ApplyResponse> DeleteResource(const v1::DeleteResourceRequest& request);
  absl::StatusOr<v1::Resource> GetResource(const v1::GetResourceRequest& request);
  absl::StatusOr<v1::ListResourcesResponse> ListResources(const v1::ListResourcesRequest& request);
  absl::StatusOr<v1::ApplyResponse> SetCdnRatio(const v1::SetCdnRatioRequest& request);
  absl::StatusOr<v1::ApplyResponse> SetDefaultQuality(const v1::SetDefaultQualityRequest& request);
  absl::StatusOr<v1::ReportCdnUsageResponse> ReportCdnUsage(
      const v1::ReportCdnUsageRequest& request);
  absl::StatusOr<v1::RatioStatus> GetRatioStatus();
  absl::StatusOr<v1::RatioProposal> ProposeRatio(const v1::ProposeRatioRequest& request);
  absl::StatusOr<v1::ApplyResponse> DrainNode(const v1::DrainNodeRequest& request);
  absl::StatusOr<v1::ApplyResponse> UndrainNode(const v1::UndrainNodeRequest& request);
  absl::StatusOr<v1::ListNodesResponse> ListNodes();
  absl::StatusOr<v1::ListDelaysResponse> ListDelays(const v1::ListDelaysRequest& request);
  absl::StatusOr<v1::ListStreamStatsResponse> ListStreamStats(
      const v1::ListStreamStatsRequest& request);
  absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(const v1::ListRevisionsRequest& request);
  absl::StatusOr<v1::ApplyResponse> Rollback(const v1::RollbackRequest& request);
  absl::StatusOr<v1::Explanation> ExplainPlay(const v1::ExplainPlayRequest& request);
  absl::StatusOr<v1::Explanation> ExplainDns(const v1::ExplainDnsRequest& request);
  absl::StatusOr<v1::AddressRecord> LookupAddress(const v1::LookupAddressRequest& request);

  absl::StatusOr<v1::Stream> CreateStream(const v1::CreateStreamRequest& request);
  absl::StatusOr<v1::Stream> UpdateStreamState(const v1::UpdateStreamStateRequest& request);
  absl::StatusOr<v1::Stream> EndStream(const v1::EndStreamRequest& request);
  absl::StatusOr<v1::ClientConfig> GetClientConfig(const v1::GetClientConfigRequest& request);
  absl::StatusOr<v1::Stream> MoveStream(const v1::MoveStreamRequest& request);
  absl::StatusOr<v1::Stream> PreheatStream(const v1::PreheatStreamRequest& request);
  absl::StatusOr<v1::Stream> ForwardStream(const v1::ForwardStreamRequest& request);
  absl::StatusOr<v1::Stream> GetStream(const v1::GetStreamRequest& request);
  absl::StatusOr<v1::ListStreamsResponse> ListStreams(const v1::ListStreamsRequest& request);
  // Sends the change, then the trace in pieces. May take ten minutes, whatever the deadline.
  absl::StatusOr<v1::SimulationReport> Simulate(const v1::SimulateRequest& change,
                                                std::istream& trace);
  absl::StatusOr<v1::PlayInfo> GetPlayInfo(const v1::GetPlayInfoRequest& request);

 private:
  struct Connection;

  template <typename Stub, typename Method, typename Request>
  auto Send(Stub* stub, Method method, const Request& request);

  const std::string server_;
  const absl::Duration deadline_;
  const std::unique_ptr<Connection> connection_;
};

}  // namespace nearcast::ctl

#endif  // TOOLS_NEARCASTCTL_CLIENT_H_
