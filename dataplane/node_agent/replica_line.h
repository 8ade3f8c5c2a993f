// ReplicaLine: calls a method of whichever replica of the control plane answers: first the one that
// answered last, then the others in turn (proto/nearcast/v1/node.proto).
//
//   line.Ask(&ReplicaLine::Methods::FindSource, request, terms,
//            [](const grpc::Status& status, const v1::FindSourceResponse& response) { … });
#ifndef DATAPLANE_NODE_AGENT_REPLICA_LINE_H_
#define DATAPLANE_NODE_AGENT_REPLICA_LINE_H_

#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "nearcast/v1/node.grpc.pb.h"

namespace nearcast::node_agent {

// A channel to each (host:port), in the clear; reconnects by itself.
inline std::vector<std::shared_ptr<v1::NodeService::Stub>> ConnectReplicas(
    const std::vector<std::string>& controls) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  std::vector<std::shared_ptr<v1::NodeService::Stub>> replicas;
  for (const std::string& address : controls) {
    replicas.push_back(v1::NodeService::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments)));
  }
  return replicas;
}

// Thread rule: any thread.
class ReplicaLine {
 public:
  using Stub = v1::NodeService::Stub;
  using Methods = v1::NodeService::StubInterface::async_interface;
  template <typename Request, typename Response>
  using Method = void (Methods::*)(grpc::ClientContext*, const Request*, Response*,
                                   std::function<void(grpc::Status)>);
  // Called once, on one of gRPC's threads, with the last replica's word where none answered.
  template <typename Response>
  using Done = std::function<void(const grpc::Status& status, const Response& response)>;

  struct Terms {
    grpc::StatusCode refusal;  // an answer too; any other error goes to the next replica
    int64_t replica_ms_max;    // for one replica to answer
    int64_t answer_ms_max;     // for all of them
  };

  explicit ReplicaLine(std::vector<std::shared_ptr<Stub>> replicas)  // one at least
      : replicas_(std::move(replicas)) {}
  ~ReplicaLine() { Stop(); }

  // Waits for the answers to what has been asked; nothing may be asked meanwhile.
  void Stop();

  template <typename Request, typename Response>
  void Ask(Method<Request, Response> method, Request request, const Terms& terms,
           Done<Response> done);

 private:
  template <typename Request, typename Response>
  struct Question {
    Method<Request, Response> method;
    Request request;
    Response response;
    Terms terms;
    Done<Response> done;
    std::chrono::system_clock::time_point deadline;
    std::unique_ptr<grpc::ClientContext> context;
    size_t replica;
    size_t tries = 0;
  };

  template <typename Request, typename Response>
  void Send(const std::shared_ptr<Question<Request, Response>>& question);
  template <typename Request, typename Response>
  void OnAnswer(const std::shared_ptr<Question<Request, Response>>& question,
                const grpc::Status& status);

  const std::vector<std::shared_ptr<Stub>> replicas_;
  std::atomic<size_t> preferred_{0};
  absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;  // questions
};

inline void ReplicaLine::Stop() {
  absl::MutexLock lock(&mutex_);  // each question has a deadline
  mutex_.Await(absl::Condition(
      +[](int* open) { return *open == 0; }, &open_));
}

template <typename Request, typename Response>
void ReplicaLine::Ask(Method<Request, Response> method, Request request, const Terms& terms,
                      Done<Response> done) {
  auto question = std::make_shared<Question<Request, Response>>();
  question->method = method;
  question->request = std::move(request);
  question->terms = terms;
  question->done = std::move(done);
  question->deadline =
      std::chrono::system_clock::now() + std::chrono::milliseconds(terms.answer_ms_max);
  question->replica = preferred_.load(std::memory_order_relaxed);
  {
    absl::MutexLock lock(&mutex_);
    ++open_;
  }
  Send(question);
}

template <typename Request, typename Response>
void ReplicaLine::Send(const std::shared_ptr<Question<Request, Response>>& question) {
  const auto replica_deadline =
      std::chrono::system_clock::now() + std::chrono::milliseconds(question->terms.replica_ms_max);
  question->context = std::make_unique<grpc::ClientContext>();
  question->context->set_deadline(std::min(replica_deadline, question->deadline));
  Methods* methods = replicas_[question->replica]->async();
  (methods->*question->method)(
      question->context.get(), &question->request, &question->response,
      [this, question](const grpc::Status& status) { OnAnswer(question, status); });
}

template <typename Request, typename Response>
void ReplicaLine::OnAnswer(const std::shared_ptr<Question<Request, Response>>& question,
                           const grpc::Status& status) {
  const bool answered = status.ok() || status.error_code() == question->terms.refusal;
  const bool in_time = std::chrono::system_clock::now() < question->deadline;
  if (!answered && in_time && ++question->tries < replicas_.size()) {
    question->replica = (question->replica + 1) % replicas_.size();
    Send(question);
    return;
  }
  if (answered) preferred_.store(question->replica, std::memory_order_relaxed);
  question->done(status, question->response);
  // It holds the channel, whose end joins gRPC's own threads: that must not be left to one of them.
  question->context.reset();
  absl::MutexLock lock(&mutex_);
  --open_;
}

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_REPLICA_LINE_H_
