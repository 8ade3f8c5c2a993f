// WatcherList: whom a store tells of new revisions.
#ifndef SERVICES_STORE_WATCHER_LIST_H_
#define SERVICES_STORE_WATCHER_LIST_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace nearcast::v1 {
class StoredRevision;
}

namespace nearcast::store {

using Watcher = std::function<void(const v1::StoredRevision&)>;

// Ends the watch when it is destroyed: a call that is running is waited for, and none comes after.
// It may outlive the store. One thread at a time.
class Subscription {
 public:
  Subscription() = default;
  Subscription(Subscription&& other) noexcept;
  Subscription& operator=(Subscription&& other) noexcept;
  ~Subscription();

 private:
  friend class WatcherList;
  struct State;
  Subscription(std::shared_ptr<State> state, int64_t id) : state_(std::move(state)), id_(id) {}

  std::shared_ptr<State> state_;
  int64_t id_ = 0;
};

// Thread rule: any thread, but no call out of a watcher.
class WatcherList {
 public:
  WatcherList();

  Subscription Add(Watcher watcher);

  // Calls every watcher, in the order of their adding, one call at a time.
  void Notify(const v1::StoredRevision& revision);

 private:
  std::shared_ptr<Subscription::State> state_;
};

struct Subscription::State {
  absl::Mutex mutex;  // held during the calls: that is how the end of a subscription waits
  int64_t next_id ABSL_GUARDED_BY(mutex) = 1;
  std::map<int64_t, Watcher> watchers ABSL_GUARDED_BY(mutex);
};

}  // namespace nearcast::store

#endif  // SERVICES_STORE_WATCHER_LIST_H_
