#include "dataplane/orders/rtmp_url.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "dataplane/pull/http_url.h"

namespace nearcast::orders {
namespace {

constexpr size_t kBytesMax = 1'000;

}  // namespace

absl::StatusOr<RtmpUrl> ParseRtmpUrl(absl::string_view url) {
  const auto bad = [](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("forward URL: ", why, "; want rtmp://host[:port]/app/stream"));
  };
  if (url.size() > kBytesMax) return bad("too long");
  absl::string_view rest = url;
  if (!absl::ConsumePrefix(&rest, "rtmp://")) return bad("no rtmp://");
  if (rest.find('#') != absl::string_view::npos) return bad("it has a #");
  if (!std::all_of(rest.begin(), rest.end(),
                   [](unsigned char c) { return absl::ascii_isgraph(c); })) {
    return bad("a blank or a control character");
  }
  // Host and port are written as in HTTP.
  NC_ASSIGN_OR_RETURN(pull::HttpUrl parts, pull::ParseHttpUrl(absl::StrCat("http://", rest)));
  const absl::string_view path = absl::string_view(parts.target).substr(1);
  const size_t slash = path.find('/');
  if (slash == absl::string_view::npos || slash == 0 || slash + 1 == path.size()) {
    return bad("no application and stream");
  }
  RtmpUrl parsed;
  parsed.host = std::move(parts.host);
  if (parts.has_port) parsed.port = std::move(parts.port);
  parsed.app = std::string(path.substr(0, slash));
  parsed.stream = std::string(path.substr(slash + 1));
  parsed.tc_url = absl::StrCat("rtmp://", parts.authority, "/", parsed.app);
  return parsed;
}

}  // namespace nearcast::orders
