#include "services/http/health_page.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "services/http/json_text.h"

namespace nearcast::http {

void RegisterHealthPage(std::function<Health()> ask, Router* router) {
  router->Handle(Method::kGet, "/healthz",
                 [ask = std::move(ask)](const Request&, Response& response) {
                   const Health health = ask();
                   const bool ready = health.readiness == Readiness::kReady;
                   response.status = ready ? 200 : 503;
                   response.AddHeader("Cache-Control", "no-store");
                   response.body = absl::StrCat("{\"status\":\"", ready ? "ok" : "not ready",
                                                "\",\"revision\":", health.revision);
                   if (!health.detail.empty()) {
                     response.body += ",\"detail\":";
                     AppendJsonString(health.detail, &response.body);
                   }
                   response.body += "}";
                 });
}

}  // namespace nearcast::http
