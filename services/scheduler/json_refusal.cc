#include "services/scheduler/json_refusal.h"

#include "services/rpc/status.h"

namespace nearcast {
namespace {

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
      return 400;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return 409;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

}  // namespace

void Refuse(const absl::Status& status, http::Response& response) {
  http::WriteError(HttpStatusOf(status.code()), rpc::ReasonOf(status), status.message(), response);
}

}  // namespace nearcast
