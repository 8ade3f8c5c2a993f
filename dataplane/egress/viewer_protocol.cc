#include "dataplane/egress/viewer_protocol.h"

#include "absl/strings/str_cat.h"

namespace nearcast::egress {
namespace {

void AppendHeader(const stream::FrameRef& header, const Opening& opening, Wire wire,
                  std::string* out) {
  if (!header) return;
  // Players take metadata at time 0 for the file's, and at any other time for a subtitle.
  const bool at_zero = header->role() == stream::FrameRole::kScript && wire != Wire::kLink;
  const int64_t dts_ms = at_zero ? 0 : opening.dts_ms;
  const stream::FrameRef frame =
      stream::Frame::Make({header->role(), dts_ms, header->id()}, header->payload());
  switch (wire) {
    case Wire::kFlv:
      absl::StrAppend(out, frame->flv());
      break;
    case Wire::kWebSocket:
      absl::StrAppend(out, frame->ws_flv());
      break;
    case Wire::kRtmp:
      absl::StrAppend(out, frame->rtmp_header(), frame->payload());
      break;
    case Wire::kLink:
      absl::StrAppend(out, frame->link_header(), frame->payload());
      break;
  }
}

}  // namespace

std::string BuildHeaderBytes(const Opening& opening, Wire wire) {
  std::string out;
  if (opening.wanted == stream::Wanted::kEverything) {
    AppendHeader(opening.headers->metadata, opening, wire, &out);
    if (opening.has_video) AppendHeader(opening.headers->video, opening, wire, &out);
  }
  if (opening.has_audio) AppendHeader(opening.headers->audio, opening, wire, &out);
  return out;
}

std::string BuildPromiseField(const Opening& opening) {
  if (!opening.promised_ms) return "";
  return absl::StrCat("X-Nearcast-Gop-Cache-Ms: ", *opening.promised_ms,
                      "\r\nAccess-Control-Expose-Headers: X-Nearcast-Gop-Cache-Ms\r\n");
}

const char* WireName(Wire wire) {
  switch (wire) {
    case Wire::kFlv:
      return "http-flv";
    case Wire::kWebSocket:
      return "ws-flv";
    case Wire::kRtmp:
      return "rtmp";
    case Wire::kLink:
      return "link";
  }
  return "unknown";
}

}  // namespace nearcast::egress
