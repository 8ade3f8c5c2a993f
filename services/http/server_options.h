// ServerOptions: where an HTTP server listens and what it bears.
#ifndef SERVICES_HTTP_SERVER_OPTIONS_H_
#define SERVICES_HTTP_SERVER_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace nearcast::http {

struct ServerOptions {
  std::string address = "127.0.0.1";  // IPv4 or IPv6; "::" also takes IPv4
  uint16_t port = 8080;               // 0: any free one, see Server::port
  uint32_t threads = 1;

  // Request::worker of the first thread. Servers that share handlers have ranges of their own, so
  // that no two threads share a worker's memory.
  uint32_t first_worker = 0;

  // PEM files. Both set: TLS instead of plain TCP.
  std::string tls_certificate_file;
  std::string tls_key_file;

  // Request line and header fields together.
  size_t head_bytes_max = 16 * 1024;
  size_t body_bytes_max = 1 << 20;
  // Beyond it, and where descriptors run out, a connection that waits for its client gives way.
  uint32_t connections_max = 65536;
  // Generous, because a carrier's NAT is one address; see ConnectionLimits for IPv6.
  uint32_t connections_per_address_max = 4096;

  // Deadlines are watched every 50 ms for each 4096 connections of a thread, so they pass up to that
  // much later. The first runs from the first byte of a request to the end of its head, however the
  // bytes trickle.
  absl::Duration head_deadline = absl::Seconds(10);
  absl::Duration body_deadline = absl::Seconds(30);
  absl::Duration idle_deadline = absl::Seconds(60);     // between requests
  absl::Duration handler_deadline = absl::Seconds(30);  // for a LaterHandler: 504 then
  absl::Duration write_deadline = absl::Seconds(30);    // without progress
  absl::Duration stop_deadline = absl::Seconds(2);      // for work in progress when Stop is called
};

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_SERVER_OPTIONS_H_
