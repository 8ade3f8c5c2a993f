// Viewer: one connection that plays a stream: a socket, a cursor, and at most two pieces that
// belong to it alone.
//
//   kWaiting ──Start──▶ kPlaying ──FinishWith──▶ kClosing ──all sent──▶ gone
//       └──────────────FinishWith───────────────────▲
//
// It holds no queue: Write sends straight from the ring, and what the socket does not take stays in
// the ring. Only the rest of a frame that the socket cut in the middle is held by reference, as the
// ring may let go of it. A few hundred bytes in all. Thread rule: belongs to the thread of its
// Fanout.
#ifndef DATAPLANE_EGRESS_VIEWER_H_
#define DATAPLANE_EGRESS_VIEWER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "dataplane/egress/send_batch.h"
#include "dataplane/egress/viewer_protocol.h"
#include "dataplane/egress/viewer_status.h"
#include "dataplane/plays/play_log.h"
#include "dataplane/stream/cursor.h"
#include "dataplane/stream/drop_policy.h"
#include "dataplane/stream/frame_ring.h"
#include "dataplane/stream/gop_start.h"
#include "dataplane/stream/queue_bound.h"
#include "dataplane/stream/queue_gauge.h"
#include "dataplane/stream/send_rate.h"

namespace nearcast::egress {

class Fanout;

struct WriteLimits {
  // What one viewer is sent before it is another's turn. The first turn is a keyframe and
  // little else, so that in a crowd that arrives at once everybody has one before anybody has the rest
  // of the cache.
  size_t first_turn_bytes_max = 8u << 10;
  size_t turn_bytes_max = 128u << 10;
  stream::DropLimits drop;
};

struct ViewerRequest {
  stream::StartRequest start;
  stream::DropWish drop;
  int64_t arrived_ms = 0;   // monotonic: when the session began
  int64_t merge_ms = 0;     // 0 = each frame at once; else frames are gathered this long
  int64_t deadline_ms = 0;  // monotonic: how long it waits for the stream to begin
};

enum class WriteOutcome : uint8_t {
  kCaughtUp,  // has all there is
  kBlocked,   // the socket is full: the poller will tell
  kMore,      // its turn is over, there is more
  kDone,      // kClosing and everything has been sent
  kGone,      // the peer has gone
  kTooSlow,   // it has fallen out of the ring and may not lose a frame
};

class Viewer {
 public:
  enum class State : uint8_t { kWaiting, kPlaying, kClosing };

  // Takes `fd`, a connected non-blocking socket.
  // What the ticket (may be null) tells begins with Start and ends with the viewer.
  Viewer(int fd, std::shared_ptr<ViewerProtocol> protocol, const ViewerRequest& request,
         std::unique_ptr<plays::PlayTicket> ticket = nullptr);
  ~Viewer();
  Viewer(const Viewer&) = delete;
  Viewer& operator=(const Viewer&) = delete;

  // `unread_ms`: as StartRequest's.
  void Start(const stream::FrameRing& ring, int64_t unread_ms = 0);

  // The last bytes for this viewer.
  void FinishWith(const std::string& bytes);

  // Sends as much as limits and socket allow.
  WriteOutcome Write(const stream::FrameRing& ring, const WriteLimits& limits, SendBatch* batch);

  // Measures its queue and its path and decides what it may lose until the next time. Every 100 ms
  // or so, whether it is blocked or not.
  void Measure(const stream::FrameRing& ring, const stream::DropLimits& limits, int64_t now_ms);

  // Whether nothing has been sent since the last call and the protocol wants something sent then,
  // which is queued now. Every 100 ms or so.
  bool QueueKeepAlive();

  // Reads what the viewer says. False when it has gone or must go.
  bool Read();

  // The socket has room again.
  void Unblock() { blocked_ = false; }
  bool blocked() const { return blocked_; }

  // For people; `stream` is the name of what it plays. Asks the kernel about the connection.
  ViewerStatus Status(const std::string& stream, int64_t now_ms) const;

  // Kept by its fanout: it stands in the queue for another turn.
  bool in_backlog() const { return in_backlog_; }
  void SetInBacklog(bool in_backlog) { in_backlog_ = in_backlog; }

  int fd() const { return fd_; }
  State state() const { return state_; }
  const ViewerRequest& request() const { return request_; }
  ViewerProtocol& protocol() { return *protocol_; }
  const stream::Cursor& cursor() const { return cursor_; }
  uint64_t bytes_sent() const { return bytes_sent_; }

  // As last measured.
  const stream::QueueGauge& queue() const { return gauge_; }
  const stream::PathReading& path() const { return path_; }
  const stream::DropOrder& order() const { return order_; }

  Fanout* fanout = nullptr;  // set by the Fanout that has it

 private:
  size_t WritePrefix(SendBatch* batch);
  void Consume(size_t bytes, const stream::FrameRing& ring, const SendBatch& batch);
  void ConsumePartly(size_t bytes, const stream::FrameRing& ring, const SendBatch& batch);
  void QueueHead(const std::string& bytes);
  bool SayFarewell();
  stream::Recovery Recover(const stream::FrameRing& ring);
  void MeasurePath(int64_t now_ms);
  plays::Played BuildPlayed() const;

  int fd_;
  State state_ = State::kWaiting;
  bool blocked_ = false;
  bool was_full_ = false;  // the socket, and the kernel has not been seen to have sent it all since
  bool in_backlog_ = false;
  uint32_t carry_sent_ = 0;
  uint32_t input_bytes_ = 0;
  bool says_farewell_ = false;
  plays::PlayEnd end_ = plays::PlayEnd::kLeft;
  std::shared_ptr<ViewerProtocol> protocol_;
  std::unique_ptr<plays::PlayTicket> ticket_;
  ViewerRequest request_;
  stream::Cursor cursor_;
  stream::FrameRef carry_;  // partly sent
  stream::FrameRef head_;   // to be sent after carry_, before any frame
  uint64_t bytes_sent_ = 0;
  uint64_t bytes_sent_before_ = 0;  // at the last QueueKeepAlive
  stream::QueueGauge gauge_;
  stream::SendRate rate_{1'000};
  stream::PathReading path_;
  int64_t path_read_ms_ = 0;
  stream::DropOrder order_;  // nothing, until it has been measured
};

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_VIEWER_H_
