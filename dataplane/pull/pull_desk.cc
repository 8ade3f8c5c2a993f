#include "dataplane/pull/pull_desk.h"

#include <utility>

#include "dataplane/pull/pull.h"

namespace nearcast::pull {

PullDesk::PullDesk(const PullOptions& options, std::vector<egress::Worker*> workers,
                   stream::Hub* hub, SourceFinder* finder)
    : options_(options), workers_(std::move(workers)), hub_(hub), finder_(finder) {}

PullDesk::~PullDesk() = default;

void PullDesk::Fetch(const std::shared_ptr<stream::Stream>& stream,
                     const std::vector<std::string>& via) {
  const stream::StreamState state = stream->state();
  if (state == stream::StreamState::kLive || state == stream::StreamState::kEnded) return;
  std::shared_ptr<Pull> pull;
  {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<Pull>& slot = pulls_[stream.get()];
    if (slot != nullptr) return;
    egress::Worker* worker = workers_[next_worker_++ % workers_.size()];
    pull = slot = std::make_shared<Pull>(this, worker, stream, via);
  }
  pull->Start();
}

PullTotals PullDesk::totals() const {
  absl::MutexLock lock(&mutex_);
  return totals_;
}

void PullDesk::Finished(const std::shared_ptr<stream::Stream>& stream) {
  {
    absl::MutexLock lock(&mutex_);
    pulls_.erase(stream.get());
  }
  // A viewer may have come while the pull made up its mind to end.
  if (stream->viewers() > 0) Fetch(stream, {});
}

void PullDesk::Count(const PullTotals& more) {
  absl::MutexLock lock(&mutex_);
  totals_.started += more.started;
  totals_.failed += more.failed;
  totals_.bytes_received += more.bytes_received;
}

}  // namespace nearcast::pull
