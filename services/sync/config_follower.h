// ConfigFollower: keeps the publisher on the store's newest configuration.
//
// Each revision that the store reports is compiled and published before the report returns, so that
// whoever commits finds its change live when Commit returns. A configuration that this version
// cannot compile (it was written by a newer one) is refused: the last good one stays published, and
// the reason is logged and counted. Changes are made from what the store has (Newest), so that one
// which mends it can be committed.
#ifndef SERVICES_SYNC_CONFIG_FOLLOWER_H_
#define SERVICES_SYNC_CONFIG_FOLLOWER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "nearcast/v1/config.pb.h"
#include "nearcast/v1/stored.pb.h"
#include "proto/resource/resource_key.h"
#include "services/publisher/publisher.h"
#include "services/store/store.h"

namespace nearcast {

// Thread rule: any thread may call everything but Start, which belongs to one thread, once.
class ConfigFollower {
 public:
  using Resources = std::map<resource::ResourceKey, v1::Resource>;

  struct View {
    int64_t revision = 0;
    std::shared_ptr<const Resources> resources;  // never null
  };

  // Both must outlive the follower.
  ConfigFollower(store::Store* store, Publisher* publisher);

  // Publishes what the store has and follows it from now on: no revision is missed in between.
  // When the newest revision cannot be compiled, the one before it that can be is published. Fails
  // when the store cannot be read, or none of the last kTriedMax revisions can be compiled.
  static constexpr size_t kTriedMax = 100;
  absl::Status Start();

  // The newest configuration that is published.
  View Current() const;

  // What the store has: the same, unless this version cannot compile it.
  View Newest() const;

  // Why Newest is not published, and what to do; OK when it is.
  absl::Status Refusal() const;

  // Revisions that could not be compiled since the start.
  uint64_t refused() const;

 private:
  void Follow(const v1::StoredRevision& revision);

  // Publishes `newest_`; on an error `current_` stays.
  absl::Status Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Publish(const View& view) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status PublishEarlier(const absl::Status& why) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  store::Store* const store_;
  Publisher* const publisher_;
  mutable absl::Mutex mutex_;
  View newest_ ABSL_GUARDED_BY(mutex_);   // what the store has
  View current_ ABSL_GUARDED_BY(mutex_);  // what is published: the same, or the last good one
  absl::Status refusal_ ABSL_GUARDED_BY(mutex_);  // of newest_
  uint64_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
  store::Subscription subscription_;
};

}  // namespace nearcast

#endif  // SERVICES_SYNC_CONFIG_FOLLOWER_H_
