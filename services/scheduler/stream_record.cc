#include "services/scheduler/stream_record.h"

#include "base/status_macros.h"
#include "google/protobuf/timestamp.pb.h"
#include "schedulerlib/convert/stream_convert.h"

namespace nearcast {
namespace {

void SetTime(absl::Time time, google::protobuf::Timestamp* to) {
  const timespec parts = absl::ToTimespec(time);
  to->set_seconds(parts.tv_sec);
  to->set_nanos(static_cast<int32_t>(parts.tv_nsec));
}

}  // namespace

absl::Time TimeOf(const google::protobuf::Timestamp& from) {
  return absl::FromUnixSeconds(from.seconds()) + absl::Nanoseconds(from.nanos());
}

v1::Stream WriteStream(const StreamEntry& entry) {
  v1::Stream stream = scheduler::ToProto(entry.stream);
  SetTime(entry.create_time, stream.mutable_create_time());
  SetTime(entry.update_time, stream.mutable_update_time());
  if (entry.unheard_since) SetTime(*entry.unheard_since, stream.mutable_unheard_since());
  return stream;
}

v1::StoredStream WriteStoredStream(const StreamEntry& entry) {
  v1::StoredStream stored;
  *stored.mutable_stream() = WriteStream(entry);
  stored.set_request_id(entry.request_id);
  return stored;
}

absl::StatusOr<StreamEntry> ParseStoredStream(const v1::StoredStream& stored) {
  StreamEntry entry;
  NC_ASSIGN_OR_RETURN(entry.stream, scheduler::FromProto(stored.stream()));
  entry.request_id = stored.request_id();
  entry.create_time = TimeOf(stored.stream().create_time());
  entry.update_time = TimeOf(stored.stream().update_time());
  if (stored.stream().has_unheard_since()) {
    entry.unheard_since = TimeOf(stored.stream().unheard_since());
  }
  return entry;
}

}  // namespace nearcast
