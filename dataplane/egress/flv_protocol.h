// FlvProtocol: HTTP-FLV as a ViewerProtocol. Has no state: all HTTP-FLV viewers share one.
// The body has no length and no chunks: it ends with the connection (RFC 9112, 6.3, rule 8), so
// that frames go out untouched.
#ifndef DATAPLANE_EGRESS_FLV_PROTOCOL_H_
#define DATAPLANE_EGRESS_FLV_PROTOCOL_H_

#include <string>

#include "dataplane/egress/viewer_protocol.h"

namespace nearcast::egress {

// Thread rule: any thread.
class FlvProtocol : public ViewerProtocol {
 public:
  Wire wire() const override { return Wire::kFlv; }
  std::string Open(const Opening& opening) override;
  std::string Refuse(const absl::Status& reason) override;
  std::string Close() override { return ""; }

  // A player has nothing to say after its request: ignored, never an error.
  absl::StatusOr<std::string> Read(absl::string_view input) override { return std::string(); }
};

// A whole response with a JSON body that says why, for a status that is not OK.
std::string BuildHttpRefusal(const absl::Status& reason);

// RFC 9110, 15: InvalidArgument 400, PermissionDenied and Unauthenticated 403, NotFound and
// DeadlineExceeded 404, AlreadyExists and Aborted 409, ResourceExhausted and Unavailable 503;
// RFC 5842, 7.2: FailedPrecondition (a loop) 508; anything else 500.
int HttpStatusOf(absl::StatusCode code);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_FLV_PROTOCOL_H_
