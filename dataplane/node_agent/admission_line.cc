#include "dataplane/node_agent/admission_line.h"

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "dataplane/node_agent/node_report.h"

namespace nearcast::node_agent {
namespace {

constexpr grpc::StatusCode kRefusal = grpc::StatusCode::PERMISSION_DENIED;

ReplicaLine::Terms TermsOf(const AdmissionLineOptions& options) {
  return {kRefusal, options.answer_ms_max, options.answer_ms_max};
}

absl::Status AnswerOf(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.error_code() == kRefusal) return absl::PermissionDeniedError(status.error_message());
  return absl::UnavailableError(status.error_message());
}

admission::PlayAnswer PlayAnswerOf(const v1::AdmitPlayResponse& response) {
  admission::PlayAnswer answer;
  if (response.has_gop_cache_ms()) answer.terms.gop_cache_ms = response.gop_cache_ms();
  if (response.gop_cache_policy() == "lower") {
    answer.terms.policy = stream::GopCachePolicy::kLowerLimit;
  }
  if (response.gop_cache_policy() == "upper") {
    answer.terms.policy = stream::GopCachePolicy::kUpperLimit;
  }
  if (response.hls_slice_ms() > 0) {
    answer.terms.hls_slice_ms =
        static_cast<int32_t>(std::min<uint32_t>(response.hls_slice_ms(), INT32_MAX));
  }
  if (response.has_protected_period_ms()) {
    answer.terms.protected_period_ms = response.protected_period_ms();
  }
  if (response.has_gop_keep_duration_ms()) {
    answer.terms.gop_keep_ms = response.gop_keep_duration_ms();
  }
  answer.ttl_ms = response.ttl_ms();
  return answer;
}

template <typename Request>
Request RequestFor(const std::string& node, const std::string& app_and_name) {
  const StreamName name = SplitStreamName(app_and_name);
  Request request;
  request.set_node(node);
  request.set_app(name.app);
  request.set_stream(name.stream);
  return request;
}

}  // namespace

AdmissionLine::AdmissionLine(const AdmissionLineOptions& options)
    : options_(options), line_(ConnectReplicas(options.controls)) {}

void AdmissionLine::AskPublish(const admission::Attempt& attempt, PublishDone done) {
  auto request = RequestFor<v1::AdmitPublishRequest>(options_.node, attempt.stream);
  request.set_address(attempt.address);
  line_.Ask<v1::AdmitPublishRequest, v1::AdmitPublishResponse>(
      &ReplicaLine::Methods::AdmitPublish, std::move(request), TermsOf(options_),
      [done = std::move(done)](const grpc::Status& status, const auto&) {
        done(AnswerOf(status));
      });
}

void AdmissionLine::AskPlay(const admission::PlayQuestion& question, PlayDone done) {
  auto request = RequestFor<v1::AdmitPlayRequest>(options_.node, question.stream);
  request.set_network_grade(static_cast<uint32_t>(question.network_grade));
  line_.Ask<v1::AdmitPlayRequest, v1::AdmitPlayResponse>(
      &ReplicaLine::Methods::AdmitPlay, std::move(request), TermsOf(options_),
      [done = std::move(done)](const grpc::Status& status, const auto& response) {
        if (!status.ok()) return done(AnswerOf(status));
        done(PlayAnswerOf(response));
      });
}

}  // namespace nearcast::node_agent
