// What a viewer asked for, from the path and query that its URL carries.
//
//   /live/show.flv?gop_cache_ms=1800&gop_cache_policy=lower&merge_write_ms=350&only_audio=1
//
// Parameters that are not ours (tokens, signatures) are left alone; one of ours with a bad value is
// an error, never ignored.
#ifndef DATAPLANE_EGRESS_PLAY_REQUEST_H_
#define DATAPLANE_EGRESS_PLAY_REQUEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::egress {

// What holds where the URL says nothing.
struct PlayDefaults {
  int64_t gop_cache_ms = 2'000;
  stream::GopCachePolicy gop_cache_policy = stream::GopCachePolicy::kLowerLimit;
  int64_t merge_write_ms = 0;
};

inline constexpr int64_t kGopCacheMsMax = 60'000;
inline constexpr int64_t kMergeWriteMsMax = 1'000;
inline constexpr size_t kStreamNameBytesMax = 512;

struct PlayRequest {
  std::string stream;  // app/name
  stream::StartRequest start;
  int64_t merge_write_ms = 0;  // a multiple of 10
};

// `app_and_name` without suffix; `query` without '?'. InvalidArgument names the parameter.
absl::StatusOr<PlayRequest> ParsePlayRequest(absl::string_view app_and_name,
                                             absl::string_view query, const PlayDefaults& defaults);

// "app/name" of the target "/app/name.flv"; NotFound for anything else. %-escapes are not decoded:
// a stream's name is compared as it was written.
absl::StatusOr<std::string> ParseFlvPath(absl::string_view path);

// A name as publishers and viewers may use it: app and name not empty, at most kStreamNameBytesMax,
// printable ASCII without blanks: names go into reports (proto3 strings, which must be UTF-8), JSON
// and metrics. InvalidArgument says which of these it is.
absl::Status ValidateStreamName(absl::string_view app_and_name);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_PLAY_REQUEST_H_
