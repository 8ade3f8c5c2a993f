// What viewers play, over HTTP, for players and services without gRPC.
//
//   curl 'http://127.0.0.1:8080/v1/play?stream=s1&ip=14.215.177.39'
#ifndef SERVICES_SCHEDULER_JSON_PLAY_H_
#define SERVICES_SCHEDULER_JSON_PLAY_H_

#include "services/http/router.h"
#include "services/scheduler/stream_scheduler.h"

namespace nearcast {

// Adds, each taking the viewer's parameters (json_viewer.h):
//   GET /v1/play?stream=            {"stream_url":{…}}; or with format=
//                                     veplayer  that player's object
//                                     auto      the AUTO list
//                                     hls       a multivariant playlist that is steered by:
//   GET /v1/steering/STREAM         a content steering manifest, for DASH when the player says
//                                   _DASH_pathway or form=dash; 410 once the stream is over
//   GET /v1/plays?streams=a,b       {"results":[{"stream":"a","stream_url":{…}},
//                                               {"stream":"b","code":…,"message":…}]}; with format=
//                                     the other forms, as "document":…
// Refusals as in json_refusal.h. `scheduler` must outlive the router.
void RegisterJsonPlay(http::Router* router, StreamScheduler* scheduler);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_JSON_PLAY_H_
