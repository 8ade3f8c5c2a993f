// What Upstream counts, for /metrics.
#ifndef SERVICES_UPSTREAM_UPSTREAM_METRICS_H_
#define SERVICES_UPSTREAM_UPSTREAM_METRICS_H_

#include "services/http/metrics_page.h"
#include "services/upstream/upstream.h"

namespace nearcast::upstream {

// Any thread.
void AddUpstreamMetrics(const Upstream& upstream, http::MetricsWriter& out);

}  // namespace nearcast::upstream

#endif  // SERVICES_UPSTREAM_UPSTREAM_METRICS_H_
