#include "dataplane/node_agent/node_agent.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "dataplane/node_agent/loopback_rpc.h"
#include "gtest/gtest.h"
#include "proto/nearcast/v1/node.grpc.pb.h"

namespace nearcast::node_agent {
namespace {

// A control plane of one method each: notes reports, answers with what the test wants.
class FakeControlPlane : public nearcast::v1::NodeService::Service {
 public:
  grpc::Status Report(grpc::ServerContext*,
                      grpc::ServerReaderWriter<nearcast::v1::NodeCommand, nearcast::v1::NodeReport>*
                          stream) override {
    nearcast::v1::NodeReport report;
    while (stream->Read(&report)) {
      nearcast::v1::NodeCommand command;
      command.set_sequence(report.sequence());
      if (report.sequence() == 2) command.add_end_streams("live/banned");
      if (report.sequence() > 2) {
        auto* held = command.add_hold();
        held->set_app("live");
        held->set_stream("held");
      }
      if (report.plan() != plan.id()) *command.mutable_measure() = plan;
      if (report.url_keys() != keys.id()) *command.mutable_url_keys() = keys;
      stream->Write(command);
      absl::MutexLock lock(&mutex_);
      reports_.push_back(report);
    }
    return grpc::Status::OK;
  }

  grpc::Status FindSource(grpc::ServerContext*, const nearcast::v1::FindSourceRequest* request,
                          nearcast::v1::FindSourceResponse* response) override {
    absl::MutexLock lock(&mutex_);
    ++questions_;
    if (request->stream() != "a") return {grpc::StatusCode::NOT_FOUND, "nobody"};
    auto* source = response->add_sources();
    source->set_node("n2");
    source->set_url("http://127.0.0.12:8088/live/a.flv");
    response->set_ttl_ms(60'000);
    return grpc::Status::OK;
  }

  bool AwaitReports(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [this, count]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return reports_.size() >= count;
    };
    return mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
  }
  nearcast::v1::NodeReport report(size_t i) {
    absl::MutexLock lock(&mutex_);
    return reports_[i];
  }
  int questions() {
    absl::MutexLock lock(&mutex_);
    return questions_;
  }

  // The first measurement in any report, if one comes.
  std::optional<nearcast::v1::DelayMeasurement> AwaitDelay() {
    absl::MutexLock lock(&mutex_);
    const auto find = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return reports_.back().delays_size() > 0;
    };
    if (!mutex_.AwaitWithTimeout(absl::Condition(&find), absl::Seconds(20))) return std::nullopt;
    return reports_.back().delays(0);
  }

  const std::string& address() const { return rpc_.address(); }

  nearcast::v1::MeasurePlan plan;  // set before the first report
  nearcast::v1::UrlKeys keys;      // likewise

 private:
  absl::Mutex mutex_;
  std::vector<nearcast::v1::NodeReport> reports_;
  int questions_ = 0;
  LoopbackRpc rpc_{this};
};

class NodeAgentTest : public testing::Test {
 protected:
  std::unique_ptr<NodeAgent> MakeAgent(std::vector<std::string> controls) {
    NodeAgentOptions options{.identity = {.node = "n1", .instance_id = "i"},
                             .controls = std::move(controls),
                             .report_ms = report_ms_};
    return std::make_unique<NodeAgent>(
        options, [] { return NodeReading{.now_ms = 1, .viewers = 3}; },
        [this](const std::string& stream) {
          absl::MutexLock lock(&mutex_);
          if (!ended_.HasBeenNotified()) ended_.Notify();
          ended_stream_ = stream;
        },
        [this](const nearcast::v1::UrlKeys& keys) {
          absl::MutexLock lock(&mutex_);
          keys_.push_back(keys);
        });
  }

  bool AwaitKeys(size_t count) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [this, count]()
                            ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return keys_.size() >= count; };
    return mutex_.AwaitWithTimeout(absl::Condition(&enough), absl::Seconds(20));
  }

  absl::StatusOr<pull::Sources> Ask(NodeAgent* agent, const pull::SourceQuestion& question) {
    absl::Notification answered;
    absl::StatusOr<pull::Sources> answer;
    agent->Find(question, [&](absl::StatusOr<pull::Sources> sources) {
      answer = std::move(sources);
      answered.Notify();
    });
    EXPECT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(20)));
    return answer;
  }

  int64_t report_ms_ = 10;
  absl::Mutex mutex_;
  std::vector<nearcast::v1::UrlKeys> keys_ ABSL_GUARDED_BY(mutex_);
  absl::Notification ended_;
  std::string ended_stream_;
};

TEST_F(NodeAgentTest, TakesTheKeysOfItsCdnOnceAndSaysWhichItHas) {
  FakeControlPlane control;
  control.keys.set_id(9);
  control.keys.mutable_pull()->set_key("k");
  auto agent = MakeAgent({control.address()});
  agent->Start();
  ASSERT_TRUE(AwaitKeys(1));
  ASSERT_TRUE(control.AwaitReports(4));
  EXPECT_EQ(control.report(0).url_keys(), 0u);
  EXPECT_EQ(control.report(3).url_keys(), 9u);
  agent->Stop();
  absl::MutexLock lock(&mutex_);
  EXPECT_EQ(keys_.size(), 1u);
  EXPECT_EQ(keys_[0].pull().key(), "k");
}

TEST_F(NodeAgentTest, ReportsAtOnceWhenItIsTold) {
  FakeControlPlane control;
  report_ms_ = 3'600'000;
  auto agent = MakeAgent({control.address()});
  agent->Start();
  for (size_t reports = 1; reports <= 3; ++reports) {
    ASSERT_TRUE(control.AwaitReports(reports));
    agent->ReportNow();
  }
  ASSERT_TRUE(control.AwaitReports(4));
}

TEST_F(NodeAgentTest, MeasuresWhatEachReplicaWantsAndTellsItAlone) {
  FakeControlPlane one, two;
  auto* target = one.plan.add_targets();
  target->set_target("sample/127.0.0.1:1");
  target->set_address("127.0.0.1");
  target->set_port(1);  // refuses, which is an answer
  target->set_interval_ms(100);
  target->set_timeout_ms(5'000);
  target->set_tries(3);
  one.plan.set_id(77);
  auto agent = MakeAgent({one.address(), two.address()});
  agent->Start();
  ASSERT_TRUE(one.AwaitReports(1));
  ASSERT_TRUE(two.AwaitReports(1));
  const auto found = one.AwaitDelay();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->target(), "sample/127.0.0.1:1");
  EXPECT_GE(found->delay_us(), 1u);
  EXPECT_EQ(found->tries(), 3u);
  EXPECT_EQ(found->lost(), 0u);
  EXPECT_EQ(one.report(0).plan(), 0u);
  EXPECT_EQ(one.report(1).plan(), 77u) << "told once";
  EXPECT_EQ(two.report(0).delays_size(), 0);
  EXPECT_EQ(agent->measured().targets, 1u);
  agent->Stop();
}

TEST_F(NodeAgentTest, ReportsToEveryReplicaAndObeysCommands) {
  FakeControlPlane one, two;
  auto agent = MakeAgent({one.address(), two.address()});
  agent->Start();
  ASSERT_TRUE(one.AwaitReports(3));
  ASSERT_TRUE(two.AwaitReports(3));
  EXPECT_EQ(one.report(0).node(), "n1");
  EXPECT_EQ(one.report(1).sequence(), 2u);
  EXPECT_EQ(one.report(1).load().viewers(), 3u);
  EXPECT_TRUE(ended_.WaitForNotificationWithTimeout(absl::Seconds(20)));
  absl::MutexLock lock(&mutex_);
  EXPECT_EQ(ended_stream_, "live/banned");
}

TEST_F(NodeAgentTest, PassesOnWhatEachReplicaOrders) {
  FakeControlPlane control;
  absl::Notification ordered;
  NodeAgent agent(
      {.identity = {.node = "n1", .instance_id = "i"},
       .controls = {control.address()},
       .report_ms = 10},
      [] { return NodeReading{}; }, [](const std::string&) {}, [](const nearcast::v1::UrlKeys&) {},
      [&](const std::string& address, const NodeOrders& orders) {
        EXPECT_EQ(address, control.address());
        if (orders.holds.empty() || ordered.HasBeenNotified()) return;
        EXPECT_EQ(orders.holds, std::vector<std::string>{"live/held"});
        ordered.Notify();
      });
  agent.Start();
  EXPECT_TRUE(ordered.WaitForNotificationWithTimeout(absl::Seconds(20)));
  agent.Stop();
}

TEST_F(NodeAgentTest, AsksOnceAndBelievesTheAnswerForItsTime) {
  FakeControlPlane control;
  auto agent = MakeAgent({control.address()});
  for (int i = 0; i < 5; ++i) {
    const auto sources = Ask(agent.get(), {"live/a", {}});
    ASSERT_TRUE(sources.ok()) << sources.status();
    EXPECT_EQ((*sources)[0].node, "n2");
  }
  EXPECT_EQ(control.questions(), 1);
  EXPECT_TRUE(Ask(agent.get(), {"live/a", {"n2"}}).ok());
  EXPECT_EQ(control.questions(), 2);
  EXPECT_TRUE(Ask(agent.get(), {"live/a", {}}).ok());
  EXPECT_EQ(control.questions(), 3);
}

TEST_F(NodeAgentTest, NobodyIsNotFound) {
  FakeControlPlane control;
  auto agent = MakeAgent({control.address()});
  EXPECT_TRUE(absl::IsNotFound(Ask(agent.get(), {"live/none", {}}).status()));
}

TEST_F(NodeAgentTest, GoesToTheNextReplicaWhenOneIsAway) {
  std::string gone;
  { gone = FakeControlPlane().address(); }
  FakeControlPlane control;
  auto agent = MakeAgent({gone, control.address()});
  EXPECT_TRUE(Ask(agent.get(), {"live/a", {}}).ok());
  auto alone = MakeAgent({gone});
  EXPECT_EQ(Ask(alone.get(), {"live/a", {}}).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(NodeAgentTest, StopsWhileTheControlPlaneIsAway) {
  std::string gone;
  { gone = FakeControlPlane().address(); }
  auto agent = MakeAgent({gone});
  agent->Start();
  agent->Stop();
}

}  // namespace
}  // namespace nearcast::node_agent
