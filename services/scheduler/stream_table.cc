#include "services/scheduler/stream_table.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "services/scheduler/stream_record.h"

namespace nearcast {

using scheduler::StreamState;

const StreamTable::Shard& StreamTable::ShardOf(absl::string_view key) const {
  return shards_[absl::Hash<absl::string_view>()(key) % kShards];
}

StreamTable::Shard& StreamTable::ShardOf(absl::string_view key) {
  return shards_[absl::Hash<absl::string_view>()(key) % kShards];
}

absl::Status StreamTable::Load() {
  absl::Status status;
  const absl::Status read = store_->ForEachStream([&](const v1::StoredStream& stored) {
    absl::StatusOr<StreamEntry> parsed = ParseStoredStream(stored);
    if (!parsed.ok()) {
      status.Update(parsed.status());
      return;
    }
    auto entry = std::make_shared<const StreamEntry>(*std::move(parsed));
    RememberRequest(*entry);
    Shard& shard = ShardOf(entry->stream.name);
    absl::MutexLock lock(&shard.mutex);
    shard.streams[entry->stream.name] = std::move(entry);
  });
  status.Update(read);
  return status;
}

StreamEntryPtr StreamTable::Find(absl::string_view name) const {
  const Shard& shard = ShardOf(name);
  absl::MutexLock lock(&shard.mutex);
  const auto at = shard.streams.find(name);
  return at == shard.streams.end() ? nullptr : at->second;
}

absl::StatusOr<StreamEntryPtr> StreamTable::Insert(StreamEntry entry) {
  if (size() >= kStreamsMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kStreamsMax, " streams already; end some"));
  }
  auto made = std::make_shared<const StreamEntry>(std::move(entry));
  const std::string& name = made->stream.name;
  Shard& shard = ShardOf(name);
  StreamEntryPtr replaced;
  {
    absl::MutexLock lock(&shard.mutex);
    StreamEntryPtr& slot = shard.streams[name];
    if (slot != nullptr && slot->stream.state != StreamState::kEnded) {
      return absl::AlreadyExistsError(absl::StrCat("stream ", name, " exists and is ",
                                                   StreamStateName(slot->stream.state),
                                                   "; end it first, or take another name"));
    }
    if (absl::Status status = store_->PutStream(WriteStoredStream(*made)); !status.ok()) {
      if (slot == nullptr) shard.streams.erase(name);
      return status;
    }
    replaced = std::exchange(slot, made);
    watcher_(nullptr, *made);
  }
  if (replaced != nullptr) Forget(*replaced);
  RememberRequest(*made);
  return made;
}

absl::StatusOr<StreamEntryPtr> StreamTable::Update(absl::string_view name, const Change& change) {
  Shard& shard = ShardOf(name);
  absl::MutexLock lock(&shard.mutex);
  const auto at = shard.streams.find(name);
  if (at == shard.streams.end()) {
    return absl::NotFoundError(absl::StrCat("there is no stream \"", name, "\""));
  }
  StreamEntry changed = *at->second;
  NC_RETURN_IF_ERROR(change(changed));
  auto made = std::make_shared<const StreamEntry>(std::move(changed));
  NC_RETURN_IF_ERROR(store_->PutStream(WriteStoredStream(*made)));
  watcher_(at->second.get(), *made);
  at->second = made;
  return StreamEntryPtr(made);
}

StreamEntryPtr StreamTable::FindByRequest(absl::string_view request_id) const {
  std::string name;
  {
    const Shard& shard = ShardOf(request_id);
    absl::MutexLock lock(&shard.mutex);
    const auto at = shard.name_of_request.find(request_id);
    if (at == shard.name_of_request.end()) return nullptr;
    name = at->second;
  }
  return Find(name);
}

std::vector<StreamEntryPtr> StreamTable::Select(
    const std::function<bool(const StreamEntry&)>& wanted) const {
  std::vector<StreamEntryPtr> found;
  for (const Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    for (const auto& [name, entry] : shard.streams) {
      if (wanted(*entry)) found.push_back(entry);
    }
  }
  return found;
}

std::vector<StreamEntryPtr> StreamTable::List(
    absl::string_view after, size_t count_max,
    const std::function<bool(const StreamEntry&)>& wanted) const {
  auto found = Select([after, &wanted](const StreamEntry& entry) {
    return absl::string_view(entry.stream.name) > after && wanted(entry);
  });
  const auto by_name = [](const StreamEntryPtr& a, const StreamEntryPtr& b) {
    return a->stream.name < b->stream.name;
  };
  const size_t count = std::min(count_max, found.size());
  std::partial_sort(found.begin(), found.begin() + count, found.end(), by_name);
  found.resize(count);
  return found;
}

size_t StreamTable::ForgetEndedBefore(absl::Time time) {
  size_t forgotten = 0;
  for (Shard& shard : shards_) {
    std::vector<StreamEntryPtr> old;
    {
      absl::MutexLock lock(&shard.mutex);
      for (const auto& [name, entry] : shard.streams) {
        const bool is_old = entry->stream.state == StreamState::kEnded && entry->update_time < time;
        if (is_old && store_->DeleteStream(name).ok()) old.push_back(entry);
      }
      for (const StreamEntryPtr& entry : old) shard.streams.erase(entry->stream.name);
    }
    for (const StreamEntryPtr& entry : old) Forget(*entry);
    forgotten += old.size();
  }
  return forgotten;
}

size_t StreamTable::size() const {
  size_t total = 0;
  for (const Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    total += shard.streams.size();
  }
  return total;
}

void StreamTable::RememberRequest(const StreamEntry& entry) {
  if (entry.request_id.empty()) return;
  Shard& shard = ShardOf(entry.request_id);
  absl::MutexLock lock(&shard.mutex);
  shard.name_of_request[entry.request_id] = entry.stream.name;
}

void StreamTable::Forget(const StreamEntry& entry) {
  Shard& shard = ShardOf(entry.request_id);
  absl::MutexLock lock(&shard.mutex);
  const auto at = shard.name_of_request.find(entry.request_id);
  if (at != shard.name_of_request.end() && at->second == entry.stream.name) {
    shard.name_of_request.erase(at);
  }
}

}  // namespace nearcast
