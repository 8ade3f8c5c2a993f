// Stream: one live stream on this node: its frame ring, who publishes it, who listens.
//
//   ingest thread   Publication::Push → Frame::Make → ring, then listeners are told
//   serving threads listener->OnFrames() → post to own thread → SyncReplica(&replica) → send it
//
//   kWaiting ──publisher──▶ kLive ──lost──▶ kInterrupted ──grace over──▶ kEnded
//                            ▲  └──ended on purpose─────────────────────▶ kEnded
//                            └────────publisher returns──┘
//
// One writer at a time. Readers take the lock once per wake and thread, never per viewer. Thread
// rule: any thread.
#ifndef DATAPLANE_STREAM_STREAM_H_
#define DATAPLANE_STREAM_STREAM_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/stream/drop_counts.h"
#include "dataplane/stream/frame_ring.h"
#include "dataplane/stream/media_budget.h"
#include "dataplane/stream/rate_meter.h"
#include "dataplane/stream/reading_pace.h"
#include "dataplane/stream/timestamp_rebase.h"

namespace nearcast::stream {

// How far behind live the viewers of a stream are.
struct QueueSummary {
  uint32_t viewers = 0;  // measured
  uint32_t behind = 0;   // of them, with a queue beyond its bound
  int64_t lag_ms_sum = 0;
  int64_t lag_ms_max = 0;

  QueueSummary& operator+=(const QueueSummary& other) {
    viewers += other.viewers;
    behind += other.behind;
    lag_ms_sum += other.lag_ms_sum;
    lag_ms_max = std::max(lag_ms_max, other.lag_ms_max);
    return *this;
  }
};

// Told about news on a stream. OnFrames runs on the writer's thread under the stream's lock: it may
// only set a flag and post.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  virtual void OnFrames() = 0;

  // The stream has got another state; the same rule.
  virtual void OnState() { OnFrames(); }

  // When it wants the next frames, monotonic ms: 0 = each as it comes, INT64_MAX = none. Any thread.
  virtual int64_t WantsMs() const { return 0; }

  // Of the viewers that it serves, as last measured. Any thread.
  virtual QueueSummary Queues() const { return {}; }
};

enum class StreamState : uint8_t { kWaiting, kLive, kInterrupted, kEnded };

enum class PublisherKind : uint8_t { kPush, kPull };

enum class EndReason : uint8_t {
  kOnPurpose,  // the publisher said that it ends
  kLost,       // it may come back
};

struct PublisherIdentity {
  PublisherKind kind = PublisherKind::kPush;
  std::string address;  // for people: the peer's address, or the upstream URL
  std::string token;    // the same non-empty token = the same broadcaster

  std::string via;  // nodes that the stream was forwarded through, "a, b"

  // The timestamps to come are this stream's own time (another source of the same stream): go on
  // with them as they are.
  bool resumes_timeline = false;

  // The timeline that the frames to come are numbered on (another node's); 0 = they have no
  // numbers. A stream that has nothing yet, or is on this timeline, takes times and numbers as they
  // are (Publication::numbered); any other goes on with its own.
  uint32_t timeline = 0;

  // How much later the first frame is than the stream's newest, where the publisher knows;
  // otherwise it is the time that has passed.
  std::optional<int64_t> gap_ms;
};

// What people and the control plane are told about the media; empty or 0 where not known.
struct MediaDescription {
  std::string video_codec;
  std::string audio_codec;
  uint32_t width = 0;
  uint32_t height = 0;
};

struct StreamStatus {
  std::string name;
  StreamState state = StreamState::kWaiting;
  PublisherKind publisher_kind = PublisherKind::kPush;
  std::string publisher;
  std::string publisher_via;
  MediaDescription media;
  uint64_t epoch = 0;  // grows with each publisher
  FrameId next_frame;  // the name that the next frame will have
  double bits_per_s = 0;
  double video_frames_per_s = 0;
  int64_t gop_ms = 0;
  int64_t cached_ms = 0;
  size_t cached_bytes = 0;
  size_t cached_keyframes = 0;
  uint64_t frames = 0;
  uint32_t viewers = 0;
  uint32_t clock_jumps = 0;
  DropCounts drops;  // of all its viewers so far
  QueueSummary queues;
  uint64_t bytes_sent = 0;  // to viewers
  int64_t silent_ms = 0;    // since its last frame
};

class Publication;

class Stream {
 public:
  // What it holds counts in `budget`, where there is one.
  Stream(std::string name, const RingBounds& bounds, int64_t now_ms,
         std::shared_ptr<MediaBudget> budget = nullptr);

  const std::string& name() const { return name_; }
  StreamState state() const;
  StreamStatus Status(int64_t now_ms) const;

  // Brings `replica` (made with the same bounds) to the ring's present. Returns the state at that
  // moment, so that a reader that sees kEnded has all the frames there will ever be.
  StreamState SyncReplica(FrameRing* replica) const;

  // A listener is told at least once after each change that follows AddListener.
  void AddListener(std::shared_ptr<StreamListener> listener);
  void RemoveListener(const StreamListener* listener);

  // A listener wants frames from `at_ms` on, which is earlier than it said. Where the publisher is
  // read in pieces it is read then, or very soon.
  void Hasten(int64_t at_ms);

  // How much of the stream may have come here and not been read; 0 where it is read as it comes.
  int64_t UnreadMs(int64_t now_ms) const;

  // Viewers, on whatever thread, waiting ones included. Kept by the serving side.
  void AddViewers(int32_t change);
  uint32_t viewers() const { return viewers_.load(std::memory_order_relaxed); }

  // What viewers did not get, as it happens. Seldom: takes the lock.
  void AddDrops(const DropCounts& drops);

  // What viewers got. Many threads: each adds up for a while before it says so.
  void AddSent(uint64_t bytes) { sent_bytes_.fetch_add(bytes, std::memory_order_relaxed); }

  const RingBounds& bounds() const { return bounds_; }

  // Ends the stream if it is in `state` and stays as it is otherwise: kWaiting when nobody has it,
  // kInterrupted when nobody has it any more. Viewers that wait are refused, the others get their
  // last frames.
  void EndIf(StreamState state);

 private:
  friend class Hub;
  friend class Publication;

  struct Lease {
    uint64_t epoch = 0;
    TimestampRebase::Start clock;
    FrameId next;
    bool numbered = false;
  };

  // The hub decides whether; these only do it. A stream that has ended stays ended: nothing then.
  std::optional<Lease> BeginPublication(const PublisherIdentity& identity, int64_t now_ms);
  void EndPublication(uint64_t epoch, EndReason reason, int64_t now_ms);
  absl::Status Append(uint64_t epoch, FrameRef frame, uint32_t clock_jumps, int64_t now_ms,
                      bool tells);
  void BeginPieces(uint64_t epoch, std::function<void()> hasten, int64_t now_ms);
  int64_t EndPiece(uint64_t epoch, int64_t now_ms);
  void Describe(uint64_t epoch, MediaDescription media);
  bool WasPublished() const;

  // Whether it had to let go of media.
  bool KeepBudgetLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End();
  void EndLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TellLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NotifyStateLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string name_;
  const RingBounds bounds_;
  std::atomic<uint32_t> viewers_{0};
  std::atomic<uint64_t> sent_bytes_{0};
  mutable absl::Mutex mutex_;
  FrameRing ring_ ABSL_GUARDED_BY(mutex_);
  MediaAccount account_ ABSL_GUARDED_BY(mutex_);  // of ring_
  StreamState state_ ABSL_GUARDED_BY(mutex_) = StreamState::kWaiting;
  uint64_t epoch_ ABSL_GUARDED_BY(mutex_) = 0;
  PublisherIdentity publisher_ ABSL_GUARDED_BY(mutex_);
  FrameId next_ ABSL_GUARDED_BY(mutex_);              // of the next frame
  bool own_timeline_ ABSL_GUARDED_BY(mutex_) = true;  // this node numbers its frames
  MediaDescription media_ ABSL_GUARDED_BY(mutex_);
  RateMeter rate_ ABSL_GUARDED_BY(mutex_);
  ReadingPace pace_ ABSL_GUARDED_BY(mutex_);
  uint64_t told_seq_ ABSL_GUARDED_BY(mutex_) = 0;  // listeners know of the frames before
  uint32_t clock_jumps_ ABSL_GUARDED_BY(mutex_) = 0;
  DropCounts drops_ ABSL_GUARDED_BY(mutex_);
  int64_t changed_ms_ ABSL_GUARDED_BY(mutex_);      // when state_ last changed
  int64_t last_frame_ms_ ABSL_GUARDED_BY(mutex_);   // or when the publisher came
  int64_t last_viewer_ms_ ABSL_GUARDED_BY(mutex_);  // when the hub last saw a viewer
  std::vector<std::shared_ptr<StreamListener>> listeners_ ABSL_GUARDED_BY(mutex_);
};

// The right to publish one stream, from Hub::Publish until it is destroyed or another publisher
// takes over. Thread rule: belongs to one thread.
class Publication {
 public:
  // How the publisher left, unless Finish says otherwise: lost.
  ~Publication();
  Publication(const Publication&) = delete;
  Publication& operator=(const Publication&) = delete;

  // `payload` is an FLV tag body, `timestamp` the publisher's clock in ms, `now_ms` monotonic.
  // InvalidArgument when the payload is too large; Aborted when another publisher has taken over or
  // the stream has been ended: stop sending.
  absl::Status Push(FrameRole role, uint32_t timestamp, absl::string_view payload, int64_t now_ms);

  // Whether the stream goes on with its source's times and numbers, given to PushNumbered.
  bool numbered() const { return numbered_; }

  // As Push, for a frame that has its time and number already.
  absl::Status PushNumbered(FrameRole role, int64_t dts_ms, uint32_t seq, absl::string_view payload,
                            int64_t now_ms);

  // From here on frames are pushed in pieces, as they gather: listeners are told once for each piece.
  // `hasten` is called when somebody wants frames before the time that EndPiece gave, under the
  // stream's lock, on any thread: it may only post.
  void BeginPieces(std::function<void()> hasten, int64_t now_ms);

  // A piece has been pushed, or nothing had come: tells the listeners. Returns when the next one is
  // wanted, monotonic ms; what is past means now.
  int64_t EndPiece(int64_t now_ms);

  void Describe(MediaDescription media);

  // Ends the publication now.
  void Finish(EndReason reason, int64_t now_ms);

  const std::shared_ptr<Stream>& stream() const { return stream_; }
  uint64_t epoch() const { return epoch_; }

 private:
  friend class Hub;
  Publication(std::shared_ptr<Stream> stream, const Stream::Lease& lease, int64_t now_ms);
  absl::Status Append(Frame::Spec spec, absl::string_view payload, int64_t now_ms);

  std::shared_ptr<Stream> stream_;
  const uint64_t epoch_;
  const bool numbered_;
  TimestampRebase rebase_;
  FrameId next_;
  std::array<int64_t, 4> last_dts_ms_{};  // by track, of numbered frames
  int64_t last_ms_;
  bool in_pieces_ = false;
  bool finished_ = false;
};

}  // namespace nearcast::stream

#endif  // DATAPLANE_STREAM_STREAM_H_
