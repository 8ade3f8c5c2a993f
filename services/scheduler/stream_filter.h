// StreamFilter: which streams ListStreams shows.
#ifndef SERVICES_SCHEDULER_STREAM_FILTER_H_
#define SERVICES_SCHEDULER_STREAM_FILTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nearcast/v1/scheduler.pb.h"
#include "services/scheduler/stream_table.h"

namespace nearcast {

// Fields that the request leaves empty take every stream. `request` must outlive the filter.
class StreamFilter {
 public:
  explicit StreamFilter(const v1::ListStreamsRequest& request);

  bool Takes(const StreamEntry& entry) const;

  // A page's last stream as the token of the next page, which holds for this filter alone.
  std::string TokenAfter(absl::string_view stream) const;

  // The stream that the request's token names; "" where it has none. INVALID_ARGUMENT for a token of
  // another filter, or of none.
  absl::StatusOr<std::string> StreamBefore() const;

 private:
  bool TakesPushLine(const scheduler::PushLine& line) const;

  const v1::ListStreamsRequest& request_;
  absl::Time created_from_ = absl::InfinitePast();
  absl::Time created_until_ = absl::InfiniteFuture();
};

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_STREAM_FILTER_H_
