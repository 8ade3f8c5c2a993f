// PlayDesk: admits viewers, whatever door they came through: counts them, finds their stream, and
// has somebody fetch it when this node does not have it.
#ifndef DATAPLANE_EGRESS_PLAY_DESK_H_
#define DATAPLANE_EGRESS_PLAY_DESK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "dataplane/admission/attempt.h"
#include "dataplane/admission/gate.h"
#include "dataplane/egress/play_request.h"
#include "dataplane/egress/viewer_protocol.h"
#include "dataplane/egress/worker.h"
#include "dataplane/plays/play_log.h"
#include "dataplane/stream/hub.h"

namespace nearcast::egress {

// What whoever waits for a stream would have of it.
struct FetchWish {
  std::vector<std::string> via;  // the nodes that the wish came through
  int64_t gop_cache_ms = 0;      // how far back the stream should reach when it comes
};

// Brings a stream to this node that somebody wants to play here (pull/pull_desk.h).
class StreamFetcher {
 public:
  virtual ~StreamFetcher() = default;

  // Begins to fetch `stream` unless that goes on already; when nobody has it, the stream is ended.
  // As long as no source has been asked, the largest wish counts. Any thread.
  virtual void Fetch(const std::shared_ptr<stream::Stream>& stream, const FetchWish& wish) = 0;
};

struct PlayDeskOptions {
  size_t viewers_max = 20'000;  // of this node, waiting ones included
  size_t waiting_max = 2'000;   // that wait for one stream which is not here (yet)
  int64_t wait_ms = 5'000;      // how long such a viewer waits
};

struct Arrival {
  int fd = -1;  // connected and non-blocking; the desk takes it
  std::shared_ptr<ViewerProtocol> protocol;
  PlayRequest request;
  admission::Attempt attempt;
  std::vector<std::string> via;
};

// Refusals, by the viewer's protocol: the gate's, NotFound when nobody has the stream,
// ResourceExhausted over a limit. Thread rule: Admit on the worker's thread, the rest from any.
class PlayDesk {
 public:
  // `fetcher` may be null: then only what is published here can be played. So may `log`.
  PlayDesk(const PlayDeskOptions& options, std::vector<Worker*> workers, stream::Hub* hub,
           StreamFetcher* fetcher, admission::Gate* gate, plays::PlayLog* log = nullptr);

  // On `worker`'s thread. A viewer that cannot be admitted is told why by its protocol.
  void Admit(Worker* worker, Arrival arrival);

  // Viewers on this node, waiting ones included. Any thread.
  size_t viewers() const;

  // Null where nobody is told of plays, and for relays, which are no viewers. `format` is a literal.
  std::unique_ptr<plays::PlayTicket> OpenTicket(absl::string_view stream, absl::string_view format,
                                                absl::string_view address);

  // For viewers without a connection of their own (HLS sessions): whether they may play it; as
  // admission::Gate.
  void AskGate(const admission::Attempt& attempt, admission::Gate::PlayDone done) {
    gate_->AdmitPlay(attempt, std::move(done));
  }

  // For the same: the stream, which may be still to
  // come. Whoever watches it or waits for it counts itself (Stream::AddViewers), and then has it
  // fetched. NotFound, ResourceExhausted. Any thread.
  absl::StatusOr<std::shared_ptr<stream::Stream>> Find(const std::string& name);
  void Fetch(const std::shared_ptr<stream::Stream>& stream, const FetchWish& wish);

 private:
  struct Guest;  // an arrival that waits for the gate

  void Enter(Worker* worker, Arrival arrival, const absl::StatusOr<admission::PlayTerms>& terms);
  void TurnAway(const Arrival& arrival, const absl::Status& reason);

  const PlayDeskOptions options_;
  const std::vector<Worker*> workers_;
  stream::Hub* const hub_;
  StreamFetcher* const fetcher_;
  admission::Gate* const gate_;
  plays::PlayLog* const log_;
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_PLAY_DESK_H_
