// JSON over HTTP for clients without gRPC: streams, and what viewers play.
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
//   what viewers play      (json_play.h)
// Refusals as in json_refusal.h. `scheduler` must outlive the router.
void RegisterJsonScheduler(http::Router* router, StreamScheduler* scheduler);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_JSON_SCHEDULER_H_
