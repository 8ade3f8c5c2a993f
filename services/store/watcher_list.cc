#include "services/store/watcher_list.h"

#include <utility>

namespace nearcast::store {

Subscription::Subscription(Subscription&& other) noexcept
    : state_(std::move(other.state_)), id_(other.id_) {}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  Subscription ended(std::move(*this));
  state_ = std::move(other.state_);
  id_ = other.id_;
  return *this;
}

Subscription::~Subscription() {
  if (state_ == nullptr) return;
  absl::MutexLock lock(&state_->mutex);
  state_->watchers.erase(id_);
}

WatcherList::WatcherList() : state_(std::make_shared<Subscription::State>()) {}

Subscription WatcherList::Add(Watcher watcher) {
  absl::MutexLock lock(&state_->mutex);
  const int64_t id = state_->next_id++;
  state_->watchers.emplace(id, std::move(watcher));
  return Subscription(state_, id);
}

void WatcherList::Notify(const v1::StoredRevision& revision) {
  absl::MutexLock lock(&state_->mutex);
  for (const auto& [id, watcher] : state_->watchers) watcher(revision);
}

}  // namespace nearcast::store
