#include "dataplane/srt/stream_id.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"

namespace nearcast::srt {
namespace {

constexpr char kPrefix[] = "#!::";

absl::Status SetKey(absl::string_view key, absl::string_view value, StreamWish* wish) {
  if (key == "r") {
    absl::ConsumePrefix(&value, "/");
    wish->target = std::string(value);
  } else if (key == "h") {
    wish->host = std::string(value);
  } else if (key == "m" && value != "request") {
    return absl::InvalidArgumentError("SRT stream id: the mode (m) must be request");
  } else if (key == "gop_cache_ms") {
    int64_t ms = 0;
    if (!absl::SimpleAtoi(value, &ms) || ms < 0 || ms > kGopCacheMsMax) {
      return absl::InvalidArgumentError("SRT stream id: gop_cache_ms: want 0 to 60000");
    }
    wish->gop_cache_ms = ms;
  } else if (key == "via") {
    wish->via = absl::StrSplit(value, '/', absl::SkipEmpty());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<StreamWish> ParseStreamId(absl::string_view id) {
  if (id.size() > kStreamIdBytesMax || !absl::ConsumePrefix(&id, kPrefix)) {
    return absl::InvalidArgumentError("SRT stream id: want #!::r=app/stream,m=request");
  }
  StreamWish wish;
  for (absl::string_view pair : absl::StrSplit(id, ',')) {
    const size_t equals = std::min(pair.find('='), pair.size());
    if (equals == pair.size()) continue;
    NC_RETURN_IF_ERROR(SetKey(pair.substr(0, equals), pair.substr(equals + 1), &wish));
  }
  if (wish.target.empty()) return absl::InvalidArgumentError("SRT stream id: no resource (r)");
  return wish;
}

absl::StatusOr<std::string> WriteStreamId(const StreamWish& wish) {
  for (const std::string& node : wish.via) {
    if (node.find_first_of(",/") != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("node ", node, " cannot be named in an SRT stream id"));
    }
  }
  if (absl::StrContains(wish.target, ',') || absl::StrContains(wish.host, ',')) {
    return absl::InvalidArgumentError("a URL with a comma cannot be asked for over SRT");
  }
  std::string id =
      absl::StrCat(kPrefix, "r=", wish.target, ",m=request,h=", wish.host,
                   ",gop_cache_ms=", wish.gop_cache_ms, ",via=", absl::StrJoin(wish.via, "/"));
  if (id.size() <= kStreamIdBytesMax) return id;
  return absl::InvalidArgumentError("the URL is too long for an SRT stream id");
}

}  // namespace nearcast::srt
