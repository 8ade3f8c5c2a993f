#include "dataplane/stream/hub.h"

#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace nearcast::stream {

absl::StatusOr<std::unique_ptr<Publication>> Hub::Publish(absl::string_view name,
                                                          PublisherIdentity identity,
                                                          int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  while (true) {
    std::shared_ptr<Stream> stream = FindLocked(name);
    if (stream != nullptr) NC_RETURN_IF_ERROR(CheckPublisher(*stream, identity, now_ms));
    const bool is_first = stream == nullptr || !stream->WasPublished();
    if (is_first && streams_.size() - waiting_ >= options_.streams_max) {
      return absl::ResourceExhaustedError(
          absl::StrCat("this node has ", options_.streams_max, " streams, its limit"));
    }
    if (is_first) NC_RETURN_IF_ERROR(CheckRoom());
    if (stream == nullptr) stream = CreateLocked(name, now_ms);
    const std::optional<Stream::Lease> lease = stream->BeginPublication(identity, now_ms);
    if (!lease.has_value()) continue;  // it has ended just now: FindLocked drops it
    if (is_first) --waiting_;
    return absl::WrapUnique(new Publication(std::move(stream), *lease, now_ms));
  }
}

absl::StatusOr<std::shared_ptr<Stream>> Hub::FindOrCreate(absl::string_view name, int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (std::shared_ptr<Stream> stream = FindLocked(name)) return stream;
  NC_RETURN_IF_ERROR(CheckRoom());
  if (waiting_ < options_.waiting_max) return CreateLocked(name, now_ms);
  waiting_refused_.fetch_add(1, std::memory_order_relaxed);
  return absl::ResourceExhaustedError(absl::StrCat("this node waits for ", options_.waiting_max,
                                                   " streams that are not here, its limit"));
}

absl::Status Hub::CheckRoom() const {
  if (budget_->Admit()) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("this node holds ", budget_->bytes() >> 20,
                                                   " MB of media, of ", budget_->bytes_max() >> 20,
                                                   " MB: it takes no new stream"));
}

std::shared_ptr<Stream> Hub::FindLocked(absl::string_view name) {
  auto found = streams_.find(name);
  if (found == streams_.end()) return nullptr;
  if (found->second->state() != StreamState::kEnded) return found->second;
  EraseLocked(found);  // it lives on with its last viewers
  return nullptr;
}

std::shared_ptr<Stream> Hub::CreateLocked(absl::string_view name, int64_t now_ms) {
  auto stream = std::make_shared<Stream>(std::string(name.data(), name.size()), options_.ring,
                                         now_ms, budget_);
  streams_[stream->name()] = stream;
  ++waiting_;
  return stream;
}

void Hub::EraseLocked(Streams::iterator which) {
  if (!which->second->WasPublished()) --waiting_;
  streams_.erase(which);
}

absl::Status Hub::CheckPublisher(const Stream& stream, const PublisherIdentity& identity,
                                 int64_t now_ms) const {
  absl::MutexLock lock(&stream.mutex_);
  if (stream.state_ != StreamState::kLive) return absl::OkStatus();
  const PublisherIdentity& first = stream.publisher_;
  const bool silent = now_ms - stream.last_frame_ms_ >= options_.takeover_silence_ms;
  const bool same_broadcaster = !identity.token.empty() && identity.token == first.token;
  const bool replaces_pull =
      first.kind == PublisherKind::kPull && identity.kind == PublisherKind::kPush;
  if (silent || same_broadcaster || replaces_pull) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(stream.name_, " is already published by ", first.address,
                   "; a second publisher is let in after ", options_.takeover_silence_ms,
                   " ms of silence, or with the same token"));
}

std::shared_ptr<Stream> Hub::Find(absl::string_view name) const {
  absl::MutexLock lock(&mutex_);
  auto found = streams_.find(name);
  return found == streams_.end() ? nullptr : found->second;
}

absl::Status Hub::End(absl::string_view name) {
  std::shared_ptr<Stream> stream = Find(name);
  if (stream == nullptr) return absl::NotFoundError(absl::StrCat("no stream ", name, " here"));
  stream->End();
  return absl::OkStatus();
}

std::vector<std::shared_ptr<Stream>> Hub::List() const {
  absl::MutexLock lock(&mutex_);
  std::vector<std::shared_ptr<Stream>> list;
  list.reserve(streams_.size());
  for (const auto& [name, stream] : streams_) list.push_back(stream);
  return list;
}

Hub::Fate Hub::Settle(Stream* stream, int64_t now_ms) const {
  absl::MutexLock lock(&stream->mutex_);
  if (stream->viewers() > 0) stream->last_viewer_ms_ = now_ms;
  if (stream->KeepBudgetLocked()) stream->NotifyStateLocked();  // one that is silent, too
  const int64_t unwatched_ms = now_ms - stream->last_viewer_ms_;
  const int64_t in_state_ms = now_ms - stream->changed_ms_;
  switch (stream->state_) {
    case StreamState::kLive:
      if (now_ms - stream->last_frame_ms_ < options_.publisher_silence_ms) return Fate::kStays;
      stream->state_ = StreamState::kInterrupted;
      stream->changed_ms_ = now_ms;
      return Fate::kStays;
    case StreamState::kInterrupted:
      if (in_state_ms < options_.reconnect_grace_ms) return Fate::kStays;
      stream->EndLocked();
      return Fate::kEnds;
    case StreamState::kWaiting:
      if (unwatched_ms < options_.idle_ms) return Fate::kStays;
      stream->EndLocked();
      return Fate::kIsForgotten;
    case StreamState::kEnded:
      return Fate::kIsForgotten;
  }
  return Fate::kStays;
}

SweepReport Hub::Sweep(int64_t now_ms) {
  SweepReport report;
  for (const std::shared_ptr<Stream>& stream : List()) {
    absl::MutexLock lock(&mutex_);  // a publisher finds the stream as it is before or after
    const Fate fate = Settle(stream.get(), now_ms);
    if (fate == Fate::kStays) continue;
    (fate == Fate::kEnds ? report.ended : report.forgotten).push_back(stream->name());
    if (fate != Fate::kIsForgotten) continue;
    auto found = streams_.find(stream->name());
    if (found != streams_.end() && found->second == stream) EraseLocked(found);
  }
  return report;
}

}  // namespace nearcast::stream
