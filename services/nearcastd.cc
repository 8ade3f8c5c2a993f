// nearcastd: the control plane. Decides which node, CDN, line and quality every viewer and
// broadcaster gets, and answers over DNS, HTTPDNS, gRPC and HTTP JSON.
#include <malloc.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/descriptors.h"
#include "base/list_flags.h"
#include "base/status_macros.h"
#include "services/daemon/daemon.h"
#include "spdlog/spdlog.h"

ABSL_FLAG(std::string, roles, "dns,httpdns,scheduler", "What this process does, comma-separated.");
ABSL_FLAG(std::string, store, "rocksdb:var/store",
          "Where configuration and streams are kept: rocksdb:DIR, or memory (gone at the end).");
ABSL_FLAG(std::vector<std::string>, ipdb, {},
          "IP databases, later ones over earlier ones: mmdb, CSV or compiled, also gzipped. "
          "SIGHUP reads them again.");
ABSL_FLAG(std::string, names, "", "Directory of the name tables (isp.csv, region.csv …).");
ABSL_FLAG(std::vector<std::string>, dns_listen, {"127.0.0.1"}, "Addresses for DNS.");
ABSL_FLAG(uint16_t, dns_port, 8053, "Port for DNS, UDP and TCP.");
ABSL_FLAG(uint32_t, dns_threads, 1, "UDP threads for each address.");
ABSL_FLAG(std::string, dns_nsid, "",
          "Which DNS server this is, for whom asks (NSID). Empty = off.");
ABSL_FLAG(std::string, dns_cookie_secrets, "",
          "File with the secrets of DNS cookies: lines \"current HEX\", \"old HEX\", \"next HEX\". "
          "Empty = drawn at the start.");
ABSL_FLAG(std::string, dns_tls_certificate, "",
          "Certificate chain for DNS over TLS, in PEM. Empty = none.");
ABSL_FLAG(std::string, dns_tls_key, "", "The certificate's key, in PEM.");
ABSL_FLAG(uint16_t, dns_tls_port, 8853, "Port for DNS over TLS.");
ABSL_FLAG(std::string, dns_limits, "on", "DNS response rate limits: on, count (only) or off.");
ABSL_FLAG(uint32_t, dns_limit_rate, 1000, "Replies a second for one client network and name.");
ABSL_FLAG(uint32_t, dns_limit_burst, 5000, "As many of them at once.");
ABSL_FLAG(std::vector<std::string>, dns_limit_allow, {},
          "Networks that are not limited, besides loopback: large resolvers.");
ABSL_FLAG(std::string, http_listen, "127.0.0.1", "Address for HTTPDNS, JSON, /metrics, /healthz.");
ABSL_FLAG(uint16_t, http_port, 8080, "Port for HTTP.");
ABSL_FLAG(uint32_t, http_threads, 1, "Threads for HTTP, and as many again for HTTPS.");
ABSL_FLAG(uint16_t, https_port, 0, "Port for HTTPS, at the address of HTTP; 0 = none.");
ABSL_FLAG(std::string, tls_cert, "", "The certificate for HTTPS, with its chain, in PEM.");
ABSL_FLAG(std::string, tls_key, "", "The certificate's private key, in PEM.");
ABSL_FLAG(std::string, grpc_listen, "127.0.0.1:7070", "HOST:PORT for gRPC.");
ABSL_FLAG(std::vector<std::string>, upstream, {},
          "Name servers that HTTPDNS asks about CDNs' names: IP[:PORT], … Empty = those of "
          "/etc/resolv.conf; none = aliases are given as such.");
ABSL_FLAG(bool, trust_ip_parameter, true, "Whether HTTPDNS believes a client's ip= parameter.");
ABSL_FLAG(bool, admit_unknown_streams, true,
          "Whether nodes let in publishers of streams that nobody created here.");
ABSL_FLAG(absl::Duration, node_silence, absl::Seconds(5),
          "How long a node may say nothing before it counts as down.");
ABSL_FLAG(uint32_t, build_threads, 0,
          "Threads that compile a configuration, while it lasts. 0 = one for each processor.");

namespace nearcast {
namespace {

constexpr char kUsage[] =
    R"(the control plane of Nearcast: decides, for every viewer and broadcaster of a live-streaming service, which node,
CDN, line and quality they get, and answers over DNS, HTTPDNS, gRPC and HTTP JSON.

Examples:
  nearcastd --ipdb=GeoLite2-City.mmdb,GeoLite2-ASN.mmdb --names=deploy/names
  nearcastd --store=rocksdb:/var/lib/nearcast --dns_listen=0.0.0.0,:: --dns_port=53 --dns_threads=4
  nearcastd --store=memory --ipdb=deploy/demo/networks.csv --names=deploy/names

Configure it with nearcastctl. SIGHUP reads IP databases and certificates again; SIGINT and SIGTERM stop it.)";

absl::StatusOr<DaemonOptions> OptionsFromFlags() {
  DaemonOptions options;
  NC_ASSIGN_OR_RETURN(options.roles, ParseRoles(absl::GetFlag(FLAGS_roles)));
  options.store = absl::GetFlag(FLAGS_store);
  options.ipdb_files = absl::GetFlag(FLAGS_ipdb);
  options.names_dir = absl::GetFlag(FLAGS_names);
  options.dns_addresses = absl::GetFlag(FLAGS_dns_listen);
  options.dns_port = absl::GetFlag(FLAGS_dns_port);
  options.dns_threads = absl::GetFlag(FLAGS_dns_threads);
  options.dns_nsid = absl::GetFlag(FLAGS_dns_nsid);
  options.dns_cookie_secrets_file = absl::GetFlag(FLAGS_dns_cookie_secrets);
  options.dns_tls_certificate_file = absl::GetFlag(FLAGS_dns_tls_certificate);
  options.dns_tls_key_file = absl::GetFlag(FLAGS_dns_tls_key);
  options.dns_tls_port = absl::GetFlag(FLAGS_dns_tls_port);
  options.dns_limits = absl::GetFlag(FLAGS_dns_limits);
  options.dns_limit_replies_per_s = absl::GetFlag(FLAGS_dns_limit_rate);
  options.dns_limit_burst = absl::GetFlag(FLAGS_dns_limit_burst);
  options.dns_limit_allow = absl::GetFlag(FLAGS_dns_limit_allow);
  options.http_address = absl::GetFlag(FLAGS_http_listen);
  options.http_port = absl::GetFlag(FLAGS_http_port);
  options.http_threads = absl::GetFlag(FLAGS_http_threads);
  options.https_port = absl::GetFlag(FLAGS_https_port);
  options.tls_certificate_file = absl::GetFlag(FLAGS_tls_cert);
  options.tls_key_file = absl::GetFlag(FLAGS_tls_key);
  options.grpc_address = absl::GetFlag(FLAGS_grpc_listen);
  options.upstream_servers = absl::GetFlag(FLAGS_upstream);
  options.trust_ip_parameter = absl::GetFlag(FLAGS_trust_ip_parameter);
  options.admit_unknown_streams = absl::GetFlag(FLAGS_admit_unknown_streams);
  options.node_silence = absl::GetFlag(FLAGS_node_silence);
  options.build_threads = absl::GetFlag(FLAGS_build_threads);
  if (options.build_threads == 0) {
    options.build_threads = std::max(1u, std::thread::hardware_concurrency());
  }
  return options;
}

sigset_t HandledSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

void Reload(Daemon& daemon) {
  const absl::Status status = daemon.ReloadPlaces();
  if (!status.ok()) {
    spdlog::error("the IP database was not read again, the old one stays in use: {}",
                  std::string(status.message()));
  }
  const absl::Status certificates = daemon.ReloadCertificates();
  if (!certificates.ok()) {
    spdlog::error("a certificate was not read again, the old one stays in use: {}",
                  std::string(certificates.message()));
  }
}

// Until SIGINT or SIGTERM.
void Serve(Daemon& daemon, const sigset_t& signals) {
  constexpr timespec kSweepEvery = {.tv_sec = 5, .tv_nsec = 0};
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &kSweepEvery);
    if (signal == SIGINT || signal == SIGTERM) return;
    if (signal == SIGHUP) Reload(daemon);
    daemon.Sweep();
  }
}

// One for each connection.
constexpr uint64_t kDescriptors = 65'536;

absl::Status Run() {
  // Blocked before any thread starts, so that only Serve sees them.
  const sigset_t signals = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  ReserveDescriptors(kDescriptors);
  // Debian's Abseil is built to look for deadlocks, under one lock for all mutexes of the process.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  // Answers are tens of kilobytes: what one has freed the next one takes, without asking the kernel.
  mallopt(M_TRIM_THRESHOLD, 64 << 20);
  NC_ASSIGN_OR_RETURN(const DaemonOptions options, OptionsFromFlags());
  NC_ASSIGN_OR_RETURN(const std::unique_ptr<Daemon> daemon, Daemon::Start(options));
  for (const absl::string_view door : absl::StrSplit(daemon->Describe(), '\n', absl::SkipEmpty())) {
    spdlog::info("listening: {}", std::string(door));
  }
  Serve(*daemon, signals);
  spdlog::info("stopping");
  return absl::OkStatus();
}

}  // namespace
}  // namespace nearcast

int main(int argc, char** argv) {
  absl::FlagsUsageConfig config;
  config.contains_help_flags = [](absl::string_view file) {
    return absl::EndsWith(file, "nearcastd.cc");
  };
  absl::SetFlagsUsageConfig(config);
  absl::SetProgramUsageMessage(nearcast::kUsage);
  const std::vector<char*> rest = nearcast::ParseFlagsWithLists(argc, argv);
  if (rest.size() > 1) {
    std::cerr << "nearcastd: unexpected argument \"" << rest[1] << "\"; see nearcastd --help\n";
    return 2;
  }
  const absl::Status status = nearcast::Run();
  if (status.ok()) return 0;
  std::cerr << "nearcastd: " << status.message() << "\n";
  return 1;
}
