// Server: HTTP/1.1 on a few threads, each with its own event loop and listening socket.
//
//   Router router;
//   router.Handle(Method::kGet, "/healthz", &ShowHealth);
//   NC_ASSIGN_OR_RETURN(auto server, Server::Listen({.port = 8080}, &router, Clock::System()));
//   …
//   server->Stop();
//
// RFC 9112: persistent connections, pipelining, chunked request bodies, Expect: 100-continue.
// Answers to pipelined requests leave in one write. What comes too slowly or too large is refused
// with 408, 413, 414 or 431.
#ifndef SERVICES_HTTP_SERVER_H_
#define SERVICES_HTTP_SERVER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "services/http/http_counters.h"
#include "services/http/router.h"
#include "services/http/server_options.h"

namespace nearcast::http {

class Worker;
class ConnectionLimits;
class TlsContext;

// Thread rule: Listen and Stop belong to one thread; the rest may be called from any.
class Server {
 public:
  // Binds, listens and starts the threads. `router` and `clock` must outlive the server and
  // `router` must be complete. kInvalidArgument for an address that is none or TLS files that
  // cannot be used; kUnavailable, saying
  // which address, when it cannot be listened on.
  static absl::StatusOr<std::unique_ptr<Server>> Listen(const ServerOptions& options,
                                                        const Router* router, const Clock* clock);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Closes the listening sockets and idle connections, lets requests in progress end (within
  // stop_deadline), and joins the threads. Idempotent. Never call it from a handler.
  void Stop();

  // Reads the TLS files again, for connections to come. On an error the old ones stay in use.
  absl::Status ReloadTls();

  uint16_t port() const { return port_; }
  HttpTotals totals() const;

 private:
  explicit Server(const ServerOptions& options);

  const ServerOptions options_;
  uint16_t port_ = 0;
  std::unique_ptr<ConnectionLimits> limits_;
  std::unique_ptr<TlsContext> tls_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_SERVER_H_
