#include "services/http/health_page.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace nearcast::http {
namespace {

std::string Ask(const Health& health) {
  Router router;
  RegisterHealthPage([&] { return health; }, &router);
  Response response;
  router.Find(Method::kGet, "/healthz").endpoint->now(Request(), response);
  return absl::StrCat(response.status, " ", response.body);
}

TEST(HealthPageTest, SaysWhetherItCanAnswer) {
  EXPECT_EQ(Ask({Readiness::kReady, 7, ""}), R"(200 {"status":"ok","revision":7})");
  EXPECT_EQ(Ask({Readiness::kNotReady, 0, "no snapshot"}),
            R"(503 {"status":"not ready","revision":0,"detail":"no snapshot"})");
}

}  // namespace
}  // namespace nearcast::http
