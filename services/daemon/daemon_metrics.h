// What nearcastd's own parts count, for its metrics page.
#ifndef SERVICES_DAEMON_DAEMON_METRICS_H_
#define SERVICES_DAEMON_DAEMON_METRICS_H_

#include "services/callback/play_desk.h"
#include "services/dns/dns_service.h"
#include "services/http/http_counters.h"
#include "services/http/metrics_page.h"
#include "services/node/admission_desk.h"
#include "services/publisher/publisher.h"
#include "services/scheduler/stream_scheduler.h"
#include "services/store/store.h"
#include "services/sync/config_follower.h"

namespace nearcast {

// All must outlive the page.
struct CountingParts {
  const Publisher* publisher = nullptr;
  const ConfigFollower* follower = nullptr;
  const StreamScheduler* scheduler = nullptr;
  const StreamTable* streams = nullptr;
  const AdmissionDesk* admissions = nullptr;
  const callback::PlayDesk* plays = nullptr;
  const store::Store* store = nullptr;
};

void AddDaemonMetrics(const CountingParts& parts, http::MetricsPage& page);
void AddDnsMetrics(const dns::DnsService& dns, http::MetricsWriter& out);
void AddHttpMetrics(const http::HttpTotals& totals, http::MetricsWriter& out);

}  // namespace nearcast

#endif  // SERVICES_DAEMON_DAEMON_METRICS_H_
