#include "dataplane/forward/forward_desk.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "dataplane/egress/http_server.h"
#include "dataplane/forward/forward.h"
#include "dataplane/orders/rtmp_url.h"

namespace nearcast::forward {

ForwardDesk::ForwardDesk(const ForwardOptions& options, std::vector<egress::Worker*> workers,
                         stream::Hub* hub, const orders::OrderList<orders::StreamForward>* orders)
    : options_(options), workers_(std::move(workers)), hub_(hub), orders_(orders) {}

ForwardDesk::~ForwardDesk() = default;

void ForwardDesk::Sweep(int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  for (const orders::StreamForward& order : orders_->All()) {
    if (forwards_.contains(order)) continue;
    absl::StatusOr<orders::RtmpUrl> url = orders::ParseRtmpUrl(order.url);
    if (!url.ok()) continue;  // whoever gave the order was told
    forwards_[order] =
        std::make_shared<Forward>(options_, order, *std::move(url), &counters_, &log_);
  }
  for (auto it = forwards_.begin(); it != forwards_.end();) {
    if (!orders_->Has(it->first)) {
      it->second->Cancel();
      it = forwards_.erase(it);
      continue;
    }
    it->second->CutIfDead(now_ms);
    if (it->second->IsDue(now_ms)) BeginIfPublished(it->first.stream, it->second, now_ms);
    ++it;
  }
}

void ForwardDesk::BeginIfPublished(const std::string& name, const std::shared_ptr<Forward>& forward,
                                   int64_t now_ms) {
  std::shared_ptr<stream::Stream> stream = hub_->Find(name);
  const stream::StreamStatus status =
      stream == nullptr ? stream::StreamStatus{} : stream->Status(now_ms);
  if (status.state != stream::StreamState::kLive ||
      status.publisher_kind != stream::PublisherKind::kPush) {
    forward->Explain("the stream is not published here");
    return;
  }
  const std::vector<std::string> via =
      absl::StrSplit(status.publisher_via, absl::ByAnyChar(", "), absl::SkipEmpty());
  if (via.size() >= egress::kViaNodesMax) {
    forward->Explain(absl::StrCat("the stream has come through ", via.size(), " nodes"));
    return;
  }
  forward->Begin(workers_[next_worker_++ % workers_.size()], std::move(stream),
                 absl::StrCat(status.publisher_via, via.empty() ? "" : ", ", options_.node));
}

std::vector<egress::ForwardStatus> ForwardDesk::Statuses() const {
  const int64_t now_ms = egress::MonotonicMs();
  absl::MutexLock lock(&mutex_);
  std::vector<egress::ForwardStatus> statuses;
  for (const auto& [order, forward] : forwards_) statuses.push_back(forward->Status(now_ms));
  return statuses;
}

}  // namespace nearcast::forward
