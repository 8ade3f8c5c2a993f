#include "dataplane/node_agent/admission_line.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "dataplane/node_agent/loopback_rpc.h"
#include "gtest/gtest.h"

namespace nearcast::node_agent {
namespace {

// Lets "live/good" through, refuses the rest; or, when it is busy, answers nobody.
class FakeControlPlane : public v1::NodeService::Service {
 public:
  grpc::Status AdmitPublish(grpc::ServerContext*, const v1::AdmitPublishRequest* request,
                            v1::AdmitPublishResponse*) override {
    if (busy) return {grpc::StatusCode::RESOURCE_EXHAUSTED, "busy"};
    if (request->stream() == "good" && request->node() == "n1") return grpc::Status::OK;
    return {grpc::StatusCode::PERMISSION_DENIED, absl::StrCat(request->address(), " may not")};
  }

  grpc::Status AdmitPlay(grpc::ServerContext*, const v1::AdmitPlayRequest* request,
                         v1::AdmitPlayResponse* response) override {
    if (request->stream() != "good") return {grpc::StatusCode::PERMISSION_DENIED, "banned"};
    response->set_gop_cache_ms(request->network_grade() * 100);
    response->set_gop_cache_policy("upper");
    response->set_ttl_ms(5000);
    response->set_hls_slice_ms(4000);
    response->set_protected_period_ms(0);
    response->set_gop_keep_duration_ms(1500);
    return grpc::Status::OK;
  }

  const std::string& address() const { return rpc_.address(); }

  bool busy = false;

 private:
  LoopbackRpc rpc_{this};
};

absl::Status AskPublish(AdmissionLine* line, const std::string& stream) {
  absl::Notification answered;
  absl::Status answer;
  admission::Attempt attempt;
  attempt.stream = stream;
  attempt.address = "192.0.2.1:5";
  line->AskPublish(attempt, [&](absl::Status status) {
    answer = std::move(status);
    answered.Notify();
  });
  EXPECT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(20)));
  return answer;
}

absl::StatusOr<admission::PlayAnswer> AskPlay(AdmissionLine* line, const std::string& stream,
                                              int grade) {
  absl::Notification answered;
  absl::StatusOr<admission::PlayAnswer> answer;
  line->AskPlay({stream, grade}, [&](absl::StatusOr<admission::PlayAnswer> told) {
    answer = std::move(told);
    answered.Notify();
  });
  EXPECT_TRUE(answered.WaitForNotificationWithTimeout(absl::Seconds(20)));
  return answer;
}

TEST(AdmissionLineTest, PassesOnWhatTheControlPlaneSaysOfAPublisher) {
  FakeControlPlane control;
  AdmissionLine line({.node = "n1", .controls = {control.address()}, .answer_ms_max = 20'000});
  EXPECT_TRUE(AskPublish(&line, "live/good").ok());
  const absl::Status refused = AskPublish(&line, "live/bad");
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(refused.message(), "192.0.2.1:5 may not");
}

TEST(AdmissionLineTest, PassesOnHowAStreamIsPlayed) {
  FakeControlPlane control;
  AdmissionLine line({.node = "n1", .controls = {control.address()}, .answer_ms_max = 20'000});
  const auto answer = AskPlay(&line, "live/good", 3);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->terms.gop_cache_ms, 300);
  EXPECT_EQ(answer->terms.policy, stream::GopCachePolicy::kUpperLimit);
  EXPECT_EQ(answer->ttl_ms, 5000);
  EXPECT_EQ(answer->terms.hls_slice_ms, 4000);
  EXPECT_EQ(answer->terms.protected_period_ms, 0);
  EXPECT_EQ(answer->terms.gop_keep_ms, 1500);
  EXPECT_TRUE(absl::IsPermissionDenied(AskPlay(&line, "live/bad", 0).status()));
}

TEST(AdmissionLineTest, AsksTheNextReplicaWhenOneCannotAnswer) {
  FakeControlPlane busy, control;
  busy.busy = true;
  AdmissionLine line(
      {.node = "n1", .controls = {busy.address(), control.address()}, .answer_ms_max = 20'000});
  EXPECT_TRUE(AskPublish(&line, "live/good").ok());
}

TEST(AdmissionLineTest, NoAnswerIsNoRefusal) {
  std::string gone;
  { gone = FakeControlPlane().address(); }
  AdmissionLine line({.node = "n1", .controls = {gone}, .answer_ms_max = 20'000});
  EXPECT_TRUE(absl::IsUnavailable(AskPublish(&line, "live/good")));
  EXPECT_TRUE(absl::IsUnavailable(AskPlay(&line, "live/good", 0).status()));
}

}  // namespace
}  // namespace nearcast::node_agent
