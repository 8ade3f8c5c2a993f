// From absl::Status to what gRPC carries, with AIP-193's ErrorInfo where a reason was given.
//
//   return WithReason(absl::FailedPreconditionError("stream s1 is ended"), "STREAM_ENDED");
#ifndef SERVICES_RPC_STATUS_H_
#define SERVICES_RPC_STATUS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "grpcpp/support/status.h"

namespace nearcast::rpc {

// The `domain` of every ErrorInfo.
inline constexpr char kErrorDomain[] = "nearcast.v1";

// `reason` is upper case with '_'. An OK status stays as it is.
absl::Status WithReason(absl::Status status, absl::string_view reason);

// "" when none was given.
std::string ReasonOf(const absl::Status& status);

// Codes are the same numbers in both worlds.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace nearcast::rpc

#endif  // SERVICES_RPC_STATUS_H_
