#include "services/dns/dns_service.h"

#include <sched.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "services/dns/cookie.h"
#include "services/dns/doh.h"
#include "services/http/tls_context.h"

namespace nearcast::dns {
namespace {

// A port that is free for TCP may be taken for UDP, or on another address.
constexpr int kPortTriesMax = 16;

struct Sockets {
  uint16_t port = 0;
  std::vector<Socket> tcp;
  std::vector<Socket> udp;
};

// TCP first: its port is exclusive, while a shared UDP port would let two processes steal each
// other's queries.
absl::StatusOr<Sockets> Bind(const DnsServiceOptions& options) {
  Sockets sockets{.port = options.port, .tcp = {}, .udp = {}};
  for (const ipdb::IpAddress& address : options.addresses) {
    NC_ASSIGN_OR_RETURN(Socket socket, ListenTcp({address, sockets.port}));
    sockets.port = PortOf(socket);
    sockets.tcp.push_back(std::move(socket));
  }
  for (const ipdb::IpAddress& address : options.addresses) {
    for (size_t i = 0; i < options.udp_threads; ++i) {
      NC_ASSIGN_OR_RETURN(Socket socket, BindUdp({address, sockets.port}));
      sockets.udp.push_back(std::move(socket));
    }
  }
  return sockets;
}

absl::StatusOr<Sockets> BindAny(const DnsServiceOptions& options) {
  absl::StatusOr<Sockets> sockets = Bind(options);
  for (int i = 1; i < kPortTriesMax && options.port == 0 && !sockets.ok(); ++i) {
    sockets = Bind(options);
  }
  return sockets;
}

// The cores that this process may use.
std::vector<int> UsableCores() {
  std::vector<int> cores;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return cores;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

absl::Status CheckOptions(const DnsServiceOptions& options) {
  if (options.addresses.empty() || options.udp_threads == 0) {
    return absl::InvalidArgumentError("DNS needs an address to listen on and at least one thread");
  }
  if (options.answers.nsid.size() > kNsidBytesMax) {
    return absl::InvalidArgumentError(absl::StrCat("the NSID has ", options.answers.nsid.size(),
                                                   " octets; at most ", kNsidBytesMax,
                                                   " fit in every reply"));
  }
  if (options.limits.replies_per_s == 0 || options.limits.burst == 0) {
    return absl::InvalidArgumentError(
        "DNS rate limits must be at least 1 a second and a burst of 1; to limit nothing, turn them "
        "off");
  }
  return absl::OkStatus();
}

AnswerOptions CompleteAnswerOptions(const DnsServiceOptions& options) {
  AnswerOptions answers = options.answers;
  if (options.cookies == CookieUse::kOff) {
    answers.cookies.reset();
  } else if (!answers.cookies.has_value()) {
    answers.cookies = CookieSecrets{.current = DrawCookieSecret(), .old = {}, .next = {}};
  }
  return answers;
}

}  // namespace

DnsService::DnsService() = default;
DnsService::~DnsService() { Stop(); }

absl::StatusOr<std::unique_ptr<DnsService>> DnsService::Listen(
    const DnsServiceOptions& options, const SnapshotHolder<scheduler::Snapshot>* snapshots,
    const Clock* clock) {
  NC_RETURN_IF_ERROR(CheckOptions(options));
  NC_ASSIGN_OR_RETURN(Sockets sockets, BindAny(options));
  std::unique_ptr<DnsService> service(new DnsService());
  service->port_ = sockets.port;
  service->snapshots_ = snapshots;
  service->clock_ = clock;
  service->answer_options_ = CompleteAnswerOptions(options);
  NC_RETURN_IF_ERROR(service->ListenDot(options));
  const std::vector<int> cores =
      options.pinning == Pinning::kThreadPerCore ? UsableCores() : std::vector<int>();
  for (Socket& socket : sockets.udp) {
    std::optional<int> core;
    if (!cores.empty()) core = cores[service->udp_servers_.size() % cores.size()];
    service->udp_servers_.push_back(std::make_unique<UdpServer>(
        std::move(socket), UdpOptions{.core = core, .limits = options.limits},
        &service->answer_options_, snapshots, clock));
  }
  service->tcp_server_ = std::make_unique<TcpServer>(std::move(sockets.tcp), options.tcp, nullptr,
                                                     &service->answer_options_, snapshots, clock);
  return service;
}

absl::Status DnsService::ListenDot(const DnsServiceOptions& options) {
  if (!options.dot.has_value()) return absl::OkStatus();
  NC_ASSIGN_OR_RETURN(dot_tls_, http::TlsContext::Load(options.dot->certificate_file,
                                                       options.dot->key_file, "dot"));
  std::vector<Socket> listeners;
  uint16_t port = options.dot->port;
  for (const ipdb::IpAddress& address : options.addresses) {
    NC_ASSIGN_OR_RETURN(Socket socket, ListenTcp({address, port}));
    port = PortOf(socket);
    listeners.push_back(std::move(socket));
  }
  dot_port_ = port;
  dot_server_ = std::make_unique<TcpServer>(std::move(listeners), options.tcp, dot_tls_.get(),
                                            &answer_options_, snapshots_, clock_);
  return absl::OkStatus();
}

void DnsService::RegisterDoh(http::Router* router, uint32_t workers) {
  NC_CHECK(doh_ == nullptr);
  doh_ = std::make_unique<Doh>(snapshots_, clock_, &answer_options_, workers);
  doh_->Register(router);
}

absl::Status DnsService::ReloadTls() {
  return dot_tls_ == nullptr ? absl::OkStatus() : dot_tls_->Reload();
}

void DnsService::Stop() {
  for (const std::unique_ptr<UdpServer>& server : udp_servers_) server->Stop();
  if (tcp_server_ != nullptr) tcp_server_->Stop();
  if (dot_server_ != nullptr) dot_server_->Stop();
}

std::vector<CounterReading> DnsService::SumCounters() const {
  std::vector<const Counters*> counters = {&tcp_server_->counters()};
  std::vector<const TransportCounters*> transport = {&tcp_server_->transport_counters()};
  if (dot_server_ != nullptr) {
    counters.push_back(&dot_server_->counters());
    transport.push_back(&dot_server_->transport_counters());
  }
  if (doh_ != nullptr) doh_->AddCounters(counters);
  for (const std::unique_ptr<UdpServer>& server : udp_servers_) {
    counters.push_back(&server->counters());
    transport.push_back(&server->transport_counters());
  }
  std::vector<CounterReading> readings = ReadCounters(counters);
  for (const CounterReading& reading : ReadTransportCounters(transport)) {
    readings.push_back(reading);
  }
  return readings;
}

void DnsService::ForEachCounter(absl::FunctionRef<void(const CounterReading&)> use) const {
  for (const CounterReading& reading : SumCounters()) use(reading);
}

}  // namespace nearcast::dns
