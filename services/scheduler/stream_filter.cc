#include "services/scheduler/stream_filter.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "schedulerlib/convert/stream_convert.h"
#include "schedulerlib/place/rendezvous.h"
#include "services/rpc/status.h"
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

// What the filter is goes before the name, as 16 hexadecimal digits.
std::string StreamFilter::TokenAfter(absl::string_view stream) const {
  v1::ListStreamsRequest filter = request_;
  filter.clear_page_size();
  filter.clear_page_token();
  const uint64_t hash = scheduler::StableHash(filter.SerializeAsString());
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad16), stream);
}

absl::StatusOr<std::string> StreamFilter::StreamBefore() const {
  const std::string& token = request_.page_token();
  if (token.empty()) return "";
  const std::string start = TokenAfter("");
  if (absl::StartsWith(token, start)) return token.substr(start.size());
  return rpc::WithReason(
      absl::InvalidArgumentError("page_token: is not of a page with these filters; ask for the "
                                 "first page, or with the filters that the token was given for"),
      "INVALID_PAGE_TOKEN");
}

}  // namespace nearcast
