// MemoryStore: a store that ends with the process, for tests and for `--store=memory`.
// Errors and thread rule: Store's.
#ifndef SERVICES_STORE_MEMORY_STORE_H_
#define SERVICES_STORE_MEMORY_STORE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/store/local_store.h"
#include "services/store/revision_log.h"

namespace nearcast::store {

class MemoryStore : public LocalStore {
 public:
  explicit MemoryStore(const StoreOptions& options = {}) : LocalStore(0), options_(options) {}

  absl::StatusOr<Config> LoadConfig() override;
  absl::StatusOr<std::vector<v1::StoredRevision>> ListRevisions(size_t count_max) override;
  absl::StatusOr<Config> ConfigAt(int64_t revision) override;
  absl::Status PutStream(const v1::StoredStream& stream) override;
  absl::Status DeleteStream(absl::string_view name) override;
  absl::Status ForEachStream(absl::FunctionRef<void(const v1::StoredStream&)> fn) override;

 protected:
  absl::StatusOr<std::optional<v1::Resource>> Find(const resource::ResourceKey& key) override;
  absl::Status Persist(const v1::StoredRevision& revision) override;

 private:
  const StoreOptions options_;
  absl::Mutex mutex_;
  int64_t current_ ABSL_GUARDED_BY(mutex_) = 0;
  ConfigMap config_ ABSL_GUARDED_BY(mutex_);
  std::map<int64_t, v1::StoredRevision> revisions_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::StoredStream> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace nearcast::store

#endif  // SERVICES_STORE_MEMORY_STORE_H_
