// Fanout: the viewers of one stream on one serving thread.
//
//   writer's thread   Stream::Append → OnFrames: once a lane is due, sets a flag and, the first
//                     time, posts Drain to the serving thread
//   serving thread    Drain: SyncReplica once, then a round over the viewers that are due: one
//                     sendmsg each, in slices of kSliceViewers so that a stream with many viewers
//                     does not keep the thread from anything else
//
// Viewers stand in lanes by how long they let frames gather (merge_ms): a lane is due when a frame
// comes and merge_ms have passed since its last round, so a lane needs no timer, and frames that come
// meanwhile wake nobody; Tick sends what gathered before a silence. Everything is sent from a replica of the ring that this thread alone
// reads: no lock and no reference count per viewer or frame. Thread rule: OnFrames from any thread;
// all else on the loop's thread.
#ifndef DATAPLANE_EGRESS_FANOUT_H_
#define DATAPLANE_EGRESS_FANOUT_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/egress/backlog.h"
#include "dataplane/egress/egress_counters.h"
#include "dataplane/egress/loop.h"
#include "dataplane/egress/send_batch.h"
#include "dataplane/egress/viewer.h"
#include "dataplane/stream/stream.h"

namespace nearcast::egress {

// What the fanouts of one thread share.
struct FanoutTools {
  Loop* loop = nullptr;
  SendBatch* batch = nullptr;
  Backlog* backlog = nullptr;
  EgressCounters* counters = nullptr;
  WriteLimits limits;
  int64_t close_ms_max = 5'000;  // how long a viewer may take for the end of an ended stream
};

class Fanout : public stream::StreamListener,
               public BacklogOwner,
               public std::enable_shared_from_this<Fanout> {
 public:
  Fanout(std::shared_ptr<stream::Stream> stream, const FanoutTools& tools);
  ~Fanout() override;

  void OnFrames() override;
  void OnState() override;
  int64_t WantsMs() const override;
  stream::QueueSummary Queues() const override;

  // The viewer waits until the stream has begun, or is refused at its deadline.
  void Add(std::unique_ptr<Viewer> viewer);

  void OnReadable(Viewer* viewer);
  void OnWritable(Viewer* viewer);

  void ServeAgain(Viewer* viewer) override;

  // Every 100 ms or so.
  void Tick();

  // Frees the viewers that went since the last call; no pointer to a Viewer may be used across it.
  void Bury() { graveyard_.clear(); }

  size_t viewers() const { return viewers_; }

  // Adds its viewers, waiting ones included, until `out` holds `limit`.
  void AppendViewers(size_t limit, std::vector<ViewerStatus>* out) const;
  const std::shared_ptr<stream::Stream>& stream() const { return stream_; }

 private:
  static constexpr size_t kSliceViewers = 64;

  struct Lane {
    int64_t merge_ms = 0;
    int64_t round_ms = 0;                          // when its last round began
    std::vector<std::unique_ptr<Viewer>> viewers;  // null where one went during a round
    size_t next = 0;                               // of the round that is going on
    bool in_round = false;
    bool again = false;  // there is news since the round began
  };

  void Post(int64_t now_ms);
  void Drain();
  void Sync();
  void NoteDue();
  void BeginRounds(bool all);
  void RunRound(Lane* lane);
  void StartWaiting();
  void RefuseWaiting(const absl::Status& reason);
  bool CanStart() const;
  Lane* LaneOf(int64_t merge_ms);
  void Serve(Viewer* viewer);
  void Remove(Viewer* viewer);
  void EndIfDrained(Viewer* viewer, WriteOutcome* outcome);
  void CountDrops(const stream::DropCounts& drops);
  void Measure(int64_t now_ms);
  void CountQueues();
  void SendGathered(int64_t now_ms);
  void SendKeepAlives();

  const std::shared_ptr<stream::Stream> stream_;
  const FanoutTools tools_;
  std::atomic<bool> pending_{false};
  std::atomic<bool> news_{false};     // frames came that nobody was woken for
  std::atomic<int64_t> told_ms_{0};   // when those came that Drain is posted for
  std::atomic<int64_t> due_ms_{0};    // frames that come before then wait for one that comes after
  std::atomic<int64_t> merge_ms_{0};  // of the most impatient lane; 0 while somebody waits
  stream::FrameRing replica_;
  stream::StreamState state_ = stream::StreamState::kWaiting;
  int64_t ended_ms_ = 0;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<std::unique_ptr<Viewer>> waiting_;
  std::vector<std::unique_ptr<Viewer>> graveyard_;
  mutable absl::Mutex queues_mutex_;  // taken once per Tick
  stream::QueueSummary queues_ ABSL_GUARDED_BY(queues_mutex_);
  // As last measured, by bucket; it holds while nobody has been served since and nobody is behind.
  std::array<uint32_t, EgressCounters::kQueueMsBounds.size() + 1> queue_buckets_{};
  bool settled_ = false;
  size_t kept_alive_ = 0;  // viewers whose lines are
  size_t viewers_ = 0;
  uint64_t sent_bytes_ = 0;  // not said yet
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_FANOUT_H_
