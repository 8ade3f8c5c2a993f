// LocalStore: the part of Commit that every store has which only one process writes to.
#ifndef SERVICES_STORE_LOCAL_STORE_H_
#define SERVICES_STORE_LOCAL_STORE_H_

#include <cstdint>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "proto/resource/resource_key.h"
#include "services/store/store.h"
#include "services/store/watcher_list.h"

namespace nearcast::store {

// Commits and their watchers run one after the other under one mutex, so revisions are seen in
// their order.
class LocalStore : public Store {
 public:
  absl::StatusOr<int64_t> Commit(const Edit& edit, int64_t expected_revision) final;
  Subscription Watch(Watcher watcher) final { return watchers_.Add(std::move(watcher)); }
  const StoreCounters& counters() const final { return counters_; }

 protected:
  explicit LocalStore(int64_t revision) : revision_(revision) {}

  // Called by one commit at a time.
  virtual absl::StatusOr<std::optional<v1::Resource>> Find(const resource::ResourceKey& key) = 0;

  // Makes the revision durable and current, all or nothing. Called by one commit at a time.
  virtual absl::Status Persist(const v1::StoredRevision& revision) = 0;

  StoreCounters counters_;

 private:
  absl::StatusOr<int64_t> CommitLocked(const Edit& edit, int64_t expected_revision)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(commit_mutex_);

  absl::Mutex commit_mutex_;
  int64_t revision_ ABSL_GUARDED_BY(commit_mutex_);
  WatcherList watchers_;
};

}  // namespace nearcast::store

#endif  // SERVICES_STORE_LOCAL_STORE_H_
