// JSON over HTTP for clients without gRPC: POST /v1/streams and GET /v1/play.
//
//   curl -d '{"publish_point":"demo"}' http://127.0.0.1:8080/v1/streams
//   curl 'http://127.0.0.1:8080/v1/play?stream=s1&ip=14.215.177.39'
#ifndef SERVICES_SCHEDULER_JSON_SCHEDULER_H_
#define SERVICES_SCHEDULER_JSON_SCHEDULER_H_

#include "services/http/router.h"
#include "services/scheduler/stream_scheduler.h"

namespace nearcast {

// Adds:
//   POST /v1/streams       a CreateStreamRequest as JSON → a Stream as JSON
//   GET  /v1/streams/NAME  → a Stream as JSON
//   GET  /v1/play          → {"stream_url":{…}}, or with format=veplayer that player's object;
//                          stream, ip (absent: the connection's own), viewer, app, app_version,
//                          device, grade (1..8)
// Errors: the gRPC code's HTTP status and {"code":REASON,"message":…}. `scheduler` must outlive the
// router.
void RegisterJsonScheduler(http::Router* router, StreamScheduler* scheduler);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_JSON_SCHEDULER_H_
