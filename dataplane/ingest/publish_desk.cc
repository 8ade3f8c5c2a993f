#include "dataplane/ingest/publish_desk.h"

#include <utility>

#include "base/status_macros.h"
#include "dataplane/egress/play_request.h"

namespace nearcast::ingest {

absl::StatusOr<std::unique_ptr<MediaIntake>> PublishDesk::Admit(const PublishAttempt& attempt,
                                                                int64_t now_ms) {
  NC_RETURN_IF_ERROR(egress::ValidateStreamName(attempt.stream));
  NC_RETURN_IF_ERROR(gate_->Check(attempt));
  NC_ASSIGN_OR_RETURN(
      std::unique_ptr<stream::Publication> publication,
      hub_->Publish(attempt.stream, {stream::PublisherKind::kPush, attempt.address, attempt.query},
                    now_ms));
  return std::make_unique<MediaIntake>(std::move(publication));
}

}  // namespace nearcast::ingest
