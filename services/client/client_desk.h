// ClientDesk: nearcast.v1.ClientConfiguration without its transport, and its HTTP door.
//
//   curl 'http://127.0.0.1:8080/v1/client?publish_point=demo&device=m1&os=android+13&ip=14.215.177.39'
#ifndef SERVICES_CLIENT_CLIENT_DESK_H_
#define SERVICES_CLIENT_CLIENT_DESK_H_

#include <atomic>
#include <cstdint>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "nearcast/v1/client.pb.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/http/router.h"

namespace nearcast {

// calls = answered + not_modified + refused.
struct ClientDeskCounters {
  std::atomic<uint64_t> answered{0};
  std::atomic<uint64_t> not_modified{0};
  std::atomic<uint64_t> refused{0};
};

// Thread rule: any thread may call any method. Errors carry a reason (services/rpc/status.h):
// INVALID_CLIENT, PUBLISH_POINT_NOT_FOUND, NO_USABLE_CDN.
class ClientDesk {
 public:
  // Both must outlive the desk.
  ClientDesk(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots)
      : clock_(clock), snapshots_(snapshots) {}

  absl::StatusOr<v1::ClientConfig> GetClientConfig(const v1::GetClientConfigRequest& request);

  const ClientDeskCounters& counters() const { return counters_; }

 private:
  absl::StatusOr<v1::ClientConfig> Decide(const v1::GetClientConfigRequest& request) const;

  const Clock* const clock_;
  const SnapshotHolder<scheduler::Snapshot>* const snapshots_;
  ClientDeskCounters counters_;
};

// GET /v1/client with publish_point, ip (absent: the connection's own), device_id, device, os, app,
// app_version, network, grade and class: a ClientConfig as JSON, with its version as ETag; 304 where
// If-None-Match names it. `desk` must outlive the router.
void RegisterJsonClient(http::Router* router, ClientDesk* desk);

}  // namespace nearcast

#endif  // SERVICES_CLIENT_CLIENT_DESK_H_
