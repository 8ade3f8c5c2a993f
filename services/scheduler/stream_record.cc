#include "services/scheduler/stream_record.h"

#include "base/status_macros.h"
#include "google/protobuf/timestamp.pb.h"
#include "schedulerlib/convert/stream_convert.h"

namespace nearcast {
google::protobuf::Timestamp StampOf(absl::Time time) {
  const timespec parts = absl::ToTimespec(time);
  google::protobuf::Timestamp stamp;
  stamp.set_seconds(parts.tv_sec);
  stamp.set_nanos(static_cast<int32_t>(parts.tv_nsec));
  return stamp;
}

absl::Time TimeOf(const google::protobuf::Timestamp& from) {
  return absl::FromUnixSeconds(from.seconds()) + absl::Nanoseconds(from.nanos());
}

v1::Stream WriteStream(const StreamEntry& entry) {
  v1::Stream stream = scheduler::ToProto(entry.stream);
  *stream.mutable_create_time() = StampOf(entry.create_time);
  *stream.mutable_update_time() = StampOf(entry.update_time);
  if (entry.unheard_since) *stream.mutable_unheard_since() = StampOf(*entry.unheard_since);
  if (entry.preheat != nullptr) *stream.mutable_preheat() = *entry.preheat;
  if (entry.forwards != nullptr) {
    stream.mutable_forwards()->Assign(entry.forwards->begin(), entry.forwards->end());
  }
  stream.set_ends_on_unpublish(entry.ends_on_unpublish);
  return stream;
}

v1::StoredStream WriteStoredStream(const StreamEntry& entry) {
  v1::StoredStream stored;
  *stored.mutable_stream() = WriteStream(entry);
  stored.set_request_id(entry.request_id);
  *stored.mutable_state_since() = StampOf(entry.state_since);
  for (const UntoldEvent& event : entry.untold) {
    v1::StoredStream::UntoldEvent* added = stored.add_untold();
    added->set_number(event.number);
    added->set_body(event.body);
  }
  return stored;
}

absl::StatusOr<StreamEntry> ParseStoredStream(const v1::StoredStream& stored) {
  StreamEntry entry;
  NC_ASSIGN_OR_RETURN(entry.stream, scheduler::FromProto(stored.stream()));
  entry.request_id = stored.request_id();
  entry.create_time = TimeOf(stored.stream().create_time());
  entry.update_time = TimeOf(stored.stream().update_time());
  entry.state_since = stored.has_state_since() ? TimeOf(stored.state_since()) : entry.update_time;
  if (stored.stream().has_preheat()) {
    entry.preheat = std::make_shared<const v1::Stream::Preheat>(stored.stream().preheat());
  }
  const auto& forwards = stored.stream().forwards();
  if (!forwards.empty()) {
    entry.forwards =
        std::make_shared<const std::vector<std::string>>(forwards.begin(), forwards.end());
  }
  entry.ends_on_unpublish = stored.stream().ends_on_unpublish();
  for (const v1::StoredStream::UntoldEvent& event : stored.untold()) {
    entry.untold.push_back({.number = event.number(), .body = event.body()});
  }
  if (stored.stream().has_unheard_since()) {
    entry.unheard_since = TimeOf(stored.stream().unheard_since());
  }
  return entry;
}

}  // namespace nearcast
