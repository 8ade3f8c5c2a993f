// Worker: one serving thread: an Asio loop, the viewers on it, and the fanouts that feed them.
//
//   workers[i]->Start();
//   workers[i]->Play(stream, std::make_unique<Viewer>(…));      // from the worker's own thread
//
// Thread rule: Start, Stop, Post and counters from any thread; the rest on the worker's thread.
#ifndef DATAPLANE_EGRESS_WORKER_H_
#define DATAPLANE_EGRESS_WORKER_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "dataplane/egress/backlog.h"
#include "dataplane/egress/crowd.h"
#include "dataplane/egress/egress_counters.h"
#include "dataplane/egress/fanout.h"
#include "dataplane/egress/loop.h"
#include "dataplane/egress/send_batch.h"
#include "dataplane/egress/viewer.h"
#include "dataplane/egress/viewer_poller.h"

namespace boost::asio {
class io_context;
}

namespace nearcast::egress {

class Worker : public Loop {
 public:
  explicit Worker(const WriteLimits& limits);
  ~Worker() override;  // stops

  void Start();

  // Ends the loop, joins the thread and closes its viewers. Where threads share streams, stop all
  // before one is destroyed.
  void Stop();

  void Post(std::function<void()> task) override;

  // Runs `task`, and what it posts to this worker right behind it and not behind all that is due: what
  // has been read is sent while caches hold it. From the worker's thread.
  void RunWithPosts(const std::function<void()>& task);

  void PostAfter(int64_t ms, std::function<void()> task) override;
  int64_t NowMs() const override;

  void Play(const std::shared_ptr<stream::Stream>& stream, std::unique_ptr<Viewer> viewer);

  // At most `limit` of its viewers, of one stream or (empty) of all.
  std::vector<ViewerStatus> Viewers(const std::string& stream, size_t limit) const;

  boost::asio::io_context& io() { return *io_; }
  const EgressCounters& counters() const { return counters_; }

 private:
  struct Watches;  // what the Asio loop waits for on behalf of the viewers

  void WatchPoller();
  void WatchClock();
  void Bury();
  void Tick();

  FanoutTools tools_;
  EgressCounters counters_;
  SendBatch batch_;
  Crowd crowd_;
  Backlog backlog_{this, &crowd_};
  std::unique_ptr<boost::asio::io_context> io_;
  std::unique_ptr<Watches> watches_;
  ViewerPoller poller_;
  absl::flat_hash_map<const stream::Stream*, std::shared_ptr<Fanout>> fanouts_;
  std::vector<std::function<void()>> posted_;  // by the task that RunWithPosts runs
  uint64_t buried_ = 0;  // of counters_.viewers_left
  std::thread thread_;
};

// Milliseconds on the machine's monotonic clock: the time that everything in the data plane counts
// in.
int64_t MonotonicMs();

// The next multiple of `period` on that clock: things done every so often are done in one wake.
std::chrono::steady_clock::time_point NextBeat(std::chrono::milliseconds period);

}  // namespace nearcast::egress

#endif  // DATAPLANE_EGRESS_WORKER_H_
