// StreamFilter: which streams ListStreams shows.
#ifndef SERVICES_SCHEDULER_STREAM_FILTER_H_
#define SERVICES_SCHEDULER_STREAM_FILTER_H_

#include "nearcast/v1/scheduler.pb.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

// Fields that the request leaves empty take every stream. `request` must outlive the filter.
class StreamFilter {
 public:
  explicit StreamFilter(const v1::ListStreamsRequest& request);

  bool Takes(const StreamEntry& entry) const;

 private:
  bool TakesPushLine(const scheduler::PushLine& line) const;

  const v1::ListStreamsRequest& request_;
  absl::Time created_from_ = absl::InfinitePast();
  absl::Time created_until_ = absl::InfiniteFuture();
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_STREAM_FILTER_H_
