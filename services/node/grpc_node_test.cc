#include "services/node/grpc_node.h"

#include <memory>
#include <thread>

#include "base/fake_clock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "nearcast/v1/node.grpc.pb.h"
#include "schedulerlib/testing/given.h"
#include "services/store/memory_store.h"

namespace nearcast {
namespace {

// A server and a client in one process, without a socket.
class GrpcNodeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    scheduler::Given given;
    given.Own("own").Node("gz", "CN").Node("bj", "CN", {"192.0.2.9"});
    publisher_.SetConfig(given.config());
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::NodeService::NewStub(server_->InProcessChannel(grpc::ChannelArguments()));
  }

  static v1::NodeReport ReportOf(const char* node, uint64_t sequence) {
    v1::NodeReport report;
    report.set_node(node);
    report.set_sequence(sequence);
    report.add_streams()->set_app("live");
    report.mutable_streams(0)->set_stream("s1");
    return report;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  store::MemoryStore store_;
  Publisher publisher_{&clock_, std::make_shared<const ipdb::PrefixTable>(), {}};
  StreamTable streams_{&store_};
  StreamLifecycle lifecycle_{&clock_, publisher_.holder(), &streams_};
  NodeDesk desk_{&clock_, &publisher_, &lifecycle_};
  AdmissionDesk admissions_{&clock_, publisher_.holder(), &streams_, UnknownStreams::kRefuse};
  StreamBoard board_{&clock_};
  callback::PlayDesk plays_{&clock_, publisher_.holder(), &streams_};
  std::unique_ptr<grpc::Service> service_ = MakeGrpcNode({&desk_, &admissions_, &board_, &plays_});
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::NodeService::Stub> stub_;
};

TEST_F(GrpcNodeTest, EachReportOfAStreamIsAnsweredInTurn) {
  grpc::ClientContext context;
  const auto stream = stub_->Report(&context);
  for (uint64_t sequence = 1; sequence <= 50; ++sequence) {
    ASSERT_TRUE(stream->Write(ReportOf("bj", sequence)));
    v1::NodeCommand command;
    ASSERT_TRUE(stream->Read(&command));
    EXPECT_EQ(command.sequence(), sequence);
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
  while (publisher_.PublishersOf("live/s1").empty()) std::this_thread::yield();

  grpc::ClientContext ask_context;
  v1::FindSourceRequest request;
  request.set_node("gz");
  request.set_app("live");
  request.set_stream("s1");
  v1::FindSourceResponse response;
  ASSERT_TRUE(stub_->FindSource(&ask_context, request, &response).ok());
  ASSERT_EQ(response.sources_size(), 1);
  EXPECT_EQ(response.sources(0).url(), "http://192.0.2.9:8088/live/s1.flv");
}

TEST_F(GrpcNodeTest, StreamOfAnUnknownNodeEndsWithNotFound) {
  grpc::ClientContext context;
  const auto stream = stub_->Report(&context);
  ASSERT_TRUE(stream->Write(ReportOf("x", 1)));
  v1::NodeCommand command;
  EXPECT_FALSE(stream->Read(&command));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(GrpcNodeTest, NodeThatGoesAwayInTheMiddleHurtsNobody) {
  {
    grpc::ClientContext context;
    const auto stream = stub_->Report(&context);
    ASSERT_TRUE(stream->Write(ReportOf("gz", 1)));
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  grpc::ClientContext context;
  const auto stream = stub_->Report(&context);
  ASSERT_TRUE(stream->Write(ReportOf("gz", 1)));
  v1::NodeCommand command;
  EXPECT_TRUE(stream->Read(&command));
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

scheduler::Config WithCheck(uint32_t interval_ms) {
  scheduler::Given given;
  given.Own("own").Node("gz", "CN").Node("bj", "CN", {"192.0.2.9"});
  scheduler::HealthCheck& check = given.config().health_checks.emplace_back();
  check.name = "tcp";
  check.interval_ms = interval_ms;
  return given.config();
}

TEST_F(GrpcNodeTest, VantageGetsThePlanAtOnceAndOnEachChange) {
  grpc::ClientContext context;
  const auto stream = stub_->Probe(&context);
  v1::ProbePlan plan;
  ASSERT_TRUE(stream->Read(&plan));
  EXPECT_EQ(plan.checks_size(), 0);
  publisher_.SetConfig(WithCheck(1000));
  ASSERT_TRUE(stream->Read(&plan));
  ASSERT_EQ(plan.checks_size(), 2);
  EXPECT_EQ(plan.checks(1).node(), "gz");
  const uint64_t version = plan.version();
  publisher_.SetConfig(WithCheck(1000));  // the same: not sent
  publisher_.SetConfig(WithCheck(2000));
  ASSERT_TRUE(stream->Read(&plan));
  EXPECT_EQ(plan.checks(0).interval_ms(), 2000u);
  EXPECT_EQ(plan.version(), version + 1);
  v1::ProbeReport report;
  report.set_vantage("v1");
  report.add_checks()->set_check("tcp");
  report.mutable_checks(0)->set_node("gz");
  ASSERT_TRUE(stream->Write(report));
  while (publisher_.Counters().check_results == 0) std::this_thread::yield();
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&plan));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(GrpcNodeTest, VantageWithoutANameIsRefused) {
  grpc::ClientContext context;
  const auto stream = stub_->Probe(&context);
  ASSERT_TRUE(stream->Write(v1::ProbeReport()));
  v1::ProbePlan plan;
  while (stream->Read(&plan)) continue;
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(GrpcNodeTest, VantageThatGoesAwayInTheMiddleHurtsNobody) {
  {
    grpc::ClientContext context;
    const auto stream = stub_->Probe(&context);
    v1::ProbePlan plan;
    ASSERT_TRUE(stream->Read(&plan));
    context.TryCancel();
    EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  for (uint32_t ms = 1000; ms < 1100; ++ms) publisher_.SetConfig(WithCheck(ms));
  grpc::ClientContext context;
  const auto stream = stub_->Probe(&context);
  v1::ProbePlan plan;
  ASSERT_TRUE(stream->Read(&plan));
  EXPECT_EQ(plan.checks(0).interval_ms(), 1099u);
}

TEST_F(GrpcNodeTest, WhoMayNotPublishIsToldWhyByName) {
  grpc::ClientContext context;
  v1::AdmitPublishRequest request;
  request.set_node("gz");
  request.set_app("live");
  request.set_stream("unknown");
  v1::AdmitPublishResponse response;
  const grpc::Status status = stub_->AdmitPublish(&context, request, &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_NE(status.error_message().find("live/unknown"), std::string::npos);
}

TEST_F(GrpcNodeTest, WhatIsServedIsKeptForWhoeverAsks) {
  grpc::ClientContext context;
  auto stream = stub_->Report(&context);
  v1::NodeReport report = ReportOf("gz", 1);
  report.add_served()->set_stream("s1");
  v1::NodeCommand command;
  ASSERT_TRUE(stream->Write(report) && stream->Read(&command));
  EXPECT_EQ(board_.List("gz", "s1").entries_size(), 1);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace nearcast
