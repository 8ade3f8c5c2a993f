// Router: which handler answers which method and path.
//
//   Router router;
//   router.Handle(Method::kGet, "/healthz", &ShowHealth);          // exactly this path
//   router.Handle(Method::kGet, "/{}/d", &Resolve);                // any first segment
//   router.Handle(Method::kGet, "/v1/streams/*", &ShowStream);     // the rest of the path
//   router.HandleLater(Method::kPost, "/v1/streams", &CreateStream);
//
// What "{}" or "*" stood for is request.wildcard. Source: RFC 9110 §9 (methods), §15.5.6 (405).
//
// An exact path goes before a first segment, and that before a rest; among rests the longest. HEAD
// is answered by the handler for GET unless it has its own. Thread rule: filled first, then only
// read, by any number of threads.
#ifndef SERVICES_HTTP_ROUTER_H_
#define SERVICES_HTTP_ROUTER_H_

#include <array>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/http/method.h"
#include "services/http/request.h"
#include "services/http/responder.h"
#include "services/http/response.h"

namespace nearcast::http {

// Answers at once, on the connection's own thread: it must not block. `response` comes fresh (200,
// JSON, empty). Where only some requests must wait, it calls request.AnswerLater() for those.
using Handler = std::function<void(const Request& request, Response& response)>;

// Answers later; must not block either. `request` is valid until the handler returns.
using LaterHandler = std::function<void(const Request& request, Responder responder)>;

// One of the two is set.
struct Endpoint {
  Handler now;
  LaterHandler later;
};

struct RouteMatch {
  const Endpoint* endpoint = nullptr;
  absl::string_view wildcard;
  // When the path is known and the method is not: the value of the Allow field (RFC 9110
  // section 10.2.1). Else empty.
  absl::string_view allow;
};

class Router {
 public:
  // A second handler for one method and path ends the process: routes are code, not input.
  void Handle(Method method, absl::string_view path, Handler handler);
  void HandleLater(Method method, absl::string_view path, LaterHandler handler);
  // For a path that answers every method itself, those that have no name included.
  void HandleAnyMethod(absl::string_view path, const Handler& handler);

  RouteMatch Find(Method method, absl::string_view path) const;

 private:
  struct Route {
    std::array<Endpoint, kMethods> endpoints;
    std::string allow;
  };

  Endpoint& Add(Method method, absl::string_view path);
  Route& RouteOf(absl::string_view path);
  static RouteMatch Choose(const Route& route, Method method, absl::string_view wildcard);

  absl::flat_hash_map<std::string, Route> exact_;
  absl::flat_hash_map<std::string, Route> after_first_segment_;  // by what follows "/{}"
  std::vector<std::pair<std::string, Route>> beginnings_;  // by what precedes "*"; longest first
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_ROUTER_H_
