// AdmissionLine: asks the control plane about publishers and viewers: NodeService.AdmitPublish and
// AdmitPlay (proto/nearcast/v1/node.proto).
//
// All replicas share one deadline.
#ifndef DATAPLANE_NODE_AGENT_ADMISSION_LINE_H_
#define DATAPLANE_NODE_AGENT_ADMISSION_LINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dataplane/admission/admitter.h"
#include "dataplane/node_agent/replica_line.h"

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

  // Waits for the answers to what has been asked; nothing may be asked meanwhile.
  void Stop() { line_.Stop(); }

  void AskPublish(const admission::Attempt& attempt, PublishDone done) override;
  void AskPlay(const admission::PlayQuestion& question, PlayDone done) override;

 private:
  const AdmissionLineOptions options_;
  ReplicaLine line_;
};

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_ADMISSION_LINE_H_
