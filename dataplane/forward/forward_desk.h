// ForwardDesk: pushes streams that are published to this node on to RTMP servers elsewhere.
//
//   published here ─▶ ring ─▶ a viewer that publishes (forward_protocol.h) ─▶ rtmp://…
//                                  ▲ lost: again after 0.5 to 30 s, doubling, with jitter
//
// A forward that has connected is a viewer like any other: it starts at a keyframe with headers,
// and what its line does not take is dropped by the rules for slow viewers. It lives as long as the
// stream is published here: what this node pulls is not forwarded. Forwards never ring: each tells
// the nodes that the stream has come through (connect's nearcastVia), and a node that finds itself
// among them refuses.
#ifndef DATAPLANE_FORWARD_FORWARD_DESK_H_
#define DATAPLANE_FORWARD_FORWARD_DESK_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/egress/forward_status.h"
#include "dataplane/egress/worker.h"
#include "dataplane/forward/forward_options.h"
#include "dataplane/orders/order_list.h"
#include "dataplane/orders/stream_forward.h"
#include "dataplane/stream/hub.h"

namespace nearcast::forward {

class Forward;

// Thread rule: any thread; destroyed after the workers stopped.
class ForwardDesk {
 public:
  ForwardDesk(const ForwardOptions& options, std::vector<egress::Worker*> workers, stream::Hub* hub,
              const orders::OrderList<orders::StreamForward>* orders);
  ~ForwardDesk();

  // Begins what is due and ends what is not ordered any more. Every half second or so.
  void Sweep(int64_t now_ms);

  std::vector<egress::ForwardStatus> Statuses() const;
  const ForwardCounters& counters() const { return counters_; }

 private:
  void BeginIfPublished(const std::string& name, const std::shared_ptr<Forward>& forward,
                        int64_t now_ms) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const ForwardOptions options_;
  const std::vector<egress::Worker*> workers_;
  stream::Hub* const hub_;
  const orders::OrderList<orders::StreamForward>* const orders_;
  ForwardCounters counters_;
  ForwardLog log_;
  mutable absl::Mutex mutex_;
  std::map<orders::StreamForward, std::shared_ptr<Forward>> forwards_ ABSL_GUARDED_BY(mutex_);
  size_t next_worker_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace nearcast::forward

#endif  // DATAPLANE_FORWARD_FORWARD_DESK_H_
