#include "schedulerlib/convert/probe_plan.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"

namespace nearcast::scheduler {
namespace {

using ::testing::ElementsAre;

constexpr int64_t kNowS = 1'790'000'000;

Given World() {
  Given given;
  given.Own("own").Node("bj", "CN", {"192.0.2.1", "2001:db8::1"}).Node("gz", "CN").Drained();
  given.Own("other").Node("hk", "HK", {"2001:db8::2"});
  given.config().nodes[1].probe_address = "10.0.0.7";
  return given;
}

std::vector<std::string> PlanOf(const HealthCheck& check) {
  Given given = World();
  given.config().health_checks = {check};
  std::vector<std::string> lines;
  const v1::ProbePlan plan = BuildProbePlan(*given.Snapshot(), kNowS).plan;
  for (const v1::ProbePlan::Check& c : plan.checks()) {
    lines.push_back(absl::StrCat(c.check(), " ", c.node(), " ", c.type(), " ", c.address(), " ",
                                 c.port(), " ", c.path()));
  }
  return lines;
}

TEST(ProbePlanTest, CheckWithoutACdnOrNodesIsForAll) {
  EXPECT_THAT(PlanOf({.name = "tcp"}),
              ElementsAre("tcp bj tcp 192.0.2.1 8088 /healthz", "tcp gz tcp 10.0.0.7 8088 /healthz",
                          "tcp hk tcp 2001:db8::2 8088 /healthz"));
}

TEST(ProbePlanTest, PortFollowsTheTypeUnlessGiven) {
  EXPECT_THAT(PlanOf({.name = "c", .nodes = {"gz"}, .type = CheckType::kRtmp}),
              ElementsAre("c gz rtmp 10.0.0.7 1935 /healthz"));
  EXPECT_THAT(PlanOf({.name = "c", .cdn = "other", .type = CheckType::kHttps, .port = 443}),
              ElementsAre("c hk https 2001:db8::2 443 /healthz"));
  EXPECT_THAT(PlanOf({.name = "c", .cdn = "other", .type = CheckType::kFlv, .path = "/live/s.flv"}),
              ElementsAre("c hk flv 2001:db8::2 8088 /live/s.flv"));
}

TEST(ProbePlanTest, EveryExpectationGoesToTheVantage) {
  Given given = World();
  given.config().health_checks = {{.name = "c",
                                   .nodes = {"bj"},
                                   .type = CheckType::kHttp,
                                   .host = "live.example",
                                   .expected_status = 204,
                                   .body_contains = "ok",
                                   .interval_ms = 700,
                                   .timeout_ms = 300}};
  const v1::ProbePlan plan = BuildProbePlan(*given.Snapshot(), kNowS).plan;
  ASSERT_EQ(plan.checks_size(), 1);
  const v1::ProbePlan::Check& check = plan.checks(0);
  EXPECT_EQ(check.type(), "http");
  EXPECT_EQ(check.host(), "live.example");
  EXPECT_EQ(check.expected_status(), 204u);
  EXPECT_EQ(check.body_contains(), "ok");
  EXPECT_EQ(check.interval_ms(), 700u);
  EXPECT_EQ(check.timeout_ms(), 300u);
}

TEST(ProbePlanTest, CertificateIsForTheServerNameOrElseTheHost) {
  Given given = World();
  given.config().health_checks = {
      {.name = "a", .nodes = {"bj"}, .type = CheckType::kHttps, .host = "live.example"},
      {.name = "b",
       .nodes = {"bj"},
       .type = CheckType::kHttps,
       .host = "live.example",
       .server_name = "node.example",
       .skip_verify = true},
      {.name = "c", .nodes = {"bj"}, .type = CheckType::kHttp, .host = "live.example"}};
  const v1::ProbePlan plan = BuildProbePlan(*given.Snapshot(), kNowS).plan;
  ASSERT_EQ(plan.checks_size(), 3);
  EXPECT_EQ(plan.checks(0).server_name(), "live.example");
  EXPECT_FALSE(plan.checks(0).skip_verify());
  EXPECT_EQ(plan.checks(1).server_name(), "node.example");
  EXPECT_TRUE(plan.checks(1).skip_verify());
  EXPECT_EQ(plan.checks(2).server_name(), "");
}

Given VendorWorld(const HealthCheck& check) {
  Given given = World();
  given.Vendor("alpha");
  Cdn& alpha = given.config().cdns.back();
  alpha.pull_templates["flv"] = "https://{host}/{app}/{stream}{suffix}.flv";
  alpha.pull_domain = "pull.alpha.example";
  alpha.pull_domains = {{"hls", "hls.alpha.example:8080"}};
  alpha.pull_signing = {
      .method = SignMethod::kHmacSha256, .key = "k", .validity_s = 3600, .text = "{path}{time}"};
  given.config().health_checks = {check};
  return given;
}

TEST(ProbePlanTest, VendorsDomainsAreCheckedByName) {
  const Given given = VendorWorld({.name = "c", .cdn = "alpha", .type = CheckType::kHttps});
  const ProbePlanFor made = BuildProbePlan(*given.Snapshot(), kNowS);
  EXPECT_EQ(made.renew_at_s, INT64_MAX);
  ASSERT_EQ(made.plan.checks_size(), 2);
  const v1::ProbePlan::Check& flv = made.plan.checks(0);
  EXPECT_EQ(flv.node(), "cdn/alpha/play/pull.alpha.example:443");
  EXPECT_EQ(flv.address(), "pull.alpha.example");
  EXPECT_EQ(flv.port(), 443u);
  EXPECT_EQ(flv.host(), "pull.alpha.example");
  EXPECT_EQ(flv.server_name(), "pull.alpha.example");
  const v1::ProbePlan::Check& hls = made.plan.checks(1);
  EXPECT_EQ(hls.node(), "cdn/alpha/play/hls.alpha.example:8080");
  EXPECT_EQ(hls.address(), "hls.alpha.example");
  EXPECT_EQ(hls.host(), "hls.alpha.example:8080");
  EXPECT_EQ(hls.server_name(), "hls.alpha.example");
}

TEST(ProbePlanTest, FlvOfAVendorGoesOverTlsWhereItsUrlsDo) {
  const Given given = VendorWorld(
      {.name = "c", .cdn = "alpha", .type = CheckType::kFlv, .path = "/live/probe.flv"});
  const v1::ProbePlan plan = BuildProbePlan(*given.Snapshot(), kNowS).plan;
  ASSERT_EQ(plan.checks_size(), 1);
  EXPECT_EQ(plan.checks(0).type(), "flvs");
  EXPECT_EQ(plan.checks(0).server_name(), "pull.alpha.example");
  EXPECT_EQ(plan.checks(0).path(), "/live/probe.flv");
}

TEST(ProbePlanTest, SignedPathHoldsUntilThePlanIsRenewedAndLonger) {
  const Given given = VendorWorld({.name = "c",
                                   .cdn = "alpha",
                                   .type = CheckType::kFlv,
                                   .path = "/live/probe.flv",
                                   .sign_path = true});
  const auto snapshot = given.Snapshot();
  const ProbePlanFor made = BuildProbePlan(*snapshot, kNowS);
  EXPECT_GT(made.renew_at_s, kNowS);
  EXPECT_LE(made.renew_at_s, kNowS + 3600);
  const std::string path = made.plan.checks(0).path();
  EXPECT_TRUE(absl::StartsWith(path, "/live/probe.flv?")) << path;
  EXPECT_TRUE(absl::StrContains(path, absl::StrCat("=", made.renew_at_s + 3600))) << path;
  EXPECT_EQ(BuildProbePlan(*snapshot, made.renew_at_s - 1).plan.checks(0).path(), path);
  EXPECT_NE(BuildProbePlan(*snapshot, made.renew_at_s).plan.checks(0).path(), path);
}

TEST(ProbePlanTest, MediaOfNodesAreAskedForBySignedPathsWhereViewersUrlsAreSigned) {
  Given given = World();
  given.config().cdns[0].pull_signing = {
      .method = SignMethod::kHmacSha256, .key = "k", .validity_s = 86'400, .text = "{path}{time}"};
  given.config().health_checks = {
      {.name = "flv", .type = CheckType::kFlv, .path = "/live/probe.flv"},
      {.name = "http", .type = CheckType::kHttp, .path = "/healthz"}};
  const auto snapshot = given.Snapshot();
  const ProbePlanFor made = BuildProbePlan(*snapshot, kNowS);
  EXPECT_GT(made.renew_at_s, kNowS);
  EXPECT_LE(made.renew_at_s, kNowS + 300);
  for (const v1::ProbePlan::Check& check : made.plan.checks()) {
    const bool is_signed = absl::StrContains(check.path(), "?");
    EXPECT_EQ(is_signed, check.type() == "flv" && check.node() != "hk") << check.DebugString();
  }
  const ProbePlanFor later = BuildProbePlan(*snapshot, made.renew_at_s);
  EXPECT_GT(later.renew_at_s, made.renew_at_s);
  EXPECT_NE(later.plan.SerializeAsString(), made.plan.SerializeAsString());
}

TEST(ProbePlanTest, WithoutChecksThereIsNothingToDo) {
  const v1::ProbePlan plan = BuildProbePlan(*World().Snapshot(), kNowS).plan;
  EXPECT_EQ(plan.checks_size(), 0);
}

}  // namespace
}  // namespace nearcast::scheduler
