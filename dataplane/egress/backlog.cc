#include "dataplane/egress/backlog.h"

namespace nearcast::egress {

void Backlog::Add(BacklogOwner* owner, Viewer* viewer) {
  if (viewer->in_backlog()) return;
  viewer->SetInBacklog(true);
  entries_.push_back({owner, viewer});
  if (serving_) return;
  serving_ = true;
  Schedule();
}

void Backlog::Remove(Viewer* viewer) {
  if (!viewer->in_backlog()) return;
  viewer->SetInBacklog(false);
  std::erase_if(entries_, [viewer](const Entry& entry) { return entry.viewer == viewer; });
}

void Backlog::RemoveAllOf(const BacklogOwner* owner) {
  std::erase_if(entries_, [owner](const Entry& entry) { return entry.owner == owner; });
}

void Backlog::Schedule() {
  if (crowd_->IsArriving(loop_->NowMs())) {
    loop_->PostAfter(Crowd::kPauseMs, [this] { Serve(); });
  } else {
    loop_->Post([this] { Serve(); });
  }
}

void Backlog::Serve() {
  if (crowd_->IsArriving(loop_->NowMs())) return Schedule();
  for (size_t i = 0; i < kSliceViewers && !entries_.empty(); ++i) {
    const Entry next = entries_.front();
    entries_.pop_front();
    next.viewer->SetInBacklog(false);
    next.owner->ServeAgain(next.viewer);
  }
  serving_ = !entries_.empty();
  if (serving_) Schedule();
}

}  // namespace nearcast::egress
