// What /metrics says of the ratio.
#ifndef SERVICES_SCHEDULER_RATIO_METRICS_H_
#define SERVICES_SCHEDULER_RATIO_METRICS_H_

#include "services/http/metrics_page.h"
#include "services/scheduler/ratio_desk.h"

namespace nearcast {

void AddRatioMetrics(const RatioDesk& desk, http::MetricsWriter& out);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_RATIO_METRICS_H_
