// PublishGate: whether somebody may publish a stream. The seam for signed push URLs and callbacks.
#ifndef DATAPLANE_INGEST_PUBLISH_GATE_H_
#define DATAPLANE_INGEST_PUBLISH_GATE_H_

#include <string>

#include "absl/status/status.h"

namespace nearcast::ingest {

struct PublishAttempt {
  std::string stream;   // app/name
  std::string query;    // of the push URL, without '?'
  std::string address;  // of the publisher, with port
};

// Thread rule: any thread. Must not block.
class PublishGate {
 public:
  virtual ~PublishGate() = default;

  // PermissionDenied says why, in words that may be shown to the publisher; any other error refuses
  // as well.
  virtual absl::Status Check(const PublishAttempt& attempt) = 0;
};

// Lets everybody publish: never an error. Thread rule: any thread.
class OpenPublishGate : public PublishGate {
 public:
  absl::Status Check(const PublishAttempt& attempt) override { return absl::OkStatus(); }
};

}  // namespace nearcast::ingest

#endif  // DATAPLANE_INGEST_PUBLISH_GATE_H_
