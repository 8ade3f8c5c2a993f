// PublishDesk: admits publishers, whatever door they came through: checks the name and the right to
// it, and gives them the stream.
#ifndef DATAPLANE_INGEST_PUBLISH_DESK_H_
#define DATAPLANE_INGEST_PUBLISH_DESK_H_

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/limited_log.h"
#include "dataplane/admission/attempt.h"
#include "dataplane/admission/gate.h"
#include "dataplane/egress/worker.h"
#include "dataplane/ingest/ending_log.h"
#include "dataplane/ingest/media_intake.h"
#include "dataplane/stream/hub.h"

namespace nearcast::ingest {

// The lines of all doors, by kind.
struct PublishLog {
  LimitedLog begun;
  LimitedLog ended;
  LimitedLog refused;  // connections that were, or ended for an error
};

// Thread rule: any worker's thread.
class PublishDesk {
 public:
  // Called whenever a publisher has come or gone, on its thread.
  using Watcher = std::function<void()>;

  // Both must outlive it.
  PublishDesk(stream::Hub* hub, admission::Gate* gate) : hub_(hub), gate_(gate) {}

  // Before the first publisher comes.
  void Watch(Watcher watcher) { watcher_ = std::move(watcher); }

  // Those that have said goodbye.
  std::vector<Ending> Endings(int64_t now_ms) { return endings_.Recent(now_ms); }

  PublishLog& log() { return log_; }

  // On `worker`'s thread, which goes on with other things while the gate decides. InvalidArgument
  // for a bad name, the gate's errors, and the errors of Hub::Publish.
  boost::asio::awaitable<absl::StatusOr<std::unique_ptr<MediaIntake>>> Admit(
      admission::Attempt attempt, egress::Worker* worker);

 private:
  boost::asio::awaitable<absl::Status> AskGate(const admission::Attempt& attempt,
                                               egress::Worker* worker);

  stream::Hub* const hub_;
  admission::Gate* const gate_;
  Watcher watcher_ = [] {};
  EndingLog endings_;
  PublishLog log_;
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_PUBLISH_DESK_H_
