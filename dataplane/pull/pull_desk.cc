#include "dataplane/pull/pull_desk.h"

#include <utility>

#include "dataplane/pull/pull.h"

namespace nearcast::pull {

PullDesk::PullDesk(const PullOptions& options, std::vector<egress::Worker*> workers,
                   stream::Hub* hub, SourceFinder* finder, const HoldList* holds)
    : options_(options),
      workers_(std::move(workers)),
      hub_(hub),
      finder_(finder),
      holds_(holds),
      log_(std::make_unique<PullLog>()) {}

PullDesk::~PullDesk() = default;

void PullDesk::Fetch(const std::shared_ptr<stream::Stream>& stream, const egress::FetchWish& wish) {
  const stream::StreamState state = stream->state();
  if (state == stream::StreamState::kLive || state == stream::StreamState::kEnded) return;
  std::shared_ptr<Pull> pull;
  {
    absl::MutexLock lock(&mutex_);
    std::shared_ptr<Pull>& slot = pulls_[stream.get()];
    if (slot != nullptr) {
      slot->Wish(wish.gop_cache_ms);
      return;
    }
    egress::Worker* worker = workers_[next_worker_++ % workers_.size()];
    pull = slot = std::make_shared<Pull>(
        PullTools{&options_, worker, hub_, finder_, holds_, srt_, &counters_, log_.get(),
                  [this](const std::shared_ptr<stream::Stream>& over) { Finish(over); }},
        stream, wish);
  }
  pull->Start();
}

// A stream that has ended, or that nobody had for so long that the hub forgot it, is begun anew.
void PullDesk::FetchHeld() {
  if (holds_ == nullptr) return;
  for (const std::string& name : holds_->All()) {
    const auto stream = hub_->FindOrCreate(name, egress::MonotonicMs());
    if (stream.ok()) Fetch(*stream, {});
  }
}

void PullDesk::Finish(const std::shared_ptr<stream::Stream>& stream) {
  int64_t gop_cache_ms = 0;
  {
    absl::MutexLock lock(&mutex_);
    const auto pull = pulls_.find(stream.get());
    gop_cache_ms = pull->second->wished_cache_ms();
    pulls_.erase(pull);
  }
  // A viewer may have come while the pull made up its mind to end.
  if (stream->viewers() > 0) Fetch(stream, {.gop_cache_ms = gop_cache_ms});
}

}  // namespace nearcast::pull
