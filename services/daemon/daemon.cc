#include "services/daemon/daemon.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "ipdb/database.h"
#include "ipdb/name_table.h"
#include "schedulerlib/standby/heard_line.h"
#include "services/admin/admin.h"
#include "services/admin/grpc_admin.h"
#include "services/callback/callback_desk.h"
#include "services/callback/play_desk.h"
#include "services/client/client_desk.h"
#include "services/client/grpc_client.h"
#include "services/daemon/daemon_metrics.h"
#include "services/daemon/grpc_server.h"
#include "services/daemon/listen_addresses.h"
#include "services/dns/dns_service.h"
#include "services/http/health_page.h"
#include "services/http/metrics_page.h"
#include "services/http/server.h"
#include "services/httpdns/httpdns.h"
#include "services/node/admission_desk.h"
#include "services/node/grpc_node.h"
#include "services/node/node_desk.h"
#include "services/node/stream_board.h"
#include "services/publisher/publisher.h"
#include "services/scheduler/grpc_scheduler.h"
#include "services/scheduler/json_scheduler.h"
#include "services/scheduler/ratio_desk.h"
#include "services/scheduler/ratio_metrics.h"
#include "services/scheduler/stream_lifecycle.h"
#include "services/scheduler/stream_scheduler.h"
#include "services/simulate/grpc_simulator.h"
#include "services/simulate/simulator.h"
#include "services/store/open_store.h"
#include "services/sync/config_follower.h"
#include "services/upstream/upstream.h"
#include "services/upstream/upstream_metrics.h"
#include "spdlog/spdlog.h"

namespace nearcast {
namespace {

absl::StatusOr<std::shared_ptr<const ipdb::PrefixTable>> LoadPlaces(const DaemonOptions& options,
                                                                    const ipdb::NameTable& names) {
  if (options.ipdb_files.empty()) return std::make_shared<const ipdb::PrefixTable>();
  NC_ASSIGN_OR_RETURN(auto places, ipdb::LoadPrefixTable(options.ipdb_files, {.names = &names}));
  spdlog::info("IP database: {} IPv4 and {} IPv6 runs over {} places, from {}",
               places->v4().runs().size(), places->v6().runs().size(), places->cell_count() - 1,
               absl::StrJoin(options.ipdb_files, ", "));
  return places;
}

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  if (in.good() && text.good()) return text.str();
  return absl::NotFoundError(absl::StrCat("cannot read ", file));
}

absl::StatusOr<dns::RateLimits> ReadDnsLimits(const DaemonOptions& options) {
  dns::RateLimits limits{.replies_per_s = options.dns_limit_replies_per_s,
                         .burst = options.dns_limit_burst,
                         .allowed = dns::LoopbackNetworks()};
  if (options.dns_limits == "off") {
    limits.mode = dns::LimitMode::kOff;
  } else if (options.dns_limits == "count") {
    limits.mode = dns::LimitMode::kCountOnly;
  } else if (options.dns_limits != "on") {
    return absl::InvalidArgumentError(
        absl::StrCat("DNS limits are on, count or off, not \"", options.dns_limits, "\""));
  }
  for (const std::string& text : options.dns_limit_allow) {
    NC_ASSIGN_OR_RETURN(const ipdb::IpPrefix prefix, ipdb::ParseIpPrefix(text));
    limits.allowed.push_back(prefix);
  }
  return limits;
}

absl::StatusOr<dns::DnsServiceOptions> ReadDnsOptions(const DaemonOptions& options) {
  dns::DnsServiceOptions dns_options;
  dns_options.addresses.clear();
  for (const std::string& text : options.dns_addresses) {
    NC_ASSIGN_OR_RETURN(const ipdb::IpAddress address, ipdb::ParseIpAddress(text));
    dns_options.addresses.push_back(address);
  }
  dns_options.port = options.dns_port;
  dns_options.udp_threads = options.dns_threads;
  dns_options.answers.nsid = options.dns_nsid;
  if (!options.dns_tls_certificate_file.empty()) {
    dns_options.dot = dns::DotOptions{.port = options.dns_tls_port,
                                      .certificate_file = options.dns_tls_certificate_file,
                                      .key_file = options.dns_tls_key_file};
  }
  NC_ASSIGN_OR_RETURN(dns_options.limits, ReadDnsLimits(options));
  if (options.dns_cookie_secrets_file.empty()) return dns_options;
  NC_ASSIGN_OR_RETURN(const std::string text, ReadFile(options.dns_cookie_secrets_file));
  const absl::StatusOr<dns::CookieSecrets> secrets = dns::ParseCookieSecrets(text);
  if (!secrets.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.dns_cookie_secrets_file, ": ", secrets.status().message()));
  }
  dns_options.answers.cookies = *secrets;
  return dns_options;
}

}  // namespace

// In the order of their making; destroyed in reverse, doors first.
struct Daemon::Parts {
  explicit Parts(const DaemonOptions& given) : options(given) {}

  const DaemonOptions options;
  const Clock* const clock = Clock::System();
  const absl::Duration started_at = clock->Monotonic();
  ipdb::NameTable names;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<StreamTable> streams;
  std::unique_ptr<Publisher> publisher;
  std::unique_ptr<ConfigFollower> follower;
  std::unique_ptr<callback::CallbackDesk> callbacks;
  std::unique_ptr<callback::PlayDesk> plays;
  std::unique_ptr<RatioDesk> ratio;
  std::unique_ptr<StreamScheduler> scheduler;
  std::unique_ptr<StreamLifecycle> lifecycle;
  std::unique_ptr<ClientDesk> clients;
  std::unique_ptr<Simulator> simulator;
  std::unique_ptr<Admin> admin;
  std::unique_ptr<NodeDesk> node_desk;
  std::unique_ptr<AdmissionDesk> admissions;
  StreamBoard stream_board{clock};
  std::unique_ptr<httpdns::Httpdns> httpdns;
  std::unique_ptr<upstream::Upstream> upstream;  // null = none
  std::unique_ptr<dns::DnsService> dns;
  std::atomic<uint64_t> reloads_ok{0};
  std::atomic<uint64_t> reloads_failed{0};
  std::atomic<uint64_t> certificates_ok{0};
  std::atomic<uint64_t> certificates_failed{0};
  http::MetricsPage metrics;
  http::Router router;
  std::unique_ptr<http::Server> http;
  std::unique_ptr<http::Server> https;
  std::unique_ptr<GrpcServer> grpc;

  ~Parts() {
    grpc.reset();
    https.reset();
    http.reset();
    dns.reset();
    // Reports that are still queued must not reach a scheduler that is gone.
    if (publisher != nullptr) publisher->WatchStreams(nullptr);
    follower.reset();
    node_desk.reset();
    publisher.reset();
  }

  // Only once every node that lives has had the time to report.
  void InterruptUnheard() {
    const absl::Duration quiet = 2 * options.node_silence;
    if (clock->Monotonic() - started_at < quiet) return;
    lifecycle->InterruptUnheard(
        [this](absl::string_view app_stream) {
          return !publisher->PublishersOf(app_stream).empty();
        },
        quiet);
  }

  // Not before every node that lives has had the time to report.
  void ApplyHeard() {
    if (clock->Monotonic() - started_at < 2 * options.node_silence) return;
    const auto snapshot = publisher->holder()->Current();
    lifecycle->ApplyHeard([&](const scheduler::PushLine& line, absl::string_view app_stream) {
      return HearLine(*snapshot, line, publisher->PublishersOf(app_stream));
    });
  }

  void AddCallbackMetrics(http::MetricsWriter& out) const {
    constexpr absl::string_view kHelp = "Callbacks to room services, by result of a try.";
    const callback::CallbackTotals totals = callbacks->totals();
    const auto add = [&out](absl::string_view result, uint64_t count) {
      out.AddCounter("nearcast_callbacks_total", kHelp, count, {{"result", result}});
    };
    add("sent", totals.sent);
    add("retried", totals.retried);
    add("given_up", totals.given_up);
    add("refused", totals.refused);
  }

  void AddClientMetrics(http::MetricsWriter& out) const {
    constexpr absl::string_view kHelp = "Questions of apps for their configuration, by result.";
    const ClientDeskCounters& counters = clients->counters();
    const auto add = [&out](absl::string_view result, uint64_t count) {
      out.AddCounter("nearcast_client_configs_total", kHelp, count, {{"result", result}});
    };
    add("answered", counters.answered);
    add("not_modified", counters.not_modified);
    add("refused", counters.refused);
  }

  bool Has(Role role) const { return options.roles.count(role) > 0; }

  absl::Status Load() {
    if (!options.names_dir.empty()) {
      NC_ASSIGN_OR_RETURN(names, ipdb::ReadNameTable(options.names_dir));
    }
    NC_ASSIGN_OR_RETURN(auto places, LoadPlaces(options, names));
    NC_ASSIGN_OR_RETURN(store, store::OpenStore(options.store));
    streams = std::make_unique<StreamTable>(store.get());
    NC_RETURN_IF_ERROR(streams->Load());
    publisher = std::make_unique<Publisher>(
        clock, std::move(places),
        PublisherOptions{.silence = options.node_silence, .build_threads = options.build_threads});
    follower = std::make_unique<ConfigFollower>(store.get(), publisher.get());
    NC_RETURN_IF_ERROR(follower->Start());
    spdlog::info("store {}: revision {}, {} stream(s)", options.store, follower->Current().revision,
                 streams->size());
    return absl::OkStatus();
  }

  absl::Status StartUpstream() {
    const bool is_off = options.upstream_servers == std::vector<std::string>{"none"};
    if (is_off || !Has(Role::kHttpdns)) return absl::OkStatus();
    upstream::UpstreamOptions upstream_options;
    upstream_options.servers.servers = options.upstream_servers;
    NC_ASSIGN_OR_RETURN(upstream, upstream::Upstream::Start(upstream_options, clock));
    return absl::OkStatus();
  }

  void MakeServices() {
    callbacks = std::make_unique<callback::CallbackDesk>(clock, publisher->holder(), streams.get());
    plays = std::make_unique<callback::PlayDesk>(clock, publisher->holder(), streams.get());
    ratio = std::make_unique<RatioDesk>(clock, publisher->holder(), RatioDeskOptions());
    scheduler =
        std::make_unique<StreamScheduler>(clock, publisher->holder(), streams.get(), ratio.get());
    lifecycle = std::make_unique<StreamLifecycle>(clock, publisher->holder(), streams.get());
    publisher->WatchStreams([this](const scheduler::PublishedStreams::Change& change) {
      lifecycle->ApplyPublished(change);
    });
    clients = std::make_unique<ClientDesk>(clock, publisher->holder());
    simulator = std::make_unique<Simulator>(follower.get(), publisher.get());
    admin = std::make_unique<Admin>(Admin::Parts{.clock = clock,
                                                 .store = store.get(),
                                                 .follower = follower.get(),
                                                 .publisher = publisher.get(),
                                                 .scheduler = scheduler.get(),
                                                 .ratio = ratio.get(),
                                                 .stream_board = &stream_board,
                                                 .names = &names,
                                                 .upstream = upstream.get()});
    node_desk =
        std::make_unique<NodeDesk>(clock, publisher.get(), lifecycle.get(), scheduler->preheats());
    node_desk->UseForwards(&scheduler->forwards());
    admissions = std::make_unique<AdmissionDesk>(
        clock, publisher->holder(), streams.get(),
        options.admit_unknown_streams ? UnknownStreams::kAdmit : UnknownStreams::kRefuse);
    httpdns = std::make_unique<httpdns::Httpdns>(
        publisher->holder(), &names,
        httpdns::HttpdnsOptions{
            .workers = options.http_threads * (options.https_port == 0 ? 1 : 2),
            .ip_parameter = options.trust_ip_parameter ? httpdns::IpParameter::kHonoured
                                                       : httpdns::IpParameter::kIgnored,
            .service_addresses =
                ChooseListenAddresses(options.http_address, ReadInterfaceAddresses()),
            .upstream = upstream.get()});
  }

  absl::Status ListenDns() {
    if (!Has(Role::kDns)) return absl::OkStatus();
    NC_ASSIGN_OR_RETURN(const dns::DnsServiceOptions dns_options, ReadDnsOptions(options));
    NC_ASSIGN_OR_RETURN(dns, dns::DnsService::Listen(dns_options, publisher->holder(), clock));
    return absl::OkStatus();
  }

  absl::Status ListenHttp() {
    if (Has(Role::kHttpdns)) httpdns->Register(&router);
    if (Has(Role::kScheduler)) {
      RegisterJsonScheduler(&router, scheduler.get());
      RegisterJsonClient(&router, clients.get());
    }
    http::RegisterHealthPage(
        [this] {
          return http::Health{http::Readiness::kReady, follower->Current().revision, ""};
        },
        &router);
    http::RegisterMetricsPage(&metrics, &router);
    AddDaemonMetrics({.publisher = publisher.get(),
                      .follower = follower.get(),
                      .scheduler = scheduler.get(),
                      .streams = streams.get(),
                      .admissions = admissions.get(),
                      .plays = plays.get(),
                      .store = store.get()},
                     metrics);
    metrics.AddSource([this](http::MetricsWriter& out) {
      constexpr absl::string_view kHelp = "IP databases read again, by result.";
      out.AddCounter("nearcast_ipdb_reloads_total", kHelp, reloads_ok, {{"result", "ok"}});
      out.AddCounter("nearcast_ipdb_reloads_total", kHelp, reloads_failed, {{"result", "failed"}});
      constexpr absl::string_view kTlsHelp = "Certificates read again, by result.";
      const auto add_tls = [&out, kTlsHelp](absl::string_view result, uint64_t count) {
        out.AddCounter("nearcast_tls_reloads_total", kTlsHelp, count, {{"result", result}});
      };
      add_tls("ok", certificates_ok);
      add_tls("failed", certificates_failed);
      httpdns->AddMetrics(out);
      if (upstream != nullptr) AddUpstreamMetrics(*upstream, out);
    });
    metrics.AddSource([this](http::MetricsWriter& out) {
      AddCallbackMetrics(out);
      AddClientMetrics(out);
      AddRatioMetrics(*ratio, out);
    });
    if (dns != nullptr) {
      dns->RegisterDoh(&router, options.http_threads * (options.https_port == 0 ? 1 : 2));
      metrics.AddSource([this](http::MetricsWriter& out) { AddDnsMetrics(*dns, out); });
    }
    http::ServerOptions http_options;
    http_options.address = options.http_address;
    http_options.port = options.http_port;
    http_options.threads = options.http_threads;
    NC_ASSIGN_OR_RETURN(http, http::Server::Listen(http_options, &router, clock));
    NC_RETURN_IF_ERROR(ListenHttps(http_options));
    metrics.AddSource([this](http::MetricsWriter& out) {
      http::HttpTotals totals = http->totals();
      if (https != nullptr) totals += https->totals();
      AddHttpMetrics(totals, out);
    });
    return absl::OkStatus();
  }

  // The same endpoints under TLS, on threads of its own.
  absl::Status ListenHttps(http::ServerOptions https_options) {
    if (options.https_port == 0) return absl::OkStatus();
    if (options.tls_certificate_file.empty() || options.tls_key_file.empty()) {
      return absl::InvalidArgumentError(
          "HTTPS needs a certificate and its key: set --tls_cert and --tls_key");
    }
    https_options.port = options.https_port;
    https_options.first_worker = options.http_threads;
    https_options.tls_certificate_file = options.tls_certificate_file;
    https_options.tls_key_file = options.tls_key_file;
    NC_ASSIGN_OR_RETURN(https, http::Server::Listen(https_options, &router, clock));
    return absl::OkStatus();
  }

  absl::Status ListenGrpc() {
    if (!Has(Role::kScheduler)) return absl::OkStatus();
    std::vector<std::unique_ptr<grpc::Service>> services;
    services.push_back(MakeGrpcScheduler(scheduler.get()));
    services.push_back(MakeGrpcClient(clients.get()));
    services.push_back(MakeGrpcSimulator(simulator.get()));
    services.push_back(MakeGrpcAdmin(admin.get()));
    services.push_back(
        MakeGrpcNode({node_desk.get(), admissions.get(), &stream_board, plays.get()}));
    NC_ASSIGN_OR_RETURN(grpc, GrpcServer::Listen(options.grpc_address, std::move(services)));
    return absl::OkStatus();
  }
};

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::~Daemon() = default;

absl::StatusOr<std::unique_ptr<Daemon>> Daemon::Start(const DaemonOptions& options) {
  auto parts = std::make_unique<Parts>(options);
  NC_RETURN_IF_ERROR(parts->Load());
  NC_RETURN_IF_ERROR(parts->StartUpstream());
  parts->MakeServices();
  // gRPC's port is never shared, so a second daemon fails here, before it takes part of the first
  // one's queries.
  NC_RETURN_IF_ERROR(parts->ListenGrpc());
  NC_RETURN_IF_ERROR(parts->ListenDns());
  NC_RETURN_IF_ERROR(parts->ListenHttp());
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

absl::Status Daemon::ReloadPlaces() {
  auto places = LoadPlaces(parts_->options, parts_->names);
  ++(places.ok() ? parts_->reloads_ok : parts_->reloads_failed);
  if (!places.ok()) return places.status();
  parts_->publisher->SetPlaces(*std::move(places));
  return absl::OkStatus();
}

absl::Status Daemon::ReloadCertificates() {
  absl::Status all;
  const auto reload = [&](auto& door) {
    if (door == nullptr) return;
    const absl::Status status = door->ReloadTls();
    ++(status.ok() ? parts_->certificates_ok : parts_->certificates_failed);
    if (status.ok()) return;
    all = all.ok()
              ? status
              : absl::InvalidArgumentError(absl::StrCat(all.message(), "; ", status.message()));
  };
  reload(parts_->https);
  reload(parts_->dns);
  return all;
}

void Daemon::Sweep() {
  parts_->streams->ForgetEndedBefore(parts_->clock->Now() - parts_->options.ended_stream_memory);
  parts_->ApplyHeard();
  parts_->InterruptUnheard();
  parts_->lifecycle->ChangeDue();
  parts_->scheduler->preheats()->ApplyDue();
  parts_->ratio->Step(parts_->publisher->CopyLive());
}

std::string Daemon::Describe() const {
  const DaemonOptions& options = parts_->options;
  std::string text;
  if (parts_->dns != nullptr) {
    absl::StrAppend(&text, "DNS   ", absl::StrJoin(options.dns_addresses, ", "), " port ",
                    parts_->dns->port(), " (UDP, TCP)\n");
    if (parts_->dns->dot_port() != 0) {
      absl::StrAppend(&text, "DNS   the same addresses, port ", parts_->dns->dot_port(),
                      " (TLS)\n");
    }
  }
  absl::StrAppend(&text, "HTTP  http://", options.http_address, ":", parts_->http->port(), "\n");
  if (parts_->https != nullptr) {
    absl::StrAppend(&text, "HTTPS https://", options.http_address, ":", parts_->https->port(),
                    "\n");
  }
  if (parts_->grpc != nullptr) absl::StrAppend(&text, "gRPC  ", options.grpc_address, "\n");
  return text;
}

}  // namespace nearcast
