// DaemonOptions: what nearcastd is told on its command line.
#ifndef SERVICES_DAEMON_DAEMON_OPTIONS_H_
#define SERVICES_DAEMON_DAEMON_OPTIONS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace nearcast {

enum class Role { kDns, kHttpdns, kScheduler };

struct DaemonOptions {
  std::set<Role> roles = {Role::kDns, Role::kHttpdns, Role::kScheduler};

  // As OpenStore reads it: "rocksdb:DIR" or "memory".
  std::string store = "rocksdb:var/store";

  // IP databases, later ones over earlier ones. Empty = every address is unknown.
  std::vector<std::string> ipdb_files;

  // The directory of the name tables. Empty = names stay as the databases have them.
  std::string names_dir;

  std::vector<std::string> dns_addresses = {"127.0.0.1"};
  uint16_t dns_port = 8053;
  uint32_t dns_threads = 1;
  std::string dns_nsid;                 // empty = off
  std::string dns_cookie_secrets_file;  // as ParseCookieSecrets reads it; empty = drawn
  std::string dns_tls_certificate_file;  // PEM; empty = no DNS over TLS
  std::string dns_tls_key_file;
  uint16_t dns_tls_port = 8853;
  std::string dns_limits = "on";        // "on", "count" or "off"
  uint32_t dns_limit_replies_per_s = 1000;
  uint32_t dns_limit_burst = 5000;
  std::vector<std::string> dns_limit_allow;  // prefixes, besides loopback

  std::string http_address = "127.0.0.1";
  uint16_t http_port = 8080;
  uint32_t http_threads = 1;

  // HTTP under TLS, at the same address and on as many threads again. 0 = none; else both files, in
  // PEM, must be set.
  uint16_t https_port = 0;
  std::string tls_certificate_file;
  std::string tls_key_file;

  // HOST:PORT.
  std::string grpc_address = "127.0.0.1:7070";

  // Whom HTTPDNS asks about names that are not ours: addresses with or without a port. Empty = those
  // of the system's resolv.conf; "none" alone = nobody.
  std::vector<std::string> upstream_servers;

  // Whether HTTPDNS believes the ip= parameter.
  bool trust_ip_parameter = true;

  // Whether nodes let in publishers of streams that nobody created here.
  bool admit_unknown_streams = true;

  // How long a node may say nothing before it is down, and how long a stream that ended is
  // remembered.
  absl::Duration node_silence = absl::Seconds(5);

  // That compile a configuration, > 0.
  uint32_t build_threads = 1;
  absl::Duration ended_stream_memory = absl::Hours(1);
};

// "dns,httpdns,scheduler" in any order. INVALID_ARGUMENT lists the choices.
absl::StatusOr<std::set<Role>> ParseRoles(absl::string_view text);

}  // namespace nearcast

#endif  // SERVICES_DAEMON_DAEMON_OPTIONS_H_
