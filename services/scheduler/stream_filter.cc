#include "services/scheduler/stream_filter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "schedulerlib/convert/stream_convert.h"
#include "services/scheduler/stream_record.h"

namespace nearcast {

StreamFilter::StreamFilter(const v1::ListStreamsRequest& request) : request_(request) {
  if (request.has_created_from()) created_from_ = TimeOf(request.created_from());
  if (request.has_created_until()) created_until_ = TimeOf(request.created_until());
}

bool StreamFilter::TakesPushLine(const scheduler::PushLine& line) const {
  return (request_.cdn().empty() || line.cdn == request_.cdn()) &&
         (request_.node().empty() || line.node == request_.node());
}

bool StreamFilter::Takes(const StreamEntry& entry) const {
  const scheduler::Stream& stream = entry.stream;
  if (!request_.publish_point().empty() && stream.publish_point != request_.publish_point()) {
    return false;
  }
  if (request_.state() != v1::Stream::STATE_UNSPECIFIED &&
      request_.state() != scheduler::ToProto(stream.state)) {
    return false;
  }
  if (!absl::StartsWith(stream.name, request_.name_prefix())) return false;
  if (entry.create_time < created_from_ || entry.create_time >= created_until_) return false;
  if (request_.cdn().empty() && request_.node().empty()) return true;
  return std::any_of(stream.push_lines.begin(), stream.push_lines.end(),
                     [this](const scheduler::PushLine& line) { return TakesPushLine(line); });
}

}  // namespace nearcast
