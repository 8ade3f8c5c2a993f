#include "services/scheduler/stream_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "schedulerlib/place/rendezvous.h"
#include "services/scheduler/stream_record.h"

namespace nearcast {

using scheduler::StableHash;
using scheduler::StreamState;

namespace {

absl::Status Exists(const StreamEntry& entry) {
  return absl::AlreadyExistsError(absl::StrCat("stream ", entry.stream.name, " exists and is ",
                                               StreamStateName(entry.stream.state),
                                               "; end it first, or take another name"));
}

}  // namespace

size_t StreamTable::NameHash::operator()(const StreamEntryPtr& entry) const {
  return StableHash(entry->stream.name);
}

size_t StreamTable::NameHash::operator()(absl::string_view name) const { return StableHash(name); }

bool StreamTable::NameEqual::operator()(const StreamEntryPtr& a, const StreamEntryPtr& b) const {
  return a->stream.name == b->stream.name;
}

bool StreamTable::NameEqual::operator()(const StreamEntryPtr& a, absl::string_view name) const {
  return a->stream.name == name;
}

bool StreamTable::NameEqual::operator()(const StreamEntryPtr& a, uint64_t hash) const {
  return StableHash(a->stream.name) == hash;
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
    Shard& shard = ShardOf(StableHash(entry->stream.name));
    absl::MutexLock lock(&shard.mutex);
    if (shard.streams.insert(std::move(entry)).second) ++size_;
  });
  status.Update(read);
  return status;
}

StreamEntryPtr StreamTable::Find(absl::string_view name) const {
  const Shard& shard = ShardOf(StableHash(name));
  absl::MutexLock lock(&shard.mutex);
  const auto at = shard.streams.find(name);
  return at == shard.streams.end() ? nullptr : *at;
}

absl::StatusOr<StreamEntryPtr> StreamTable::Insert(StreamEntry entry) {
  if (size() >= kStreamsMax) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kStreamsMax, " streams already; end some"));
  }
  StreamEntryPtr made;
  StreamEntryPtr replaced;
  {
    Shard& shard = ShardOf(StableHash(entry.stream.name));
    absl::MutexLock lock(&shard.mutex);
    const auto at = shard.streams.find(absl::string_view(entry.stream.name));
    if (at != shard.streams.end()) {
      replaced = *at;
      if (replaced->stream.state != StreamState::kEnded) return Exists(*replaced);
      // What is still to be told of the one before goes first.
      entry.untold = replaced->untold;
    }
    NC_ASSIGN_OR_RETURN(made, StoreChange(nullptr, std::move(entry)));
    if (replaced != nullptr) shard.streams.erase(at);
    shard.streams.insert(made);
    TellWatchers(nullptr, made);
  }
  if (replaced == nullptr) ++size_;
  if (replaced != nullptr) Forget(*replaced);
  RememberRequest(*made);
  return made;
}

absl::StatusOr<StreamEntryPtr> StreamTable::Update(absl::string_view name, const Change& change) {
  Shard& shard = ShardOf(StableHash(name));
  absl::MutexLock lock(&shard.mutex);
  const auto at = shard.streams.find(name);
  if (at == shard.streams.end()) {
    return absl::NotFoundError(absl::StrCat("there is no stream \"", name, "\""));
  }
  const StreamEntryPtr before = *at;
  StreamEntry changed = *before;
  NC_RETURN_IF_ERROR(change(changed));
  NC_ASSIGN_OR_RETURN(const StreamEntryPtr made, StoreChange(before.get(), std::move(changed)));
  shard.streams.erase(at);
  shard.streams.insert(made);
  TellWatchers(before.get(), made);
  return made;
}

absl::StatusOr<StreamEntryPtr> StreamTable::StoreChange(const StreamEntry* before,
                                                        StreamEntry after) {
  annotator_(before, after);
  auto made = std::make_shared<const StreamEntry>(std::move(after));
  NC_RETURN_IF_ERROR(store_->PutStream(WriteStoredStream(*made)));
  return made;
}

void StreamTable::TellWatchers(const StreamEntry* before, const StreamEntryPtr& after) const {
  for (const Watcher& watcher : watchers_) watcher(before, after);
}

// Where the store fails the event stays: it is told once more after a restart.
void StreamTable::ForgetUntold(absl::string_view name, uint64_t number) {
  Shard& shard = ShardOf(StableHash(name));
  absl::MutexLock lock(&shard.mutex);
  const auto at = shard.streams.find(name);
  if (at == shard.streams.end()) return;
  StreamEntry changed = **at;
  const size_t erased = std::erase_if(
      changed.untold, [number](const UntoldEvent& event) { return event.number == number; });
  if (erased == 0) return;
  auto made = std::make_shared<const StreamEntry>(std::move(changed));
  if (!store_->PutStream(WriteStoredStream(*made)).ok()) return;
  shard.streams.erase(at);
  shard.streams.insert(std::move(made));
}

StreamEntryPtr StreamTable::FindByRequest(absl::string_view request_id) const {
  const uint64_t request = StableHash(request_id);
  uint64_t name = 0;
  {
    const Shard& shard = ShardOf(request);
    absl::MutexLock lock(&shard.mutex);
    const auto at = shard.name_of_request.find(request);
    if (at == shard.name_of_request.end()) return nullptr;
    name = at->second;
  }
  const Shard& shard = ShardOf(name);
  absl::MutexLock lock(&shard.mutex);
  const auto at = shard.streams.find(name);
  return at == shard.streams.end() || (*at)->request_id != request_id ? nullptr : *at;
}

std::vector<StreamEntryPtr> StreamTable::Select(
    const std::function<bool(const StreamEntry&)>& wanted) const {
  std::vector<StreamEntryPtr> found;
  for (const Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    for (const StreamEntryPtr& entry : shard.streams) {
      if (wanted(*entry)) found.push_back(entry);
    }
  }
  return found;
}

std::vector<StreamEntryPtr> StreamTable::List(
    absl::string_view after, size_t count_max,
    const std::function<bool(const StreamEntry&)>& wanted) const {
  const auto by_name = [](const StreamEntryPtr& a, const StreamEntryPtr& b) {
    return a->stream.name < b->stream.name;
  };
  std::vector<StreamEntryPtr> first;  // a heap with the last of them in front
  if (count_max == 0) return first;
  for (const Shard& shard : shards_) {
    absl::MutexLock lock(&shard.mutex);
    for (const StreamEntryPtr& entry : shard.streams) {
      if (absl::string_view(entry->stream.name) <= after) continue;
      const bool full = first.size() == count_max;
      if ((full && !by_name(entry, first.front())) || !wanted(*entry)) continue;
      if (full) {
        std::pop_heap(first.begin(), first.end(), by_name);
        first.pop_back();
      }
      first.push_back(entry);
      std::push_heap(first.begin(), first.end(), by_name);
    }
  }
  std::sort_heap(first.begin(), first.end(), by_name);
  return first;
}

size_t StreamTable::ForgetEndedBefore(absl::Time time) {
  size_t forgotten = 0;
  for (Shard& shard : shards_) {
    std::vector<StreamEntryPtr> old;
    {
      absl::MutexLock lock(&shard.mutex);
      for (const StreamEntryPtr& entry : shard.streams) {
        const bool is_old = entry->stream.state == StreamState::kEnded && entry->update_time < time;
        if (is_old && store_->DeleteStream(entry->stream.name).ok()) old.push_back(entry);
      }
      for (const StreamEntryPtr& entry : old) shard.streams.erase(entry);
    }
    for (const StreamEntryPtr& entry : old) Forget(*entry);
    forgotten += old.size();
  }
  size_ -= forgotten;
  return forgotten;
}

void StreamTable::RememberRequest(const StreamEntry& entry) {
  if (entry.request_id.empty()) return;
  const uint64_t request = StableHash(entry.request_id);
  Shard& shard = ShardOf(request);
  absl::MutexLock lock(&shard.mutex);
  shard.name_of_request[request] = StableHash(entry.stream.name);
}

void StreamTable::Forget(const StreamEntry& entry) {
  const uint64_t request = StableHash(entry.request_id);
  Shard& shard = ShardOf(request);
  absl::MutexLock lock(&shard.mutex);
  const auto at = shard.name_of_request.find(request);
  if (at != shard.name_of_request.end() && at->second == StableHash(entry.stream.name)) {
    shard.name_of_request.erase(at);
  }
}

}  // namespace nearcast
