// PublishDesk: admits publishers, whatever door they came through: checks the name and the right to
// it, and gives them the stream.
#ifndef DATAPLANE_INGEST_PUBLISH_DESK_H_
#define DATAPLANE_INGEST_PUBLISH_DESK_H_

#include <memory>

#include "absl/status/statusor.h"
#include "dataplane/ingest/media_intake.h"
#include "dataplane/ingest/publish_gate.h"
#include "dataplane/stream/hub.h"

namespace nearcast::ingest {

// Thread rule: any thread.
class PublishDesk {
 public:
  PublishDesk(stream::Hub* hub, PublishGate* gate) : hub_(hub), gate_(gate) {}

  // InvalidArgument for a bad name, the gate's errors, and the errors of Hub::Publish.
  absl::StatusOr<std::unique_ptr<MediaIntake>> Admit(const PublishAttempt& attempt, int64_t now_ms);

 private:
  stream::Hub* const hub_;
  PublishGate* const gate_;
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_PUBLISH_DESK_H_
