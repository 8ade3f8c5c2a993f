// Httpdns: the HTTPDNS dialects and the address API as routes of an HTTP server.
//
//   Httpdns httpdns(&holder, &names, {.workers = server_options.threads});
//   httpdns.Register(&router);
//   page.AddSource([&](http::MetricsWriter& out) { httpdns.AddMetrics(out); });
//
// Routes, with {account} before them or not: /d, /resolve; with it: /sign_d, /sign_resolve, /ss;
// /v2/d, /conf, /svc_meta, /v4/resolve, /service/getIpInfo.php. Docs: docs/httpdns.md.
#ifndef SERVICES_HTTPDNS_HTTPDNS_H_
#define SERVICES_HTTPDNS_HTTPDNS_H_

#include <functional>
#include <memory>
#include <vector>

#include "base/snapshot_holder.h"
#include "ipdb/name_table.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/http/metrics_page.h"
#include "services/http/router.h"
#include "services/httpdns/account_rates.h"
#include "services/httpdns/httpdns_options.h"

namespace nearcast::httpdns {

class Front;

// Handlers answer at once and keep their buffers from query to query; only a query that must wait for
// upstream is answered later, on upstream's thread. While the snapshot
// has no scheduled name (nothing is configured yet) they answer 503, or Alibaba's 500
// InternalError: SDKs then keep what they have.
class Httpdns {
 public:
  // All pointers must outlive this.
  Httpdns(const SnapshotHolder<scheduler::Snapshot>* holder, const ipdb::NameTable* names,
          const HttpdnsOptions& options);
  ~Httpdns();
  Httpdns(const Httpdns&) = delete;
  Httpdns& operator=(const Httpdns&) = delete;

  // This must outlive the router's last use.
  void Register(http::Router* router);

  // Any thread.
  void AddMetrics(http::MetricsWriter& out) const;

 private:
  // With a front, answers a request.
  using Answer = std::function<void(Front&, const http::Request&, http::Response&)>;

  void AnswerLater(const http::Request& request, Front& front, const Answer& answer);

  const HttpdnsOptions options_;
  AccountRates rates_;
  std::vector<std::unique_ptr<Front>> fronts_;  // by worker, then that of upstream's thread
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_HTTPDNS_H_
