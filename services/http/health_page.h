// The health page, for load balancers and people: GET /healthz is 200 while the process can answer,
// else 503.
//
//   RegisterHealthPage([&] { return Health{Readiness::kReady, revision, ""}; }, &router);
//   // {"status":"ok","revision":7}
#ifndef SERVICES_HTTP_HEALTH_PAGE_H_
#define SERVICES_HTTP_HEALTH_PAGE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "services/http/router.h"

namespace nearcast::http {

enum class Readiness : uint8_t { kReady, kNotReady };

struct Health {
  Readiness readiness = Readiness::kNotReady;
  int64_t revision = 0;  // of the configuration that is being answered from
  std::string detail;    // why not ready, or "" to say nothing
};

// `ask` is called on the server's threads.
void RegisterHealthPage(std::function<Health()> ask, Router* router);

}  // namespace nearcast::http

#endif  // SERVICES_HTTP_HEALTH_PAGE_H_
