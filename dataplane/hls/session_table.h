// SessionTable: the virtual connections of this node: who watches what, and from where on.
//
// A session costs a few hundred bytes and no thread, timer or socket. One that nobody asked for
// anything during its ttl is gone within a second or two (timer_wheel.h). Their number is bounded.
#ifndef DATAPLANE_HLS_SESSION_TABLE_H_
#define DATAPLANE_HLS_SESSION_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/egress/viewer_status.h"
#include "dataplane/hls/channel.h"
#include "dataplane/hls/playlist.h"
#include "dataplane/hls/progress.h"
#include "dataplane/hls/session_id.h"
#include "dataplane/hls/slice_window.h"
#include "dataplane/hls/timer_wheel.h"
#include "dataplane/plays/play_log.h"

namespace nearcast::hls {

struct Session {
  Session(std::shared_ptr<Channel> of, TrackKind track, Format in, const SliceWindow& from);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  int64_t ttl_ms() const;

  // For people.
  egress::ViewerStatus Status(int64_t now_ms) const;

  const std::shared_ptr<Channel> channel;
  SliceWindow window;   // under the channel's lock (Channel::Look)
  Progress progress;    // likewise
  std::string address;  // of the viewer, without port
  int64_t opened_ms = 0;
  std::atomic<int64_t> seen_ms{0};
  std::unique_ptr<plays::PlayTicket> ticket;  // may be null; ends with the session
  const TrackKind kind;
  const Format format;
};

struct SessionCounts {
  uint64_t opened = 0;
  uint64_t expired = 0;
  uint64_t refused = 0;
};

// Thread rule: any thread. Time is monotonic milliseconds.
class SessionTable {
 public:
  SessionTable(size_t sessions_max, int64_t now_ms)
      : sessions_max_(sessions_max), wheel_(now_ms / 1000) {}

  // ResourceExhausted when there are too many.
  absl::Status Add(const SessionId& id, std::shared_ptr<Session> session, int64_t now_ms);

  // Null when there is none; one that is there lives on for its ttl.
  std::shared_ptr<Session> Find(const SessionId& id, int64_t now_ms);

  // At most `limit`, of one stream or (empty) of all.
  std::vector<std::shared_ptr<Session>> List(const std::string& stream, size_t limit) const;

  // Takes those away whose time is over. Every second or so.
  void Sweep(int64_t now_ms);

  void Clear();

  size_t size() const;
  SessionCounts counts() const;

 private:
  const size_t sessions_max_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<SessionId, std::shared_ptr<Session>> sessions_ ABSL_GUARDED_BY(mutex_);
  TimerWheel<SessionId> wheel_ ABSL_GUARDED_BY(mutex_);
  SessionCounts counts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::hls

#endif  // DATAPLANE_HLS_SESSION_TABLE_H_
