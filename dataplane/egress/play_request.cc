#include "dataplane/egress/play_request.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"

namespace nearcast::egress {
namespace {

absl::Status ParseMs(absl::string_view key, absl::string_view value, int64_t max, int64_t* out) {
  int64_t ms = 0;
  if (!absl::SimpleAtoi(value, &ms) || ms < 0 || ms > max) {
    return absl::InvalidArgumentError(
        absl::StrCat(key, "=", value.substr(0, 32), ": want milliseconds, 0 to ", max));
  }
  *out = ms;
  return absl::OkStatus();
}

absl::Status ParsePolicy(absl::string_view value, stream::GopCachePolicy* out) {
  if (value == "lower") {
    *out = stream::GopCachePolicy::kLowerLimit;
  } else if (value == "upper") {
    *out = stream::GopCachePolicy::kUpperLimit;
  } else {
    return absl::InvalidArgumentError("gop_cache_policy: want lower or upper");
  }
  return absl::OkStatus();
}

absl::Status ParseOnlyAudio(absl::string_view value, stream::Wanted* out) {
  if (value != "0" && value != "1") {
    return absl::InvalidArgumentError("only_audio: want 0 or 1");
  }
  *out = value == "1" ? stream::Wanted::kAudioOnly : stream::Wanted::kEverything;
  return absl::OkStatus();
}

absl::Status ApplyParameter(absl::string_view key, absl::string_view value, PlayRequest* request) {
  if (key == "gop_cache_ms") {
    return ParseMs(key, value, kGopCacheMsMax, &request->start.gop_cache_ms);
  }
  if (key == "gop_cache_policy") return ParsePolicy(value, &request->start.policy);
  if (key == "only_audio") return ParseOnlyAudio(value, &request->start.wanted);
  if (key == "merge_write_ms") {
    NC_RETURN_IF_ERROR(ParseMs(key, value, kMergeWriteMsMax, &request->merge_write_ms));
    request->merge_write_ms -= request->merge_write_ms % 10;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PlayRequest> ParsePlayRequest(absl::string_view app_and_name,
                                             absl::string_view query,
                                             const PlayDefaults& defaults) {
  NC_RETURN_IF_ERROR(ValidateStreamName(app_and_name));
  PlayRequest request;
  request.stream = std::string(app_and_name.data(), app_and_name.size());
  request.start.gop_cache_ms = defaults.gop_cache_ms;
  request.start.policy = defaults.gop_cache_policy;
  request.merge_write_ms = defaults.merge_write_ms;
  for (absl::string_view pair : absl::StrSplit(query, '&')) {
    const std::pair<absl::string_view, absl::string_view> parameter =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    NC_RETURN_IF_ERROR(ApplyParameter(parameter.first, parameter.second, &request));
  }
  return request;
}

absl::StatusOr<std::string> ParseFlvPath(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, "/") || !absl::ConsumeSuffix(&path, ".flv")) {
    return absl::NotFoundError("want /app/stream.flv");
  }
  return std::string(path.data(), path.size());
}

absl::Status ValidateStreamName(absl::string_view app_and_name) {
  const size_t slash = app_and_name.find('/');
  if (slash == 0 || slash == absl::string_view::npos || slash + 1 == app_and_name.size()) {
    return absl::InvalidArgumentError("want a stream name of the form app/stream");
  }
  if (app_and_name.size() > kStreamNameBytesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("stream name longer than ", kStreamNameBytesMax, " bytes"));
  }
  if (std::any_of(app_and_name.begin(), app_and_name.end(),
                  [](unsigned char c) { return c < 0x21 || c > 0x7E; })) {
    return absl::InvalidArgumentError(
        "stream name with a byte that is not printable ASCII (0x21 to 0x7E); %-escape it");
  }
  return absl::OkStatus();
}

}  // namespace nearcast::egress
