// NodeDesk: what media nodes say and ask, without the transport.
#ifndef SERVICES_NODE_NODE_DESK_H_
#define SERVICES_NODE_NODE_DESK_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "nearcast/v1/node.pb.h"
#include "services/node/probe_desk.h"
#include "services/publisher/publisher.h"
#include "services/scheduler/forward_desk.h"
#include "services/scheduler/preheat_desk.h"
#include "services/scheduler/stream_lifecycle.h"

namespace nearcast {

// Thread rule: any thread may call any method.
class NodeDesk {
 public:
  // `preheats` null = nodes are told to hold nothing. All must outlive the desk.
  NodeDesk(const Clock* clock, Publisher* publisher, StreamLifecycle* streams,
           const PreheatDesk* preheats = nullptr)
      : clock_(clock),
        publisher_(publisher),
        streams_(streams),
        preheats_(preheats),
        probes_(clock, publisher) {}

  ProbeDesk* probes() { return &probes_; }

  // Before the first report: what nodes push on. It must outlive the desk.
  void UseForwards(const ForwardDesk* forwards) { forwards_ = forwards; }

  // Queues the report and answers it, with a plan of what to measure when the node has another, and
  // its CDN's keys likewise, and with what it is to hold and to push on. Every report makes its
  // streams publishing, not only the first one: a stream may be made anew under a name that is still
  // pushed, and a write to the store may have failed. A publisher's goodbye counts once. NOT_FOUND when no Node has that name; RESOURCE_EXHAUSTED when too many reports
  // wait already.
  absl::StatusOr<v1::NodeCommand> TakeReport(const v1::NodeReport& report);

  // Nodes that hold the stream's publisher, nearest to the asker first, by measured delay where
  // there is one; those that are down last; the asker itself and those it excludes are left out.
  // URLs are signed as the source's CDN is. One that listens with SRT is named by its srt:// URL
  // first, to an asker who wants that. NOT_FOUND when none is left.
  absl::StatusOr<v1::FindSourceResponse> FindSource(const v1::FindSourceRequest& request) const;

 private:
  using Plan = std::shared_ptr<const v1::MeasurePlan>;

  // What has been told last of a node, which may be another process by now.
  struct Told {
    std::string instance_id;
    uint64_t ending = 0;  // the last number
    uint16_t srt_port = 0;
  };

  // What the node has to measure, from the current targets.
  Plan PlanFor(const scheduler::Node& node);
  void TakeEndings(const v1::NodeReport& report);
  std::vector<std::string> NewEndings(const v1::NodeReport& report);
  uint16_t SrtPortOf(const std::string& node) const;

  const Clock* const clock_;
  Publisher* const publisher_;
  StreamLifecycle* const streams_;
  const PreheatDesk* const preheats_;      // may be null
  const ForwardDesk* forwards_ = nullptr;  // may be null
  ProbeDesk probes_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Told> told_ ABSL_GUARDED_BY(mutex_);  // by node
  // By node; made anew when the targets are others.
  absl::flat_hash_map<std::string, Plan> plans_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const std::vector<scheduler::DelayTarget>> planned_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast

#endif  // SERVICES_NODE_NODE_DESK_H_
