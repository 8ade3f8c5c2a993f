// HttpRoute: paths of the relay's HTTP port that somebody else answers (hls/hls_desk.h): a whole
// response each, whose body is sent from where it lies.
#ifndef DATAPLANE_EGRESS_HTTP_ROUTE_H_
#define DATAPLANE_EGRESS_HTTP_ROUTE_H_

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "dataplane/egress/viewer_status.h"
#include "dataplane/egress/worker.h"

namespace nearcast::egress {

struct RouteRequest {
  std::string path;            // without the signature before it
  std::string path_signature;  // admission/attempt.h
  std::string query;           // without '?'
  std::string host;
  std::string peer_address;  // IP alone; empty when the peer has gone
  std::vector<std::string> via;
};

struct RouteReply {
  // Status line and header fields, Content-Length of the body and "Connection: keep-alive" among
  // them.
  std::string head;
  std::vector<std::shared_ptr<const std::string>> body;
  bool keep_alive = true;
};

// Thread rule: any worker's thread.
class HttpRoute {
 public:
  virtual ~HttpRoute() = default;

  virtual bool Owns(absl::string_view path) const = 0;

  // On `worker`'s thread. May take its time: it is the route that bounds it.
  virtual boost::asio::awaitable<RouteReply> Answer(RouteRequest request, Worker* worker) = 0;

  // Those whom it takes for viewers, at most `limit`, of one stream or (empty) of all.
  virtual std::vector<ViewerStatus> Viewers(const std::string& stream, size_t limit) const = 0;

  // The reply has been sent, all of it or not.
  virtual void NoteSent(size_t bytes) = 0;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_HTTP_ROUTE_H_
