// Admitter: who is asked about publishers and viewers beyond their URLs: the control plane
// (node_agent/admission_line.h).
#ifndef DATAPLANE_ADMISSION_ADMITTER_H_
#define DATAPLANE_ADMISSION_ADMITTER_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dataplane/admission/attempt.h"
#include "dataplane/admission/gate.h"

namespace nearcast::admission {

struct PlayQuestion {
  std::string stream;     // app/name
  int network_grade = 0;  // 1 (worst) to 8; 0 = not known
};

struct PlayAnswer {
  PlayTerms terms;
  int64_t ttl_ms = 0;  // how long it may be reused
};

// Thread rule: any thread. Does not block; calls `done` once, from any thread, within the time that
// it was made with. PermissionDenied is an answer, for the peer; any other error means that there is
// none.
class Admitter {
 public:
  using PublishDone = std::function<void(absl::Status)>;
  using PlayDone = std::function<void(absl::StatusOr<PlayAnswer>)>;
  virtual ~Admitter() = default;

  virtual void AskPublish(const Attempt& attempt, PublishDone done) = 0;
  virtual void AskPlay(const PlayQuestion& question, PlayDone done) = 0;
};

}  // namespace nearcast::admission

#endif  // DATAPLANE_ADMISSION_ADMITTER_H_
