#include "services/scheduler/stream_refusal.h"

#include "absl/strings/str_cat.h"
#include "services/rpc/status.h"

namespace nearcast {

using rpc::WithReason;
using scheduler::StreamState;

bool IsOver(const scheduler::Stream& stream) {
  return stream.state == StreamState::kEnded || stream.state == StreamState::kBanned;
}

absl::Status CheckNotOver(const scheduler::Stream& stream) {
  if (!IsOver(stream)) return absl::OkStatus();
  const bool ended = stream.state == StreamState::kEnded;
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        "stream ", stream.name, " is over: it is ", StreamStateName(stream.state))),
                    ended ? "STREAM_ENDED" : "STREAM_BANNED");
}

absl::StatusOr<StreamEntryPtr> WithStreamReason(absl::StatusOr<StreamEntryPtr> updated) {
  if (updated.ok() || !rpc::ReasonOf(updated.status()).empty()) return updated;
  const bool unknown = absl::IsNotFound(updated.status());
  return WithReason(updated.status(), unknown ? "STREAM_NOT_FOUND" : "STREAM_NOT_STORED");
}

}  // namespace nearcast
