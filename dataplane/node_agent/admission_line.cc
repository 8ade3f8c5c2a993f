#include "dataplane/node_agent/admission_line.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "dataplane/node_agent/node_report.h"

namespace nearcast::node_agent {
namespace {

std::unique_ptr<v1::NodeService::Stub> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return v1::NodeService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

// Whatever else came back is no answer.
bool IsAnswer(const grpc::Status& status) {
  return status.ok() || status.error_code() == grpc::StatusCode::PERMISSION_DENIED;
}

absl::Status AnswerOf(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (IsAnswer(status)) return absl::PermissionDeniedError(status.error_message());
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

template <typename Request, typename Response>
struct AdmissionLine::Question {
  using OnStatus = std::function<void(grpc::Status)>;

  Request request;
  Response response;
  std::function<void(Stub*, Question*, OnStatus)> send;
  std::function<void(const absl::Status&, const Response&)> done;
  std::chrono::system_clock::time_point deadline;
  std::unique_ptr<grpc::ClientContext> context;
  size_t replica = 0;
  size_t tries = 0;
};

AdmissionLine::AdmissionLine(const AdmissionLineOptions& options) : options_(options) {
  for (const std::string& control : options_.controls) stubs_.push_back(Connect(control));
}

void AdmissionLine::Stop() {
  absl::MutexLock lock(&mutex_);  // each question has a deadline
  mutex_.Await(absl::Condition(
      +[](int* open) { return *open == 0; }, &open_));
}

void AdmissionLine::AskPublish(const admission::Attempt& attempt, PublishDone done) {
  using Asked = Question<v1::AdmitPublishRequest, v1::AdmitPublishResponse>;
  auto asked = std::make_shared<Asked>();
  asked->request = RequestFor<v1::AdmitPublishRequest>(options_.node, attempt.stream);
  asked->request.set_address(attempt.address);
  asked->send = [](Stub* stub, Asked* question, Asked::OnStatus on_status) {
    stub->async()->AdmitPublish(question->context.get(), &question->request, &question->response,
                                std::move(on_status));
  };
  asked->done = [done = std::move(done)](const absl::Status& status, const auto&) { done(status); };
  Begin(std::move(asked));
}

void AdmissionLine::AskPlay(const admission::PlayQuestion& question, PlayDone done) {
  using Asked = Question<v1::AdmitPlayRequest, v1::AdmitPlayResponse>;
  auto asked = std::make_shared<Asked>();
  asked->request = RequestFor<v1::AdmitPlayRequest>(options_.node, question.stream);
  asked->request.set_network_grade(static_cast<uint32_t>(question.network_grade));
  asked->send = [](Stub* stub, Asked* question, Asked::OnStatus on_status) {
    stub->async()->AdmitPlay(question->context.get(), &question->request, &question->response,
                             std::move(on_status));
  };
  asked->done = [done = std::move(done)](const absl::Status& status, const auto& response) {
    if (!status.ok()) return done(status);
    done(PlayAnswerOf(response));
  };
  Begin(std::move(asked));
}

template <typename Request, typename Response>
void AdmissionLine::Begin(std::shared_ptr<Question<Request, Response>> question) {
  question->deadline =
      std::chrono::system_clock::now() + std::chrono::milliseconds(options_.answer_ms_max);
  question->replica = preferred_.load(std::memory_order_relaxed);
  {
    absl::MutexLock lock(&mutex_);
    ++open_;
  }
  Ask(question);
}

template <typename Request, typename Response>
void AdmissionLine::Ask(const std::shared_ptr<Question<Request, Response>>& question) {
  question->context = std::make_unique<grpc::ClientContext>();
  question->context->set_deadline(question->deadline);
  question->send(stubs_[question->replica].get(), question.get(),
                 [this, question](const grpc::Status& status) { OnAnswer(question, status); });
}

template <typename Request, typename Response>
void AdmissionLine::OnAnswer(const std::shared_ptr<Question<Request, Response>>& question,
                             const grpc::Status& status) {
  const bool in_time = std::chrono::system_clock::now() < question->deadline;
  if (!IsAnswer(status) && in_time && ++question->tries < stubs_.size()) {
    question->replica = (question->replica + 1) % stubs_.size();
    Ask(question);
    return;
  }
  if (IsAnswer(status)) preferred_.store(question->replica, std::memory_order_relaxed);
  question->done(AnswerOf(status), question->response);
  // It holds the channel, whose end joins gRPC's own threads: that must not be left to one of them.
  question->context.reset();
  absl::MutexLock lock(&mutex_);
  --open_;
}

}  // namespace nearcast::node_agent
