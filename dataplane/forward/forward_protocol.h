// ForwardProtocol: an RTMP server that takes a stream of this node, as a ViewerProtocol: a viewer
// that publishes.
// Source: Adobe RTMP Specification 1.0, 7.2.2.6 (publish), 7.2.2.3 (deleteStream).
#ifndef DATAPLANE_FORWARD_FORWARD_PROTOCOL_H_
#define DATAPLANE_FORWARD_FORWARD_PROTOCOL_H_

#include <functional>
#include <memory>
#include <string>

#include "dataplane/egress/viewer_protocol.h"
#include "dataplane/media/rtmp_client_session.h"

namespace nearcast::forward {

// Thread rule: belongs to the viewer's thread.
class ForwardProtocol : public egress::ViewerProtocol {
 public:
  // Told once, when this is destroyed: OK when the stream has ended, and why not otherwise.
  using OnEnd = std::function<void(const absl::Status& reason)>;

  // Whether nobody orders the forward any more.
  using IsWithdrawn = std::function<bool()>;

  // `session` may publish (kReady).
  ForwardProtocol(std::unique_ptr<media::RtmpClientSession> session, OnEnd on_end,
                  IsWithdrawn is_withdrawn);
  ~ForwardProtocol() override;

  egress::Wire wire() const override { return egress::Wire::kRtmp; }
  std::string Open(const egress::Opening& opening) override;
  std::string Refuse(const absl::Status& reason) override;
  std::string Close() override;
  std::string Farewell() override;

  // Cancelled when the server has ended it, and the errors of RtmpClientSession::Read.
  absl::StatusOr<std::string> Read(absl::string_view input) override;

 private:
  const std::unique_ptr<media::RtmpClientSession> session_;
  const OnEnd on_end_;
  const IsWithdrawn is_withdrawn_;
  absl::Status end_ = absl::UnavailableError("the line broke off");
};

}  // namespace nearcast::forward

#endif  // DATAPLANE_FORWARD_FORWARD_PROTOCOL_H_
