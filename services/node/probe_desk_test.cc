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
  ProbeDesk desk_{&publisher_};
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
