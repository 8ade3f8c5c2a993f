// RocksdbStore: the store of one process, in a directory of its own (`--store=rocksdb:DIR`).
//
// One write-ahead log serves configuration and streams: commits wait for the disk, stream writes
// only for the operating system (see Store). docs/store.md has the stored form and what to do when
// a directory is refused. Errors and thread rule: Store's.
#ifndef SERVICES_STORE_ROCKSDB_STORE_H_
#define SERVICES_STORE_ROCKSDB_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "services/store/local_store.h"
#include "services/store/revision_log.h"

namespace rocksdb {
class Snapshot;
class Status;
}  // namespace rocksdb

namespace nearcast::store {

class RocksdbTables;

class RocksdbStore : public LocalStore {
 public:
  // Errors as RocksdbTables::Open, and DATA_LOSS for a revision number that cannot be read.
  static absl::StatusOr<std::unique_ptr<RocksdbStore>> Open(const std::string& directory,
                                                            const StoreOptions& options = {});
  ~RocksdbStore() override;

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
  RocksdbStore(std::unique_ptr<RocksdbTables> tables, const StoreOptions& options, int64_t revision,
               int64_t oldest);

  // Counts, and explains what failed.
  absl::Status FinishStreamWrite(const rocksdb::Status& written);

  const StoreOptions options_;
  const std::unique_ptr<RocksdbTables> tables_;
  int64_t oldest_;  // kept revision; only commits use it, one at a time
};

}  // namespace nearcast::store

#endif  // SERVICES_STORE_ROCKSDB_STORE_H_
