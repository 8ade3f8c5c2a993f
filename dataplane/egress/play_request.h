// What a viewer asked for, from the path and query that its URL carries.
//
//   /live/show.flv?gop_cache_ms=1800&gop_cache_policy=lower&merge_write_ms=350&only_audio=1
//                 &queue=latency&protected_period=5000&gop_keep_duration=2000
//
// Parameters that are not ours (tokens, signatures) are left alone; one of ours with a bad value is
// an error, never ignored.
#ifndef DATAPLANE_EGRESS_PLAY_REQUEST_H_
#define DATAPLANE_EGRESS_PLAY_REQUEST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/stream/drop_policy.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::egress {

// How somebody wants to play.
struct PlayWish {
  stream::StartRequest start{.gop_cache_ms = 2'000};
  stream::DropWish drop;
  int64_t merge_write_ms = 0;  // a multiple of 10

  // Which of `start` and `drop` the URL has said itself.
  bool says_gop_cache_ms = false;
  bool says_policy = false;
  bool says_protected_period = false;
  bool says_gop_keep = false;
};

// What holds where the URL says nothing.
using PlayDefaults = PlayWish;

inline constexpr int64_t kGopCacheMsMax = 60'000;
inline constexpr int64_t kQueueMsMin = 100;
inline constexpr int64_t kQueueMsMax = 60'000;
inline constexpr int64_t kProtectedPeriodMsMax = 86'400'000;
inline constexpr int64_t kGopKeepMsMax = 600'000;
inline constexpr int64_t kMergeWriteMsMax = 1'000;
inline constexpr size_t kStreamNameBytesMax = 512;

struct PlayRequest {
  std::string stream;  // app/name
  PlayWish wish;
};

// `app_and_name` without suffix; `query` without '?'. InvalidArgument names the parameter.
absl::StatusOr<PlayRequest> ParsePlayRequest(absl::string_view app_and_name,
                                             absl::string_view query, const PlayDefaults& defaults);

// What `query` says, on top of `defaults`; what `defaults` were said to be binds nobody.
// InvalidArgument names the parameter.
absl::StatusOr<PlayWish> ParsePlayWish(absl::string_view query, const PlayDefaults& defaults);

// "app/name" of the target "/app/name.flv"; NotFound for anything else. %-escapes are not decoded:
// a stream's name is compared as it was written.
absl::StatusOr<std::string> ParseFlvPath(absl::string_view path);

// A name as publishers and viewers may use it: app and name not empty, at most kStreamNameBytesMax,
// printable ASCII without blanks: names go into reports (proto3 strings, which must be UTF-8), JSON
// and metrics. InvalidArgument says which of these it is.
absl::Status ValidateStreamName(absl::string_view app_and_name);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_PLAY_REQUEST_H_
