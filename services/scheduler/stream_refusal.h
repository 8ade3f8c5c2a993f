// Why a stream is not changed, each error with its reason (services/rpc/status.h).
#ifndef SERVICES_SCHEDULER_STREAM_REFUSAL_H_
#define SERVICES_SCHEDULER_STREAM_REFUSAL_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "schedulerlib/model/stream.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

// Ended or banned: nothing may be ordered of it any more.
bool IsOver(const scheduler::Stream& stream);

// FAILED_PRECONDITION, STREAM_ENDED or STREAM_BANNED, where it is over.
absl::Status CheckNotOver(const scheduler::Stream& stream);

// What StreamTable says, with a reason for what the table itself could not do: STREAM_NOT_FOUND or
// STREAM_NOT_STORED.
absl::StatusOr<StreamEntryPtr> WithStreamReason(absl::StatusOr<StreamEntryPtr> updated);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_STREAM_REFUSAL_H_
