// Fronts: the DNS and HTTP fronts on free ports, and honest clients that ask them.
#ifndef TESTS_ROBUSTNESS_FRONTS_H_
#define TESTS_ROBUSTNESS_FRONTS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "base/clock.h"
#include "base/snapshot_holder.h"
#include "services/dns/dns_service.h"
#include "services/dns/sample_snapshot.h"
#include "services/http/router.h"
#include "services/http/server.h"

namespace nearcast {

class Fronts {
 public:
  // Ports in the options do not count. DNS over HTTPS is at "/dns-query" of the HTTP front.
  Fronts(dns::DnsServiceOptions dns_options, http::ServerOptions http_options);

  dns::DnsService& dns() { return *dns_; }
  http::Server& http() { return *http_; }

  // One question on a connection of its own; whether it was answered well.
  bool AskUdp() const;
  bool AskTcp() const;
  bool AskHttp() const;

  // The counter's sum over all threads of the DNS front.
  uint64_t DnsCount(absl::string_view name) const;

 private:
  const SnapshotHolder<scheduler::Snapshot> snapshots_{dns::BuildSampleSnapshot()};
  std::unique_ptr<dns::DnsService> dns_;
  http::Router router_;
  std::unique_ptr<http::Server> http_;
};

}  // namespace nearcast

#endif  // TESTS_ROBUSTNESS_FRONTS_H_
