// Hub: every stream on this node by name, and the rules about who may publish.
//
//   auto publication = hub.Publish("live/show", identity, now_ms);     // ingest, pull
//   auto stream = hub.FindOrCreate("live/show", now_ms);               // a viewer
//   hub.Sweep(now_ms);                                                 // every second or so
//
// One publisher per stream. A second one is let in, and the first is cut off at its next frame,
// when
//   - the first has been silent for takeover_silence_ms (a half-open connection must not keep its
//     owner out), or
//   - it carries the same non-empty token (the same broadcaster, back before its old connection was
//     noticed), or
//   - the first is this node's own pull: what is pushed here needs no pull.
// Otherwise it is refused. A publisher that is lost has reconnect_grace_ms to come back: viewers
// stay, stream time goes on. One that ends on purpose ends the stream at once. Names come from
// outside, so their number is bounded, of those that viewers name apart from those that are
// published; a stream that nobody publishes or watches is forgotten.
#ifndef DATAPLANE_STREAM_HUB_H_
#define DATAPLANE_STREAM_HUB_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/stream/media_budget.h"
#include "dataplane/stream/stream.h"

namespace nearcast::stream {

struct HubOptions {
  RingBounds ring;
  size_t streams_max = 10'000;  // published or pulled here
  size_t waiting_max = 2'000;  // besides, waited for by viewers: these must not keep publishers out
  int64_t reconnect_grace_ms = 10'000;
  int64_t takeover_silence_ms = 3'000;
  int64_t publisher_silence_ms = 30'000;  // a publisher that sends nothing this long is lost
  size_t media_bytes_max = 0;             // in rings and HLS buffers (MediaBudget); 0 = no bound
  int64_t idle_ms = 10'000;  // an unpublished, unwatched stream is forgotten after this
};

struct SweepReport {
  std::vector<std::string> ended;      // their viewers have been told
  std::vector<std::string> forgotten;  // no longer in the hub
};

// Thread rule: any thread. Time is monotonic milliseconds, given by the caller.
class Hub {
 public:
  explicit Hub(const HubOptions& options)
      : options_(options), budget_(std::make_shared<MediaBudget>(options.media_bytes_max)) {}

  // AlreadyExists when the stream has another publisher; ResourceExhausted when there are too many
  // streams, or a new one finds no room in the budget: those that are here go on, and their
  // publishers may come back.
  absl::StatusOr<std::unique_ptr<Publication>> Publish(absl::string_view name,
                                                       PublisherIdentity identity, int64_t now_ms);

  // For viewers, who may come before the publisher. ResourceExhausted when too many streams are
  // waited for, counted, or when a stream would be brought here and there is no room for it.
  absl::StatusOr<std::shared_ptr<Stream>> FindOrCreate(absl::string_view name, int64_t now_ms);

  // Null when there is none.
  std::shared_ptr<Stream> Find(absl::string_view name) const;

  // Ends a stream by order: its viewers are let go and its publisher is refused at the next frame.
  // NotFound.
  absl::Status End(absl::string_view name);

  std::vector<std::shared_ptr<Stream>> List() const;

  SweepReport Sweep(int64_t now_ms);

  // Of all that is held on this node.
  const std::shared_ptr<MediaBudget>& budget() const { return budget_; }

  // Viewers that FindOrCreate has refused.
  uint64_t waiting_refused() const { return waiting_refused_.load(std::memory_order_relaxed); }

 private:
  using Streams = absl::flat_hash_map<std::string, std::shared_ptr<Stream>>;
  enum class Fate : uint8_t { kStays, kEnds, kIsForgotten };

  // Null when there is none that goes on.
  std::shared_ptr<Stream> FindLocked(absl::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<Stream> CreateLocked(absl::string_view name, int64_t now_ms)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EraseLocked(Streams::iterator which) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckPublisher(const Stream& stream, const PublisherIdentity& identity,
                              int64_t now_ms) const;
  Fate Settle(Stream* stream, int64_t now_ms) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Status CheckRoom() const;

  const HubOptions options_;
  const std::shared_ptr<MediaBudget> budget_;
  mutable absl::Mutex mutex_;
  Streams streams_ ABSL_GUARDED_BY(mutex_);
  size_t waiting_ ABSL_GUARDED_BY(mutex_) = 0;  // of streams_, never published
  std::atomic<uint64_t> waiting_refused_{0};
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_HUB_H_
