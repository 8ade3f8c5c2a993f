#include "services/store/memory_store.h"

#include "base/status_macros.h"

namespace nearcast::store {

absl::StatusOr<Config> MemoryStore::LoadConfig() {
  absl::MutexLock lock(&mutex_);
  return MakeConfig(current_, config_);
}

absl::StatusOr<std::vector<v1::StoredRevision>> MemoryStore::ListRevisions(size_t count_max) {
  absl::MutexLock lock(&mutex_);
  std::vector<v1::StoredRevision> newest;
  for (auto it = revisions_.rbegin(); it != revisions_.rend() && newest.size() < count_max; ++it) {
    newest.push_back(it->second);
  }
  return newest;
}

absl::StatusOr<Config> MemoryStore::ConfigAt(int64_t revision) {
  absl::MutexLock lock(&mutex_);
  const int64_t oldest = revisions_.empty() ? current_ + 1 : revisions_.begin()->first;
  NC_RETURN_IF_ERROR(CheckRevision(revision, oldest, current_));
  ConfigMap config = config_;
  for (auto it = revisions_.rbegin(); it != revisions_.rend() && it->first > revision; ++it) {
    RevertRevision(it->second, &config);
  }
  return MakeConfig(revision, config);
}

absl::Status MemoryStore::PutStream(const v1::StoredStream& stream) {
  ++counters_.stream_writes;
  if (stream.stream().name().empty()) {
    ++counters_.stream_writes_failed;
    return absl::InvalidArgumentError("a stream must have a name");
  }
  absl::MutexLock lock(&mutex_);
  streams_[stream.stream().name()] = stream;
  return absl::OkStatus();
}

absl::Status MemoryStore::DeleteStream(absl::string_view name) {
  ++counters_.stream_writes;
  absl::MutexLock lock(&mutex_);
  streams_.erase(std::string(name));
  return absl::OkStatus();
}

absl::Status MemoryStore::ForEachStream(absl::FunctionRef<void(const v1::StoredStream&)> fn) {
  std::map<std::string, v1::StoredStream> streams;
  {
    absl::MutexLock lock(&mutex_);
    streams = streams_;
  }
  for (const auto& [name, stream] : streams) fn(stream);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<v1::Resource>> MemoryStore::Find(const resource::ResourceKey& key) {
  absl::MutexLock lock(&mutex_);
  const auto found = config_.find(key);
  if (found == config_.end()) return std::nullopt;
  return found->second;
}

absl::Status MemoryStore::Persist(const v1::StoredRevision& revision) {
  absl::MutexLock lock(&mutex_);
  for (const v1::StoredRevision::Change& change : revision.changes()) {
    const resource::ResourceKey key{.kind = change.kind(), .name = change.name()};
    if (change.has_after()) {
      config_[key] = change.after();
    } else {
      config_.erase(key);
    }
  }
  current_ = revision.number();
  revisions_[current_] = revision;
  while (static_cast<int64_t>(revisions_.size()) > options_.revisions_max) {
    revisions_.erase(revisions_.begin());
  }
  return absl::OkStatus();
}

}  // namespace nearcast::store
