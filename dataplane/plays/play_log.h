// PlayLog: which viewers begin and end to play on this node, kept until they are told to the control
// plane (node_agent/play_line.h).
//
//   auto ticket = log.Open("live/show", "http-flv", "192.0.2.1");   // a viewer is let in
//   ticket->Begin();                                                // it gets its first frame
//   ticket->End(PlayEnd::kLeft, {.bytes = bytes});
//
// Bounded: what there is no room for is left out and counted, so that neither a crowd nor a control
// plane that is away costs memory or anybody's time.
#ifndef DATAPLANE_PLAYS_PLAY_LOG_H_
#define DATAPLANE_PLAYS_PLAY_LOG_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "dataplane/stream/drop_counts.h"

namespace nearcast::plays {

enum class PlayEnd : uint8_t {
  kLeft,         // the viewer has gone
  kStreamEnded,  // it has all of the stream
  kTooSlow,      // it fell behind and may not lose a frame
  kExpired,      // a session without a connection that nobody asked for any more
  kNodeStopped,
};

// "left", "stream-ended", "too-slow", "expired", "node-stopped".
absl::string_view PlayEndName(PlayEnd end);

// What a viewer had when it went.
struct Played {
  uint64_t bytes = 0;
  stream::DropCounts drops;
  uint32_t jumps = 0;

  // Age of the next media that it had not been sent.
  int64_t delay_ms_mean = 0;
  int64_t delay_ms_max = 0;
};

struct PlayEvent {
  std::string session;  // the same at beginning and end
  std::string stream;   // app/name
  absl::string_view format;
  std::string address;
  int64_t time_ms = 0;  // since 1970
  bool ended = false;

  // Of the end alone.
  Played played;
  int64_t duration_ms = 0;
  PlayEnd end = PlayEnd::kLeft;
};

struct PlayCounts {
  uint64_t begun = 0;
  uint64_t ended = 0;
  uint64_t left_out = 0;  // events that there was no room for, or that nobody could be told
};

class PlayLog;

// One viewer. Nothing is told of one that never begins. Thread rule: one at a time.
class PlayTicket {
 public:
  PlayTicket(PlayLog* log, std::string session, absl::string_view stream, absl::string_view format,
             absl::string_view address);

  void Begin();

  // Once; later calls change nothing.
  void End(PlayEnd end, const Played& played);

 private:
  PlayEvent Event() const;

  PlayLog* const log_;
  const std::string session_;
  const std::string stream_;
  const absl::string_view format_;
  const std::string address_;
  absl::Duration begun_at_ = -absl::InfiniteDuration();  // monotonic; before: has not begun
  bool ended_ = false;
};

// Thread rule: any thread.
class PlayLog {
 public:
  // `clock` must outlive it; it must outlive its tickets.
  PlayLog(const Clock* clock, size_t events_max);

  // `format` must be a literal. The address may have a port, which is left out.
  std::unique_ptr<PlayTicket> Open(absl::string_view stream, absl::string_view format,
                                   absl::string_view address);

  // The oldest events, at most `count_max`.
  std::vector<PlayEvent> Take(size_t count_max);

  // Whoever ends from now on ends because the node stops.
  void Stop() { stopping_.store(true, std::memory_order_relaxed); }

  // Of events that were taken and could not be told.
  void AddLeftOut(uint64_t events) { left_out_.fetch_add(events, std::memory_order_relaxed); }

  PlayCounts counts() const;

 private:
  friend class PlayTicket;

  void Add(PlayEvent event);

  const Clock* const clock_;
  const size_t events_max_;
  const uint64_t sessions_of_;  // random: sessions of this process
  std::atomic<uint64_t> next_session_{1};
  std::atomic<bool> stopping_{false};
  std::atomic<uint64_t> begun_{0};
  std::atomic<uint64_t> ended_{0};
  std::atomic<uint64_t> left_out_{0};
  absl::Mutex mutex_;
  std::deque<PlayEvent> events_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::plays

#endif  // DATAPLANE_PLAYS_PLAY_LOG_H_
