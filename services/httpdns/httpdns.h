// Httpdns: the HTTPDNS dialects and the address API as routes of an HTTP server.
//
//   Httpdns httpdns(&holder, &names, {.workers = server_options.threads});
//   httpdns.Register(&router);
//   page.AddSource([&](http::MetricsWriter& out) { httpdns.AddMetrics(out); });
//
// Routes: /d, /{account}/d, /resolve, /{account}/resolve, /service/getIpInfo.php. Docs:
// docs/httpdns.md.
#ifndef SERVICES_HTTPDNS_HTTPDNS_H_
#define SERVICES_HTTPDNS_HTTPDNS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "base/snapshot_holder.h"
#include "ipdb/name_table.h"
#include "schedulerlib/snapshot/snapshot.h"
#include "services/http/metrics_page.h"
#include "services/http/router.h"
#include "services/httpdns/question.h"

namespace nearcast::httpdns {

struct HttpdnsOptions {
  // As many as the server has threads: each has its own reader of the snapshot and its own
  // counters.
  uint32_t workers = 1;

  // Whether ip= says where the client is. The address API always tells about any address.
  IpParameter ip_parameter = IpParameter::kHonoured;

  // How long clients may remember that a name is not ours.
  uint32_t unknown_ttl_s = 60;
};

// Handlers answer at once and keep their buffers from query to query. While the snapshot
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
  struct Worker;

  const ipdb::NameTable* const names_;
  const HttpdnsOptions options_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace nearcast::httpdns

#endif  // SERVICES_HTTPDNS_HTTPDNS_H_
