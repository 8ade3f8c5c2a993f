#include "services/node/probe_desk.h"

#include <thread>
#include <vector>

#include "base/fake_clock.h"
#include "gtest/gtest.h"
#include "schedulerlib/testing/given.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

class ProbeDeskTest : public ::testing::Test {
 protected:
  void SetUp() override { publisher_.SetConfig(World("tcp")); }

  static scheduler::Config World(const std::string& check) {
    scheduler::Given given;
    given.Own("own").Node("gz", "CN").Node("bj", "CN");
    given.config().health_checks.emplace_back().name = check;
    return given.config();
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  Publisher publisher_{&clock_, std::make_shared<const ipdb::PrefixTable>(), {}};
  ProbeDesk desk_{&clock_, &publisher_};
};

TEST_F(ProbeDeskTest, PlanComesAtOnceAndOnChangeUntilClosed) {
  std::vector<uint64_t> versions;
  const uint64_t vantage =
      desk_.Open([&](ProbeDesk::Plan plan) { versions.push_back(plan->version()); });
  publisher_.SetConfig(World("tcp"));
  publisher_.SetConfig(World("other"));
  desk_.Close(vantage);
  publisher_.SetConfig(World("third"));
  ASSERT_EQ(versions.size(), 2u);
  EXPECT_EQ(versions[1], versions[0] + 1);
}

TEST_F(ProbeDeskTest, SignedPathsAreMadeAnewBeforeTheyEnd) {
  scheduler::Given given;
  given.Vendor("alpha");
  given.config().cdns[0].pull_signing = {
      .method = SignMethod::kHmacSha256, .key = "k", .validity_s = 3600, .text = "{path}{time}"};
  given.config().health_checks = {
      {.name = "http", .cdn = "alpha", .type = scheduler::CheckType::kHttp, .sign_path = true}};
  publisher_.SetConfig(given.config());
  std::vector<std::string> paths;
  desk_.Open([&](ProbeDesk::Plan plan) { paths.push_back(plan->checks(0).path()); });
  v1::ProbeReport report;
  report.set_vantage("v1");
  for (int minute = 0; minute < 120; ++minute) {
    ASSERT_TRUE(desk_.TakeReport(report).ok());
    clock_.Advance(absl::Minutes(1));
  }
  ASSERT_EQ(paths.size(), 3u);  // at once, and after each hour's end
  EXPECT_NE(paths[0], paths[1]);
  EXPECT_NE(paths[1], paths[2]);
}

TEST_F(ProbeDeskTest, ReportReachesThePublisher) {
  v1::ProbeReport report;
  report.set_vantage("v1");
  v1::ProbeReport::CheckResult* result = report.add_checks();
  result->set_check("tcp");
  result->set_node("gz");
  result->set_ok(true);
  ASSERT_TRUE(desk_.TakeReport(report).ok());
  while (publisher_.Counters().check_results == 0) std::this_thread::yield();
  EXPECT_EQ(publisher_.Counters().check_results, 1u);
}

TEST_F(ProbeDeskTest, VantageNeedsAName) {
  v1::ProbeReport report;
  EXPECT_EQ(rpc::ReasonOf(desk_.TakeReport(report)), "VANTAGE_NAME");
  report.set_vantage(std::string(254, 'a'));
  EXPECT_EQ(rpc::ReasonOf(desk_.TakeReport(report)), "VANTAGE_NAME");
}

}  // namespace
}  // namespace nearcast
