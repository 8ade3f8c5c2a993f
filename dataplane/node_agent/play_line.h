// PlayLine: tells the control plane which viewers have begun and ended to play
// (NodeService.TellPlays), many at a time.
//
// One batch is on its way at a time, to the replica that answered last, then to the others; while
// none answers the same batch is told again after doubling pauses, and what the log then has no room
// for is left out. A replica that knows no plays (an older one) is left alone, and what it would
// have been told is left out.
#ifndef DATAPLANE_NODE_AGENT_PLAY_LINE_H_
#define DATAPLANE_NODE_AGENT_PLAY_LINE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/node_agent/replica_line.h"
#include "dataplane/plays/play_log.h"
#include "nearcast/v1/node.grpc.pb.h"

namespace nearcast::node_agent {

struct PlayLineOptions {
  std::string node;
  std::string instance_id;
  std::vector<std::string> controls;  // host:port of each replica, one at least
  size_t batch_max = 1'000;           // events
  int64_t gather_ms = 500;            // between two looks at the log
  int64_t answer_ms_max = 3'000;      // for all replicas together
  int64_t pause_ms_max = 5'000;       // while none answers
  int64_t goodbye_ms_max = 1'000;     // for what is left when it stops
};

// Thread rule: Start and Stop from one thread; told from any.
class PlayLine {
 public:
  // `log` must outlive it.
  PlayLine(const PlayLineOptions& options, plays::PlayLog* log);
  ~PlayLine();  // stops

  void Start();

  // Tells what is left, as far as time allows.
  void Stop();

  // Events that a replica has taken.
  uint64_t told() const { return told_.load(std::memory_order_relaxed); }

 private:
  enum class Outcome : uint8_t { kTold, kNobody, kUnknown };

  void Run();
  bool Sleep(int64_t ms);
  v1::TellPlaysRequest BuildBatch(std::vector<plays::PlayEvent> events);
  Outcome Tell(const v1::TellPlaysRequest& batch, int64_t answer_ms);
  void TellRest(v1::TellPlaysRequest batch);

  const PlayLineOptions options_;
  plays::PlayLog* const log_;
  ReplicaLine line_;
  uint64_t sequence_ = 0;  // the thread's own
  std::atomic<uint64_t> told_{0};
  std::thread thread_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace nearcast::node_agent

#endif  // DATAPLANE_NODE_AGENT_PLAY_LINE_H_
