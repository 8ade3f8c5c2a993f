// WsFlvProtocol: FLV over WebSocket as a ViewerProtocol: one binary message per tag, the FLV header
// and the sequence headers in the first. What browsers' players take (flv.js, mpegts.js).
// Sources: RFC 6455; Adobe Flash Video File Format 10.1, E.2 to E.4.
#ifndef DATAPLANE_EGRESS_WS_FLV_PROTOCOL_H_
#define DATAPLANE_EGRESS_WS_FLV_PROTOCOL_H_

#include <memory>
#include <string>

#include "dataplane/egress/viewer_protocol.h"
#include "dataplane/media/web_socket.h"

namespace nearcast::egress {

// Thread rule: belongs to the viewer's thread.
class WsFlvProtocol : public ViewerProtocol {
 public:
  // `key` is the request's Sec-WebSocket-Key, `version` its Sec-WebSocket-Version. InvalidArgument
  // when either cannot be.
  static absl::StatusOr<std::shared_ptr<WsFlvProtocol>> Make(absl::string_view key,
                                                             absl::string_view version);

  Wire wire() const override { return Wire::kWebSocket; }
  std::string Open(const Opening& opening) override;
  std::string Refuse(const absl::Status& reason) override;
  std::string Close() override;

  // Pongs for pings. The errors of WsReader; ResourceExhausted when it talks on while it waits for
  // the stream.
  absl::StatusOr<std::string> Read(absl::string_view input) override;

 private:
  explicit WsFlvProtocol(std::string accept) : accept_(std::move(accept)) {}

  const std::string accept_;
  bool open_ = false;
  std::string early_;  // what came before the answer
  media::WsReader reader_;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_WS_FLV_PROTOCOL_H_
