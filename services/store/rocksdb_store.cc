#include "services/store/rocksdb_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/status_macros.h"
#include "rocksdb/db.h"
#include "rocksdb/snapshot.h"
#include "rocksdb/write_batch.h"
#include "services/store/rocksdb_tables.h"

namespace nearcast::store {
namespace {

constexpr const char* kRevisionKey = "revision";

// "0000000000000000012": decimal, so that the order of keys is that of numbers, and people can read
// it.
std::string RevisionKey(int64_t number) { return absl::StrFormat("%019d", number); }

absl::Status ParseStoredInto(const rocksdb::Slice& key, const rocksdb::Slice& value,
                             google::protobuf::Message& message) {
  if (message.ParseFromArray(value.data(), static_cast<int>(value.size()))) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("stored entry \"", key.ToString(),
                                          "\" cannot be read; restore a copy of the store"));
}

template <typename Message>
absl::StatusOr<Message> ParseStored(const rocksdb::Slice& key, const rocksdb::Slice& value) {
  Message message;
  NC_RETURN_IF_ERROR(ParseStoredInto(key, value, message));
  return message;
}

absl::StatusOr<int64_t> ParseNumber(const std::string& text) {
  int64_t number = 0;
  if (absl::SimpleAtoi(text, &number) && number >= 0) return number;
  return absl::DataLossError(
      absl::StrCat("stored revision number \"", text, "\" cannot be read; restore a copy"));
}

// One moment of the database, read as often as one likes.
class View {
 public:
  explicit View(RocksdbTables* tables) : tables_(tables), snapshot_(tables->db()) {
    options_.snapshot = snapshot_.snapshot();
  }

  // 0 when nothing was committed.
  absl::StatusOr<int64_t> CurrentRevision() const {
    std::string text;
    const rocksdb::Status got =
        tables_->db()->Get(options_, tables_->table(Table::kMeta), kRevisionKey, &text);
    if (got.IsNotFound()) return 0;
    NC_RETURN_IF_ERROR(tables_->Explain(got));
    return ParseNumber(text);
  }

  absl::StatusOr<int64_t> OldestRevision(int64_t current) const {
    const std::unique_ptr<rocksdb::Iterator> it = Iterate(Table::kRevisions);
    it->SeekToFirst();
    NC_RETURN_IF_ERROR(tables_->Explain(it->status()));
    if (!it->Valid()) return current + 1;
    return ParseNumber(it->key().ToString());
  }

  absl::StatusOr<ConfigMap> ReadConfig() const {
    ConfigMap config;
    const std::unique_ptr<rocksdb::Iterator> it = Iterate(Table::kConfig);
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      NC_ASSIGN_OR_RETURN(v1::Resource resource, ParseStored<v1::Resource>(it->key(), it->value()));
      resource::ResourceKey key = resource::KeyOf(resource);
      config.emplace(std::move(key), std::move(resource));
    }
    NC_RETURN_IF_ERROR(tables_->Explain(it->status()));
    return config;
  }

  // From the newest down to `oldest`, at most `count_max`.
  absl::StatusOr<std::vector<v1::StoredRevision>> ReadRevisions(int64_t oldest,
                                                                size_t count_max) const {
    std::vector<v1::StoredRevision> revisions;
    const std::unique_ptr<rocksdb::Iterator> it = Iterate(Table::kRevisions);
    const std::string last = RevisionKey(oldest);
    for (it->SeekToLast(); it->Valid() && revisions.size() < count_max; it->Prev()) {
      if (it->key().compare(last) < 0) break;
      NC_ASSIGN_OR_RETURN(v1::StoredRevision revision,
                          ParseStored<v1::StoredRevision>(it->key(), it->value()));
      revisions.push_back(std::move(revision));
    }
    NC_RETURN_IF_ERROR(tables_->Explain(it->status()));
    return revisions;
  }

  std::unique_ptr<rocksdb::Iterator> Iterate(Table table) const {
    return std::unique_ptr<rocksdb::Iterator>(
        tables_->db()->NewIterator(options_, tables_->table(table)));
  }

 private:
  RocksdbTables* tables_;
  rocksdb::ManagedSnapshot snapshot_;
  rocksdb::ReadOptions options_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<RocksdbStore>> RocksdbStore::Open(const std::string& directory,
                                                                 const StoreOptions& options) {
  NC_ASSIGN_OR_RETURN(std::unique_ptr<RocksdbTables> tables, RocksdbTables::Open(directory));
  int64_t revision = 0;
  int64_t oldest = 0;
  {
    const View view(tables.get());
    NC_ASSIGN_OR_RETURN(revision, view.CurrentRevision());
    NC_ASSIGN_OR_RETURN(oldest, view.OldestRevision(revision));
  }
  return std::unique_ptr<RocksdbStore>(
      new RocksdbStore(std::move(tables), options, revision, oldest));
}

RocksdbStore::RocksdbStore(std::unique_ptr<RocksdbTables> tables, const StoreOptions& options,
                           int64_t revision, int64_t oldest)
    : LocalStore(revision), options_(options), tables_(std::move(tables)), oldest_(oldest) {}

RocksdbStore::~RocksdbStore() = default;

absl::StatusOr<Config> RocksdbStore::LoadConfig() {
  const View view(tables_.get());
  NC_ASSIGN_OR_RETURN(const int64_t current, view.CurrentRevision());
  NC_ASSIGN_OR_RETURN(const ConfigMap config, view.ReadConfig());
  return MakeConfig(current, config);
}

absl::StatusOr<std::vector<v1::StoredRevision>> RocksdbStore::ListRevisions(size_t count_max) {
  return View(tables_.get()).ReadRevisions(0, count_max);
}

absl::StatusOr<Config> RocksdbStore::ConfigAt(int64_t revision) {
  const View view(tables_.get());
  NC_ASSIGN_OR_RETURN(const int64_t current, view.CurrentRevision());
  NC_ASSIGN_OR_RETURN(const int64_t oldest, view.OldestRevision(current));
  NC_RETURN_IF_ERROR(CheckRevision(revision, oldest, current));
  NC_ASSIGN_OR_RETURN(ConfigMap config, view.ReadConfig());
  const auto later = static_cast<size_t>(current - revision);
  NC_ASSIGN_OR_RETURN(const std::vector<v1::StoredRevision> log,
                      view.ReadRevisions(revision + 1, later));
  if (log.size() != later) {
    return absl::DataLossError(absl::StrCat("of the revisions ", revision + 1, " to ", current,
                                            " only ", log.size(), " are stored; restore a copy"));
  }
  for (const v1::StoredRevision& stored : log) RevertRevision(stored, &config);
  return MakeConfig(revision, config);
}

absl::Status RocksdbStore::FinishStreamWrite(const rocksdb::Status& written) {
  ++counters_.stream_writes;
  if (!written.ok()) ++counters_.stream_writes_failed;
  return tables_->Explain(written);
}

absl::Status RocksdbStore::PutStream(const v1::StoredStream& stream) {
  if (stream.stream().name().empty()) {
    ++counters_.stream_writes;
    ++counters_.stream_writes_failed;
    return absl::InvalidArgumentError("a stream must have a name");
  }
  return FinishStreamWrite(tables_->db()->Put({}, tables_->table(Table::kStreams),
                                              stream.stream().name(), stream.SerializeAsString()));
}

absl::Status RocksdbStore::DeleteStream(absl::string_view name) {
  return FinishStreamWrite(tables_->db()->Delete({}, tables_->table(Table::kStreams),
                                                 rocksdb::Slice(name.data(), name.size())));
}

absl::Status RocksdbStore::ForEachStream(absl::FunctionRef<void(const v1::StoredStream&)> fn) {
  const View view(tables_.get());
  const std::unique_ptr<rocksdb::Iterator> it = view.Iterate(Table::kStreams);
  v1::StoredStream stream;  // one for all: its parts are used again
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    NC_RETURN_IF_ERROR(ParseStoredInto(it->key(), it->value(), stream));
    fn(stream);
  }
  return tables_->Explain(it->status());
}

absl::StatusOr<std::optional<v1::Resource>> RocksdbStore::Find(const resource::ResourceKey& key) {
  std::string value;
  const std::string text = key.ToString();
  const rocksdb::Status got = tables_->db()->Get({}, tables_->table(Table::kConfig), text, &value);
  if (got.IsNotFound()) return std::nullopt;
  NC_RETURN_IF_ERROR(tables_->Explain(got));
  NC_ASSIGN_OR_RETURN(v1::Resource resource, ParseStored<v1::Resource>(text, value));
  return resource;
}

absl::Status RocksdbStore::Persist(const v1::StoredRevision& revision) {
  rocksdb::WriteBatch batch;
  for (const v1::StoredRevision::Change& change : revision.changes()) {
    const std::string key = absl::StrCat(change.kind(), "/", change.name());
    if (change.has_after()) {
      batch.Put(tables_->table(Table::kConfig), key, change.after().SerializeAsString());
    } else {
      batch.Delete(tables_->table(Table::kConfig), key);
    }
  }
  const std::string number = RevisionKey(revision.number());
  batch.Put(tables_->table(Table::kRevisions), number, revision.SerializeAsString());
  batch.Put(tables_->table(Table::kMeta), kRevisionKey, absl::StrCat(revision.number()));
  const int64_t keep = revision.number() - options_.revisions_max + 1;
  for (int64_t old = oldest_; old < keep; ++old) {
    batch.Delete(tables_->table(Table::kRevisions), RevisionKey(old));
  }
  rocksdb::WriteOptions durable;
  durable.sync = true;
  NC_RETURN_IF_ERROR(tables_->Explain(tables_->db()->Write(durable, &batch)));
  if (keep > oldest_) oldest_ = keep;
  return absl::OkStatus();
}

}  // namespace nearcast::store
