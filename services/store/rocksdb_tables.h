// RocksdbTables: a RocksDB directory as Nearcast lays it out, opened or refused. docs/store.md
// describes the layout.
#ifndef SERVICES_STORE_ROCKSDB_TABLES_H_
#define SERVICES_STORE_ROCKSDB_TABLES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rocksdb/db.h"

namespace nearcast::store {

// Column families beside RocksDB's own "default", which stays empty.
enum class Table { kMeta, kConfig, kRevisions, kStreams };
inline constexpr size_t kTables = 4;

// The layout that this code reads and writes.
inline constexpr int64_t kSchemaVersion = 1;

// Closes the database when it ends. As RocksDB, any thread may use it.
class RocksdbTables {
 public:
  // Creates the directory and the layout where there is none. FAILED_PRECONDITION: another process
  // has it open, it belongs to something else, or a newer Nearcast wrote it. DATA_LOSS: it is
  // damaged. PERMISSION_DENIED, UNAVAILABLE: the file system refuses. Each message says what to do.
  static absl::StatusOr<std::unique_ptr<RocksdbTables>> Open(const std::string& directory);

  ~RocksdbTables();

  rocksdb::DB* db() { return db_.get(); }
  rocksdb::ColumnFamilyHandle* table(Table table) { return handles_[static_cast<size_t>(table)]; }

  // OK, or what `status` means for whoever runs the store, naming the directory.
  absl::Status Explain(const rocksdb::Status& status) const;

 private:
  explicit RocksdbTables(std::string directory) : directory_(std::move(directory)) {}

  absl::Status OpenDatabase();
  absl::Status CheckSchema();
  bool IsEmpty();

  const std::string directory_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kTables> handles_{};
  rocksdb::ColumnFamilyHandle* default_handle_ = nullptr;
};

}  // namespace nearcast::store

#endif  // SERVICES_STORE_ROCKSDB_TABLES_H_
