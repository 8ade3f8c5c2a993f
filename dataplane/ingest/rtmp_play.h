// RtmpPlay: an RTMP player as a ViewerProtocol. It owns the session from the play command on: while
// the stream is awaited, what the player says is kept aside; then the session answers it.
// Source: Adobe RTMP Specification 1.0, 7.2.2 (onStatus), 7.2.2.1 (play), 7.2.2.3 (deleteStream).
#ifndef DATAPLANE_INGEST_RTMP_PLAY_H_
#define DATAPLANE_INGEST_RTMP_PLAY_H_

#include <memory>
#include <string>

#include "dataplane/egress/viewer_protocol.h"
#include "dataplane/media/rtmp_server_session.h"

namespace nearcast::ingest {

// Thread rule: belongs to the viewer's thread.
class RtmpPlay : public egress::ViewerProtocol {
 public:
  // `session` has returned RtmpPlay and has not been answered; `unread` is what the peer sent
  // behind it.
  RtmpPlay(std::unique_ptr<media::RtmpServerSession> session, std::string unread);

  egress::Wire wire() const override { return egress::Wire::kRtmp; }
  std::string Open(const egress::Opening& opening) override;
  std::string Refuse(const absl::Status& reason) override;
  std::string Close() override;

  // Cancelled when the player ends or wants another stream; ResourceExhausted when it talks on
  // while it waits; and the errors of RtmpReceiver::Read.
  absl::StatusOr<std::string> Read(absl::string_view input) override;

 private:
  std::unique_ptr<media::RtmpServerSession> session_;
  std::string unread_;
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_RTMP_PLAY_H_
