// Gate: whether somebody may publish or play. Doors (ingest/publish_desk.h, egress/play_desk.h) ask
// it first, before the attempt costs anything else.
#ifndef DATAPLANE_ADMISSION_GATE_H_
#define DATAPLANE_ADMISSION_GATE_H_

#include <cstdint>
#include <functional>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dataplane/admission/attempt.h"
#include "dataplane/stream/gop_start.h"

namespace nearcast::admission {

// How a viewer plays whose URL does not say; what is not set is the node's own default.
struct PlayTerms {
  std::optional<int64_t> gop_cache_ms;
  std::optional<stream::GopCachePolicy> policy;
  std::optional<int32_t> hls_slice_ms;
  std::optional<int64_t> protected_period_ms;
  std::optional<int64_t> gop_keep_ms;
};

// Thread rule: any thread. Neither method blocks; each calls `done` once, from any thread, maybe
// before it returns. PermissionDenied says why, in words for the peer; any other error refuses as
// well.
class Gate {
 public:
  using PublishDone = std::function<void(absl::Status)>;
  using PlayDone = std::function<void(absl::StatusOr<PlayTerms>)>;
  virtual ~Gate() = default;

  virtual void AdmitPublish(const Attempt& attempt, PublishDone done) = 0;
  virtual void AdmitPlay(const Attempt& attempt, PlayDone done) = 0;
};

// Lets everybody through. Thread rule: any thread.
class OpenGate : public Gate {
 public:
  void AdmitPublish(const Attempt& attempt, PublishDone done) override { done(absl::OkStatus()); }
  void AdmitPlay(const Attempt& attempt, PlayDone done) override { done(PlayTerms()); }
};

}  // namespace nearcast::admission

#endif  // DATAPLANE_ADMISSION_GATE_H_
