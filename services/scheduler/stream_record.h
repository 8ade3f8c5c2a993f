// StreamEntry ↔ the messages that are stored and spoken.
#ifndef SERVICES_SCHEDULER_STREAM_RECORD_H_
#define SERVICES_SCHEDULER_STREAM_RECORD_H_

#include "absl/status/statusor.h"
#include "nearcast/v1/scheduler.pb.h"
#include "nearcast/v1/stored.pb.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

absl::Time TimeOf(const google::protobuf::Timestamp& from);
google::protobuf::Timestamp StampOf(absl::Time time);

v1::Stream WriteStream(const StreamEntry& entry);
v1::StoredStream WriteStoredStream(const StreamEntry& entry);

// INVALID_ARGUMENT for a state that this version does not know.
absl::StatusOr<StreamEntry> ParseStoredStream(const v1::StoredStream& stored);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_STREAM_RECORD_H_
