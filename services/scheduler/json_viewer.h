// A v1::Viewer as parameters of a URL, for those who ask over HTTP.
#ifndef SERVICES_SCHEDULER_JSON_VIEWER_H_
#define SERVICES_SCHEDULER_JSON_VIEWER_H_

#include "absl/status/statusor.h"
#include "schedulerlib/model/viewer.h"
#include "services/http/request.h"

namespace nearcast {

// ip (absent: the connection's own), viewer (viewer_id), app, app_version, device, grade (1..8), os,
// network, class, recent_stalls, recent_retries, recent_age_s. INVALID_ARGUMENT (INVALID_VIEWER)
// says which one is wrong.
absl::StatusOr<scheduler::Viewer> ReadViewer(const http::Request& request,
                                             const http::QueryParams& params);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_JSON_VIEWER_H_
