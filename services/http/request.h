// Request: one HTTP request as a handler sees it.
//
//   void ShowPlace(const Request& request, Response& response) {
//     const auto params = request.params();
//     if (!params.ok()) return Refuse(params.status(), response);
//     Use((*params)->Get("ip"), request.client);
//   }
//
// Every view, and the request itself, is valid until the handler returns; a handler that answers
// later copies what it needs before. A handler that answers most requests at once and some later
// (router.h) calls AnswerLater for those.
#ifndef SERVICES_HTTP_REQUEST_H_
#define SERVICES_HTTP_REQUEST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "ipdb/ip_address.h"
#include "services/http/method.h"
#include "services/http/query_params.h"
#include "services/http/responder.h"

namespace nearcast::http {

enum class Transport : uint8_t { kPlain, kTls };

struct HeaderField {
  absl::string_view name;   // as sent
  absl::string_view value;  // without the spaces around it
};

// The connection's side of AnswerLater.
class Deferrer {
 public:
  virtual Responder Defer() = 0;

 protected:
  ~Deferrer() = default;
};

struct Request {
  Method method = Method::kUnknown;
  absl::string_view path;      // decoded; begins with '/'
  absl::string_view query;     // as sent, without '?'
  absl::string_view wildcard;  // what the route's "{}" or "*" stood for, see router.h
  absl::string_view body;
  std::vector<HeaderField> headers;

  ipdb::IpAddress client;  // The connection's peer.
  Transport transport = Transport::kPlain;
  // Which of the server's threads runs the handler, counted from ServerOptions::first_worker.
  uint32_t worker = 0;

  // Read at the first call. kInvalidArgument as QueryParams::Parse.
  absl::StatusOr<const QueryParams*> params() const;

  // The first field of that name in any case; "" if there is none.
  absl::string_view header(absl::string_view name) const;

  // At most once, by the handler, on its thread: what it has written into its response is dropped
  // then, and the connection's next request waits. Requires a request that a server has received.
  Responder AnswerLater() const { return deferrer->Defer(); }

  // Forgets the last request and keeps the memory.
  void Clear();

  // Where `path` lies when the target had escapes in it.
  std::string decoded_path;

  Deferrer* deferrer = nullptr;  // null for a request that was made otherwise

 private:
  enum class ParamsState : uint8_t { kUnread, kRead };

  mutable ParamsState params_state_ = ParamsState::kUnread;
  mutable absl::Status params_status_;
  mutable QueryParams params_;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_REQUEST_H_
