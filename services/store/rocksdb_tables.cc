#include "services/store/rocksdb_tables.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "rocksdb/options.h"

namespace nearcast::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTableNames[kTables] = {"meta", "config", "revisions", "streams"};
constexpr const char* kSchemaKey = "schema_version";

rocksdb::Options DatabaseOptions() {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_background_jobs = 2;
  options.write_buffer_size = 16 << 20;
  options.max_total_wal_size = 64 << 20;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = 1 << 20;
  return options;
}

absl::Status NotAStore(absl::string_view directory, absl::string_view why) {
  return absl::FailedPreconditionError(
      absl::StrCat("store ", directory, ": ", why, "; name an empty or a new directory"));
}

// RocksDB would put its files between whatever is there.
absl::Status CheckDirectory(const std::string& directory) {
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_directory(directory, error)) {
    return NotAStore(directory, "is not a directory");
  }
  fs::create_directories(directory, error);
  if (error) return NotAStore(directory, absl::StrCat("cannot be made: ", error.message()));
  if (fs::exists(fs::path(directory) / "CURRENT")) return absl::OkStatus();
  const bool is_empty = fs::directory_iterator(directory, error) == fs::directory_iterator();
  if (error) {
    return absl::PermissionDeniedError(
        absl::StrCat("store ", directory, ": ", error.message(), "; give this user the directory"));
  }
  if (is_empty) return absl::OkStatus();
  return NotAStore(directory, "has files, but no complete store (no CURRENT) among them");
}

absl::Status CheckTableNames(const std::string& directory) {
  std::vector<std::string> names;
  const rocksdb::Status listed =
      rocksdb::DB::ListColumnFamilies(DatabaseOptions(), directory, &names);
  if (!listed.ok()) return absl::OkStatus();  // new, or damaged: opening it tells
  for (const std::string& name : names) {
    const bool ours =
        std::find(std::begin(kTableNames), std::end(kTableNames), name) != std::end(kTableNames);
    if (!ours && name != rocksdb::kDefaultColumnFamilyName) {
      return NotAStore(directory, absl::StrCat("is the RocksDB database of another program (it "
                                               "has a column family \"",
                                               name, "\")"));
    }
  }
  return absl::OkStatus();
}

absl::Status ExplainIoError(const std::string& directory, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  if (absl::StrContains(text, "lock file") || absl::StrContains(text, "lock hold")) {
    return absl::FailedPreconditionError(
        absl::StrCat("store ", directory,
                     ": another process has it open; stop that one, or name "
                     "another directory"));
  }
  if (absl::StrContains(text, "Permission denied")) {
    return absl::PermissionDeniedError(
        absl::StrCat("store ", directory, ": ", text, "; give this user the directory"));
  }
  if (absl::StrContains(text, "No such file")) {
    return absl::DataLossError(absl::StrCat("store ", directory, ": a file is missing: ", text,
                                            "; restore a copy of the directory"));
  }
  return absl::UnavailableError(absl::StrCat("store ", directory, ": ", text,
                                             "; make room or mend the disk, then start again"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<RocksdbTables>> RocksdbTables::Open(const std::string& directory) {
  NC_RETURN_IF_ERROR(CheckDirectory(directory));
  NC_RETURN_IF_ERROR(CheckTableNames(directory));
  auto tables = std::unique_ptr<RocksdbTables>(new RocksdbTables(directory));
  NC_RETURN_IF_ERROR(tables->OpenDatabase());
  NC_RETURN_IF_ERROR(tables->CheckSchema());
  return tables;
}

RocksdbTables::~RocksdbTables() {
  if (db_ == nullptr) return;
  for (rocksdb::ColumnFamilyHandle* handle : handles_) db_->DestroyColumnFamilyHandle(handle);
  db_->DestroyColumnFamilyHandle(default_handle_);
}

absl::Status RocksdbTables::OpenDatabase() {
  const rocksdb::Options options = DatabaseOptions();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, options);
  for (const char* name : kTableNames) families.emplace_back(name, options);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  NC_RETURN_IF_ERROR(Explain(rocksdb::DB::Open(options, directory_, families, &handles, &db)));
  db_.reset(db);
  default_handle_ = handles.front();
  std::copy(handles.begin() + 1, handles.end(), handles_.begin());
  return absl::OkStatus();
}

absl::Status RocksdbTables::CheckSchema() {
  std::string text;
  const rocksdb::Status got = db_->Get({}, table(Table::kMeta), kSchemaKey, &text);
  if (got.IsNotFound()) {
    if (!IsEmpty()) return NotAStore(directory_, "is the RocksDB database of another program");
    rocksdb::WriteOptions durable;
    durable.sync = true;
    return Explain(
        db_->Put(durable, table(Table::kMeta), kSchemaKey, absl::StrCat(kSchemaVersion)));
  }
  NC_RETURN_IF_ERROR(Explain(got));
  int64_t version = 0;
  if (absl::SimpleAtoi(text, &version) && version == kSchemaVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat("store ", directory_, ": has schema version \"",
                                                    text, "\", and this program ", kSchemaVersion,
                                                    "; use the program that wrote it"));
}

bool RocksdbTables::IsEmpty() {
  std::vector<rocksdb::ColumnFamilyHandle*> all(handles_.begin(), handles_.end());
  all.push_back(default_handle_);
  return std::all_of(all.begin(), all.end(), [this](rocksdb::ColumnFamilyHandle* handle) {
    const std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator({}, handle));
    it->SeekToFirst();
    return !it->Valid() && it->status().ok();
  });
}

absl::Status RocksdbTables::Explain(const rocksdb::Status& status) const {
  if (status.ok()) return absl::OkStatus();
  if (status.IsIOError()) return ExplainIoError(directory_, status);
  if (status.IsCorruption()) {
    return absl::DataLossError(
        absl::StrCat("store ", directory_, ": is damaged: ", status.ToString(),
                     "; restore a copy, or move it away and apply the YAML files again"));
  }
  return absl::UnavailableError(absl::StrCat("store ", directory_, ": ", status.ToString()));
}

}  // namespace nearcast::store
