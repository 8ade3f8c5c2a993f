// AdmissionLine: asks the control plane about publishers and viewers: NodeService.AdmitPublish and
// AdmitPlay (proto/nearcast/v1/node.proto).
//
// The replica that answered last is asked first, then the others, all within one deadline.
#ifndef DATAPLANE_NODE_AGENT_ADMISSION_LINE_H_
#define DATAPLANE_NODE_AGENT_ADMISSION_LINE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/admission/admitter.h"
#include "nearcast/v1/node.grpc.pb.h"

namespace nearcast::node_agent {

struct AdmissionLineOptions {
  std::string node;
  std::vector<std::string> controls;  // host:port of each replica, one at least
  int64_t answer_ms_max = 1'000;
};

// Thread rule: any thread.
class AdmissionLine : public admission::Admitter {
 public:
  explicit AdmissionLine(const AdmissionLineOptions& options);
  ~AdmissionLine() override { Stop(); }

  // Waits for the answers to what has been asked; nothing may be asked meanwhile.
  void Stop();

  void AskPublish(const admission::Attempt& attempt, PublishDone done) override;
  void AskPlay(const admission::PlayQuestion& question, PlayDone done) override;

 private:
  using Stub = v1::NodeService::Stub;
  template <typename Request, typename Response>
  struct Question;

  template <typename Request, typename Response>
  void Begin(std::shared_ptr<Question<Request, Response>> question);
  template <typename Request, typename Response>
  void Ask(const std::shared_ptr<Question<Request, Response>>& question);
  template <typename Request, typename Response>
  void OnAnswer(const std::shared_ptr<Question<Request, Response>>& question,
                const grpc::Status& status);

  const AdmissionLineOptions options_;
  std::vector<std::unique_ptr<Stub>> stubs_;
  std::atomic<size_t> preferred_{0};
  absl::Mutex mutex_;
  int open_ ABSL_GUARDED_BY(mutex_) = 0;  // questions
};

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_ADMISSION_LINE_H_
