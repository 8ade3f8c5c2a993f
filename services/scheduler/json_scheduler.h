// JSON over HTTP for clients without gRPC: streams, and what viewers play.
//
//   curl -d '{"publish_point":"demo"}' http://127.0.0.1:8080/v1/streams
//   curl -d '{"urls":["rtmp://cdn.example/live/s1"]}' http://127.0.0.1:8080/v1/streams/s1/forward
//   curl 'http://127.0.0.1:8080/v1/play?stream=s1&ip=14.215.177.39'
#ifndef SERVICES_SCHEDULER_JSON_SCHEDULER_H_
#define SERVICES_SCHEDULER_JSON_SCHEDULER_H_

#include "services/http/router.h"
#include "services/scheduler/stream_scheduler.h"

namespace nearcast {

// Adds every call of nearcast.v1.StreamScheduler, with messages as protobuf's JSON:
//   POST /v1/streams            a CreateStreamRequest → a Stream
//   GET  /v1/streams            a ListStreamsRequest as parameters → a ListStreamsResponse
//   GET  /v1/streams/NAME       → a Stream
//   POST /v1/streams/NAME/CALL  state, end, move, preheat, forward: the call's request without the
//                               stream (an empty body is an empty one) → a Stream
//   what viewers play           (json_play.h)
// Changes that a page of another site sends are refused. Refusals as in json_refusal.h. `scheduler` must outlive the router.
void RegisterJsonScheduler(http::Router* router, StreamScheduler* scheduler);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_JSON_SCHEDULER_H_
