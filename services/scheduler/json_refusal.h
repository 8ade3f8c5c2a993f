// A refused call as an HTTP answer: the gRPC code's status (google.rpc.Code's own mapping) and
// {"code":REASON,"message":…}.
#ifndef SERVICES_SCHEDULER_JSON_REFUSAL_H_
#define SERVICES_SCHEDULER_JSON_REFUSAL_H_

#include "absl/status/status.h"
#include "services/http/response.h"

namespace nearcast {

void Refuse(const absl::Status& status, http::Response& response);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_JSON_REFUSAL_H_
