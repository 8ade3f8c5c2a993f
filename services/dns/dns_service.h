// DnsService: the DNS front as the daemon starts it: UDP and TCP on one port of one or more
// addresses, TLS on another, HTTP on a router.
//
//   NC_ASSIGN_OR_RETURN(const auto dns,
//                       DnsService::Listen({.addresses = {loopback}}, &snapshots, clock));
//   …
//   dns->Stop();
//
// Source: RFC 1035 §4.2 and RFC 7766 (UDP, TCP), RFC 7858 (TLS), RFC 8484 (HTTPS).
#ifndef SERVICES_DNS_DNS_SERVICE_H_
#define SERVICES_DNS_DNS_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "ipdb/ip_address.h"
#include "services/dns/answer.h"
#include "services/dns/counters.h"
#include "services/dns/rate_limiter.h"
#include "services/dns/tcp_server.h"
#include "services/dns/udp_server.h"

namespace nearcast::http {
class Router;
class TlsContext;
}  // namespace nearcast::http

namespace nearcast::dns {

class Doh;

enum class Pinning : uint8_t { kNone, kThreadPerCore };

// DNS over TLS, on the same addresses.
struct DotOptions {
  uint16_t port = 8853;  // 0 = any that is free
  // PEM; the certificate's file has the chain, its own first.
  std::string certificate_file;
  std::string key_file;
};

enum class CookieUse : uint8_t { kOff, kOn };

struct DnsServiceOptions {
  // "0.0.0.0" and "::" bind every address of their family; replies leave from the address that was
  // asked.
  std::vector<ipdb::IpAddress> addresses = {ipdb::IpAddress::FromV4(0x7f000001)};
  uint16_t port = 8053;  // 0 = any that is free for UDP and TCP on all addresses

  // Performance: UDP threads for each address. One is enough for some 300,000 queries a second.
  size_t udp_threads = 1;
  // Performance: whether each UDP thread stays on a core of its own, counted through those that the
  // process may use.
  Pinning pinning = Pinning::kNone;

  TcpLimits tcp;
  std::optional<DotOptions> dot;  // with limits as TCP's

  // NSID and cookies. Without secrets the service draws one of its own, unless cookies are off.
  AnswerOptions answers;
  CookieUse cookies = CookieUse::kOn;

  // Response rate limits, for each UDP thread. Loopback is allowed from the beginning; clear
  // `allowed` to limit it as well.
  RateLimits limits = {.allowed = LoopbackNetworks()};
};

// Thread rule: Stop and the destructor belong to the owner's thread; the rest is for any.
class DnsService {
 public:
  // `snapshots` and `clock` must outlive the service. kInvalidArgument says which option is wrong;
  // other errors name the address that could not be
  // bound. Nothing runs then.
  static absl::StatusOr<std::unique_ptr<DnsService>> Listen(
      const DnsServiceOptions& options, const SnapshotHolder<scheduler::Snapshot>* snapshots,
      const Clock* clock);

  ~DnsService();

  // The one that was asked for, or that was found free.
  uint16_t port() const { return port_; }
  // 0 without DNS over TLS.
  uint16_t dot_port() const { return dot_port_; }

  // DNS over HTTPS at "/dns-query", see doh.h; at most once, before the router is used. `workers` are
  // as many as the HTTP server has threads. The router's last use must come before the service's
  // end.
  void RegisterDoh(http::Router* router, uint32_t workers);

  // Reads the files of DNS over TLS again, for connections to come. On an error the old ones stay in
  // use.
  absl::Status ReloadTls();

  // Ends all threads; what they had received is answered.
  void Stop();

  // The sums over all threads, named without the prefix of the process. Also after Stop.
  std::vector<CounterReading> SumCounters() const;
  void ForEachCounter(absl::FunctionRef<void(const CounterReading&)> use) const;

 private:
  DnsService();

  absl::Status ListenDot(const DnsServiceOptions& options);

  uint16_t port_ = 0;
  uint16_t dot_port_ = 0;
  const SnapshotHolder<scheduler::Snapshot>* snapshots_ = nullptr;
  const Clock* clock_ = nullptr;
  AnswerOptions answer_options_;
  std::vector<std::unique_ptr<UdpServer>> udp_servers_;
  std::unique_ptr<TcpServer> tcp_server_;
  std::unique_ptr<http::TlsContext> dot_tls_;
  std::unique_ptr<TcpServer> dot_server_;
  std::unique_ptr<Doh> doh_;
};

}  // namespace nearcast::dns

#endif  // SERVICES_DNS_DNS_SERVICE_H_
