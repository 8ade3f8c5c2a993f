// What the two RTMP sessions (rtmp_server_session.h, rtmp_client_session.h) share: events, names,
// options. Source: Adobe RTMP Specification 1.0, 7.1 (media messages), 7.2 (commands).
#ifndef DATAPLANE_MEDIA_RTMP_SESSION_H_
#define DATAPLANE_MEDIA_RTMP_SESSION_H_

#include <cstdint>
#include <string>
#include <variant>

#include "absl/strings/string_view.h"
#include "dataplane/media/chunk_reader.h"
#include "dataplane/media/frame.h"
#include "dataplane/media/rtmp_message.h"

namespace nearcast::media {

// What a peer names when it publishes or plays: rtmp://host/app/stream?query.
struct RtmpStreamName {
  std::string host;    // of tcUrl, without port; empty when there is none
  std::string app;     // without query, may hold slashes
  std::string stream;  // without query, may hold slashes
  std::string query;   // of the stream's name, and of the app or tcUrl behind it; joined by '&';
                       // tokens stand here
};

// Splits what connect and publish or play said.
RtmpStreamName BuildStreamName(absl::string_view tc_url, absl::string_view app,
                               absl::string_view stream_name);

// The peer wants to publish, or to play: answer with Accept or Refuse before anything else.
struct RtmpPublish {
  RtmpStreamName name;
  std::string via;  // ConnectCommand::via
};
struct RtmpPlay {
  RtmpStreamName name;
};

// One audio, video or script message; payload is an FLV tag body (a script's without
// @setDataFrame).
struct RtmpMedia {
  FrameKind kind = FrameKind::kScript;
  uint32_t dts_ms = 0;
  std::string payload;
};

// The client session only: the server accepted the publish or play.
struct RtmpReady {};

// The peer ended the stream on purpose (deleteStream, closeStream, FCUnpublish; as a client:
// StreamEOF or the status UnpublishNotify). The connection stays open and may publish or play
// again.
struct RtmpStreamEnd {};

using RtmpEvent = std::variant<RtmpPublish, RtmpPlay, RtmpMedia, RtmpReady, RtmpStreamEnd>;

struct RtmpSessionOptions {
  ChunkLimits chunk_limits;
  uint32_t chunk_size = 60000;          // that we send with, bytes
  uint32_t window_ack_bytes = 2500000;  // that we ask the peer to acknowledge after
};

// How a media message of ours travels: chunk stream by kind.
RtmpMessageHeader MediaMessageHeader(FrameKind kind, uint32_t dts_ms, uint32_t message_stream_id);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_RTMP_SESSION_H_
