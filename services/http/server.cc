#include "services/http/server.h"

#include <boost/asio/ip/tcp.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "services/http/connection_limits.h"
#include "services/http/session.h"
#include "services/http/tls_context.h"
#include "services/http/worker.h"

namespace nearcast::http {
namespace {

using boost::asio::ip::tcp;

// SO_REUSEPORT would let a second process of the same user share the port in silence. A socket
// without it tells.
absl::Status CheckPortIsFree(const tcp::endpoint& endpoint) {
  boost::asio::io_context io;
  boost::system::error_code error;
  tcp::acceptor probe(io);
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(boost::asio::socket_base::reuse_address(true), error);
  if (!error) probe.bind(endpoint, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("cannot listen on ", endpoint.address().to_string(),
                                             " port ", endpoint.port(), ": ", error.message()));
}

}  // namespace

Server::Server(const ServerOptions& options) : options_(options) {}

absl::StatusOr<std::unique_ptr<Server>> Server::Listen(const ServerOptions& options,
                                                       const Router* router, const Clock* clock) {
  NC_CHECK(options.threads > 0);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(options.address, error);
  if (error) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", options.address, "\" is not an address to listen on"));
  }
  tcp::endpoint endpoint(address, options.port);
  if (absl::Status status = CheckPortIsFree(endpoint); !status.ok()) return status;
  std::unique_ptr<Server> server(new Server(options));
  if (!options.tls_certificate_file.empty() || !options.tls_key_file.empty()) {
    auto tls = TlsContext::Load(options.tls_certificate_file, options.tls_key_file);
    if (!tls.ok()) return tls.status();
    server->tls_ = *std::move(tls);
  }
  server->limits_ = std::make_unique<ConnectionLimits>(options.connections_max,
                                                       options.connections_per_address_max);
  const Worker::Shared shared{&server->options_,
                              router,
                              clock,
                              server->limits_.get(),
                              server->tls_ == nullptr ? &ServePlain : &ServeTls,
                              server->tls_.get()};
  for (uint32_t i = 0; i < options.threads; ++i) {
    auto worker = std::make_unique<Worker>(shared, i);
    if (absl::Status status = worker->Listen(&endpoint); !status.ok()) return status;
    server->workers_.push_back(std::move(worker));
  }
  server->port_ = endpoint.port();
  for (const auto& worker : server->workers_) worker->Start();
  return server;
}

Server::~Server() { Stop(); }

void Server::Stop() {
  for (const auto& worker : workers_) worker->RequestStop();
  for (const auto& worker : workers_) worker->Join();
}

absl::Status Server::ReloadTls() {
  return tls_ == nullptr ? absl::OkStatus() : tls_->Reload();
}

HttpTotals Server::totals() const {
  HttpTotals totals;
  for (const auto& worker : workers_) worker->counters().AddTo(&totals);
  return totals;
}

}  // namespace nearcast::http
