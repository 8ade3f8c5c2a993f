// Channel: one stream as HLS on this node: muxed once per format, whoever and however many watch.
//
//   writer's thread   Stream::Append → OnFrames: sets a flag and posts Drain to the home loop
//   home loop         Drain: new frames → feed → cutter → pieces in the store; who waits is told
//   any thread        Look: a session's window against the store, under the channel's lock
//
// A format is made when the first session wants it, from the oldest keyframe that the stream's ring
// still has, so that the first playlist is there at once. Pieces are immutable and counted: they
// are sent without the lock.
#ifndef DATAPLANE_HLS_CHANNEL_H_
#define DATAPLANE_HLS_CHANNEL_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/egress/loop.h"
#include "dataplane/hls/media_feed.h"
#include "dataplane/hls/mp4_cutter.h"
#include "dataplane/hls/piece_cutter.h"
#include "dataplane/hls/piece_store.h"
#include "dataplane/hls/slice_window.h"
#include "dataplane/stream/media_budget.h"
#include "dataplane/stream/stream.h"

namespace nearcast::hls {

struct ChannelOptions {
  PieceBounds pieces;
  int64_t part_ms = 500;      // LL-HLS: PART-TARGET wanted
  int64_t segment_ms = 2000;  // LL-HLS: segments from here on end at a key frame
  size_t waiters_max = 50'000;
  std::shared_ptr<stream::MediaBudget> budget = nullptr;  // what pieces count in; may be null
};

enum class Container : uint8_t { kTs, kFmp4 };

// What is muxed once: a container, with the picture or without.
struct TrackKind {
  Container container = Container::kTs;
  stream::Wanted wanted = stream::Wanted::kEverything;
};

// A track as a session sees it, while the channel's lock is held.
struct TrackView {
  const PieceStore* store = nullptr;
  const media::MediaConfig* config = nullptr;
  const Mp4Cutter* mp4 = nullptr;  // kFmp4
  StreamEnd end = StreamEnd::kGoesOn;
  int64_t gop_ms = 0;    // 0: not known
  bool no_room = false;  // it has not been begun for want of room in the budget
};

class Channel : public stream::StreamListener, public std::enable_shared_from_this<Channel> {
 public:
  // `loop` outlives the channel's last Drain.
  Channel(std::shared_ptr<stream::Stream> stream, egress::Loop* loop,
          const ChannelOptions& options);

  void OnFrames() override;

  // Calls look(const TrackView&) under the lock. Before the stream has begun the view's store is
  // null.
  template <typename LookFunction>
  auto Look(TrackKind kind, LookFunction look) {
    absl::MutexLock lock(&mutex_);
    return look(ViewLocked(kind));
  }

  // Calls `told` once, on any thread, when a piece was added or the stream ended since, unless it
  // is forgotten before. Returns what Forget wants; 0 when too many wait already.
  uint64_t WhenNews(std::function<void()> told);
  void Forget(uint64_t waiter);
  size_t waiters() const;

  // Pieces of every format stay this long at least.
  void KeepAtLeast(int64_t keep_ms);

  // Bytes muxed so far, in all formats.
  uint64_t muxed_bytes() const;

  const std::shared_ptr<stream::Stream>& stream() const { return stream_; }

 private:
  struct Track {
    bool begun = false;
    bool finished = false;
    uint64_t next_seq = 0;  // of the ring
    std::unique_ptr<PieceStore> store;
    std::unique_ptr<PieceCutter> cutter;
    Mp4Cutter* mp4 = nullptr;
    std::unique_ptr<MediaFeed> feed;
  };

  void Drain();
  TrackView ViewLocked(TrackKind kind) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SyncLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool CanBegin() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void BeginLocked(TrackKind kind, Track* track) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FeedLocked(Track* track) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Mp4Cuts ChooseCuts() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t PiecesLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<stream::Stream> stream_;
  egress::Loop* const loop_;
  const ChannelOptions options_;
  const uint64_t first_seq_;  // of pieces: grows from channel to channel
  std::atomic<bool> pending_{false};
  mutable absl::Mutex mutex_;
  stream::FrameRing replica_ ABSL_GUARDED_BY(mutex_);
  stream::StreamState state_ ABSL_GUARDED_BY(mutex_) = stream::StreamState::kWaiting;
  int64_t keep_ms_ ABSL_GUARDED_BY(mutex_);
  std::array<std::unique_ptr<Track>, 4> tracks_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<uint64_t, std::function<void()>> waiters_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_waiter_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_CHANNEL_H_
