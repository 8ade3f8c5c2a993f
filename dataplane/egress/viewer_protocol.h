// ViewerProtocol: what differs between viewers of one stream: the bytes around the frames, and what
// they may say back. HTTP-FLV viewers share one object (flv_protocol.h); each RTMP viewer has its
// own, with its session (ingest/rtmp_play.h).
#ifndef DATAPLANE_EGRESS_VIEWER_PROTOCOL_H_
#define DATAPLANE_EGRESS_VIEWER_PROTOCOL_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/stream/frame_ring.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::egress {

// How a frame lies on the wire: Frame::flv(), Frame::ws_flv(), or Frame::rtmp_header() or
// Frame::link_header() and payload().
enum class Wire : uint8_t { kFlv, kWebSocket, kRtmp, kLink };

// "http-flv", "ws-flv", "rtmp", "link".
const char* WireName(Wire wire);

// What a viewer is shown first.
struct Opening {
  const stream::Headers* headers = nullptr;
  bool has_video = false;
  bool has_audio = false;
  int64_t dts_ms = 0;                  // of the first frame
  std::optional<int64_t> promised_ms;  // the start limit, where more was asked than is promised
  stream::Wanted wanted = stream::Wanted::kEverything;
};

// Thread rule: belongs to the viewer's thread, or has no state.
class ViewerProtocol {
 public:
  virtual ~ViewerProtocol() = default;

  virtual Wire wire() const = 0;

  // Everything before the first frame, headers included. Called once.
  virtual std::string Open(const Opening& opening) = 0;

  // Instead of Open: no stream for this viewer, and why.
  virtual std::string Refuse(const absl::Status& reason) = 0;

  // After the last frame; the connection is closed behind it.
  virtual std::string Close() = 0;

  // Whether KeepAlive is to be asked.
  virtual bool IsKeptAlive() const { return false; }

  // What shows that the line is alive while there is nothing to send, waiting viewers included.
  virtual std::string KeepAlive() { return ""; }

  // Asked when the other end will send no more: what is still to be said to it behind the frame that
  // is on its way, before the connection is closed. Empty: it has gone.
  virtual std::string Farewell() { return ""; }

  // Bytes from the viewer in, bytes for it out. An error ends the viewer; Cancelled is its own
  // goodbye.
  virtual absl::StatusOr<std::string> Read(absl::string_view input) = 0;
};

// The field of a response that tells `promised_ms`, with its line's end; empty where there is none.
std::string BuildPromiseField(const Opening& opening);

// The sequence headers (and metadata) of `opening` as frames at its time, in wire form, of the
// tracks that have shown a frame: a player given the header of one that never does waits for it. A viewer of
// sound alone gets no metadata: it would announce the picture.
std::string BuildHeaderBytes(const Opening& opening, Wire wire);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_VIEWER_PROTOCOL_H_
