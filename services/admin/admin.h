// Admin: nearcast.v1.Admin without its transport.
//
// A change goes validate → diff → commit → publish: what is invalid or changes nothing never
// reaches the store, and a call that returns OK is durable and live.
#ifndef SERVICES_ADMIN_ADMIN_H_
#define SERVICES_ADMIN_ADMIN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "ipdb/name_table.h"
#include "nearcast/v1/admin.pb.h"
#include "services/node/stream_board.h"
#include "services/publisher/publisher.h"
#include "services/scheduler/ratio_desk.h"
#include "services/scheduler/stream_scheduler.h"
#include "services/store/store.h"
#include "services/sync/config_follower.h"
#include "services/upstream/upstream.h"

namespace nearcast {

// Thread rule: any thread may call any method; changes take turns. Errors carry a reason
// (services/rpc/status.h).
class Admin {
 public:
  // All must outlive the Admin. `names` turns codes into names for people.
  struct Parts {
    const Clock* clock = nullptr;
    store::Store* store = nullptr;
    const ConfigFollower* follower = nullptr;
    const Publisher* publisher = nullptr;
    const StreamScheduler* scheduler = nullptr;
    RatioDesk* ratio = nullptr;
    const StreamBoard* stream_board = nullptr;
    const ipdb::NameTable* names = nullptr;
    const upstream::Upstream* upstream = nullptr;  // null = none is asked
  };

  explicit Admin(const Parts& parts) : parts_(parts) {}

  absl::StatusOr<v1::ApplyResponse> Apply(const v1::ApplyRequest& request);
  absl::StatusOr<v1::ApplyResponse> DeleteResource(const v1::DeleteResourceRequest& request);
  absl::StatusOr<v1::ApplyResponse> SetCdnRatio(const v1::SetCdnRatioRequest& request);
  absl::StatusOr<v1::ApplyResponse> SetDefaultQuality(const v1::SetDefaultQualityRequest& request);
  absl::StatusOr<v1::ApplyResponse> DrainNode(const v1::DrainNodeRequest& request);
  absl::StatusOr<v1::ApplyResponse> UndrainNode(const v1::UndrainNodeRequest& request);
  absl::StatusOr<v1::ApplyResponse> Rollback(const v1::RollbackRequest& request);

  absl::StatusOr<v1::Resource> GetResource(const v1::GetResourceRequest& request) const;
  absl::StatusOr<v1::ListResourcesResponse> ListResources(
      const v1::ListResourcesRequest& request) const;
  absl::StatusOr<v1::ListNodesResponse> ListNodes() const;
  absl::StatusOr<v1::ListDelaysResponse> ListDelays(const v1::ListDelaysRequest& request) const;
  absl::StatusOr<v1::ListStreamStatsResponse> ListStreamStats(
      const v1::ListStreamStatsRequest& request) const;
  absl::StatusOr<v1::ReportCdnUsageResponse> ReportCdnUsage(
      const v1::ReportCdnUsageRequest& request);
  absl::StatusOr<v1::RatioStatus> GetRatioStatus() const;
  absl::StatusOr<v1::RatioProposal> ProposeRatio(const v1::ProposeRatioRequest& request) const;
  absl::StatusOr<v1::ListRevisionsResponse> ListRevisions(
      const v1::ListRevisionsRequest& request) const;
  absl::StatusOr<v1::Explanation> ExplainPlay(const v1::ExplainPlayRequest& request) const;
  absl::StatusOr<v1::Explanation> ExplainDns(const v1::ExplainDnsRequest& request) const;
  absl::StatusOr<v1::AddressRecord> LookupAddress(const v1::LookupAddressRequest& request) const;

 private:
  enum class Mode { kCommit, kValidateOnly };

  // What a change makes of the current configuration.
  struct Wanted {
    std::vector<v1::Resource> puts;
    std::vector<resource::ResourceKey> deletes;
  };

  // Validates, compares and, in kCommit, commits; the answer shows no secrets. `expected_revision` 0
  // = whatever is current.
  absl::StatusOr<v1::ApplyResponse> Change(Wanted wanted, const v1::ChangeNote& note, Mode mode,
                                           int64_t expected_revision)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<v1::ApplyResponse> ChangeAndTell(Wanted wanted, const v1::ChangeNote& note,
                                                  Mode mode, int64_t expected_revision)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Reads one resource, changes a copy, applies it. `make` is called with a fresh one when there is
  // none and `if_absent` says so.
  enum class IfAbsent { kFail, kCreate };
  absl::StatusOr<v1::ApplyResponse> Modify(const resource::ResourceKey& key, IfAbsent if_absent,
                                           const v1::ChangeNote& note, Mode mode,
                                           absl::FunctionRef<void(v1::Resource&)> edit);
  absl::StatusOr<v1::ApplyResponse> SetAdminState(const std::string& node,
                                                  v1::Node::AdminState state,
                                                  const v1::ChangeNote& note);

  const Parts parts_;
  absl::Mutex mutex_;  // one change at a time
};

}  // namespace nearcast

#endif  // SERVICES_ADMIN_ADMIN_H_
