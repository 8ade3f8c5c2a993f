// HttpServer: a relay's HTTP port.
// Sources: RFC 9112 (2 messages, 6.3 body length, 9.3 persistence) and RFC 9110 (9.3.1 GET,
// 9.3.7 OPTIONS, 15 status codes).
//
//   GET /{app}/{stream}.flv     plays (play_request.h has the query), over WebSocket where that is
//                               asked for (RFC 6455); OPTIONS answers CORS
//   POST /{app}/{stream}.flv    publishes (HttpUploadTaker)
//   GET /metrics /healthz /api/streams /api/viewers?stream=&limit=
//   GET what the route owns: HLS (hls/hls_desk.h)
//   GET, PUT, DELETE what the local admin owns: standing orders (orders/order_page.h)
//
// A request that plays leaves this file at once: its socket goes to the PlayDesk, and nothing of
// HTTP stays with the viewer.
#ifndef DATAPLANE_EGRESS_HTTP_SERVER_H_
#define DATAPLANE_EGRESS_HTTP_SERVER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dataplane/egress/flv_protocol.h"
#include "dataplane/egress/http_route.h"
#include "dataplane/egress/http_upload.h"
#include "dataplane/egress/local_admin.h"
#include "dataplane/egress/play_desk.h"
#include "dataplane/egress/play_request.h"
#include "dataplane/egress/worker.h"

namespace nearcast::egress {

// Requests pass from node to node with the names of those that they came through: a node that finds
// its own name there refuses, so that pulls never go in a circle.
inline constexpr char kViaHeader[] = "X-Nearcast-Via";
inline constexpr size_t kViaNodesMax = 8;

struct HttpServerOptions {
  std::string node;
  PlayDefaults play;
  int64_t request_ms_max = 10'000;  // for a request to arrive whole, and between two
  int64_t reply_ms_max = 60'000;    // for a route's reply to be taken
  size_t connections_max = 16'384;  // per worker; viewers of streams not counted, those of HLS are
  std::vector<Worker*> workers;     // all of this node, for /api/viewers
  HttpUploadTaker* upload = nullptr;  // of this worker; null = nothing is published by HTTP
  std::function<std::string()> metrics;
  std::function<std::string()> streams_json;
  HttpRoute* route = nullptr;   // may be null
  LocalAdmin* admin = nullptr;  // may be null
};

// Serves on one worker. Thread rule: made before the worker starts, destroyed after it stopped.
class HttpServer {
 public:
  // Takes `listen_fd`.
  HttpServer(const HttpServerOptions& options, Worker* worker, PlayDesk* desk, int listen_fd);
  ~HttpServer();

  // TcpAcceptor::failed of its port. Any thread.
  uint64_t accepts_failed() const;

 private:
  class Connections;
  std::unique_ptr<Connections> connections_;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_HTTP_SERVER_H_
