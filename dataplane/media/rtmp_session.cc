#include "dataplane/media/rtmp_session.h"

#include "absl/strings/str_cat.h"

namespace nearcast::media {
namespace {

struct Cut {
  absl::string_view before;
  absl::string_view after;  // empty when the separator is absent
};

Cut CutAt(absl::string_view text, char separator) {
  const size_t at = text.find(separator);
  if (at == absl::string_view::npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

// The host in scheme://host[:port]/path. IPv6 addresses stand in brackets, which are dropped.
absl::string_view HostOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == absl::string_view::npos) return {};
  const absl::string_view authority = CutAt(CutAt(url.substr(scheme + 3), '/').before, '?').before;
  if (!authority.empty() && authority.front() == '[') {
    return CutAt(authority.substr(1), ']').before;
  }
  return CutAt(authority, ':').before;
}

uint32_t ChunkStreamOf(FrameKind kind) {
  switch (kind) {
    case FrameKind::kAudio:
      return kAudioChunkStream;
    case FrameKind::kVideo:
      return kVideoChunkStream;
    case FrameKind::kScript:
      break;
  }
  return kDataChunkStream;
}

}  // namespace

RtmpStreamName BuildStreamName(absl::string_view tc_url, absl::string_view app,
                               absl::string_view stream_name) {
  const Cut app_cut = CutAt(app, '?');
  const Cut stream_cut = CutAt(stream_name, '?');
  absl::string_view app_name = app_cut.before;
  while (!app_name.empty() && app_name.back() == '/') app_name.remove_suffix(1);
  const absl::string_view app_query =
      app_cut.after.empty() ? CutAt(tc_url, '?').after : app_cut.after;
  const char* joint = stream_cut.after.empty() || app_query.empty() ? "" : "&";
  return {.host = std::string(HostOf(tc_url)),
          .app = std::string(app_name),
          .stream = std::string(stream_cut.before),
          .query = absl::StrCat(stream_cut.after, joint, app_query)};
}

RtmpMessageHeader MediaMessageHeader(FrameKind kind, uint32_t dts_ms, uint32_t message_stream_id) {
  return {.chunk_stream_id = ChunkStreamOf(kind),
          .timestamp_ms = dts_ms,
          .type = static_cast<RtmpType>(kind),
          .message_stream_id = message_stream_id};
}

}  // namespace nearcast::media
