#include "dataplane/hls/session_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "dataplane/hls/hls_request.h"

namespace nearcast::hls {
namespace {

constexpr int64_t kTtlMsMin = 15'000;

}  // namespace

Session::Session(std::shared_ptr<Channel> of, TrackKind track, Format in, const SliceWindow& from)
    : channel(std::move(of)), window(from), kind(track), format(in) {
  channel->stream()->AddViewers(1);
}

Session::~Session() {
  channel->stream()->AddViewers(-1);
  if (ticket == nullptr) return;
  const bool over = channel->stream()->state() == stream::StreamState::kEnded;
  ticket->End(over ? plays::PlayEnd::kStreamEnded : plays::PlayEnd::kExpired,
              {.bytes = progress.bytes(),
               .delay_ms_mean = progress.delay_ms_mean(),
               .delay_ms_max = progress.delay_ms_max()});
}

// As long as a slice that a playlist once showed must be there.
int64_t Session::ttl_ms() const { return std::max(kTtlMsMin, window.retention_ms()); }

egress::ViewerStatus Session::Status(int64_t now_ms) const {
  return channel->Look(kind, [&](const TrackView& view) {
    return egress::ViewerStatus{.stream = channel->stream()->name(),
                                .address = address,
                                .protocol = "hls",
                                .state = "playing",
                                .session_ms = now_ms - opened_ms,
                                .bytes_sent = progress.bytes(),
                                .bits_per_s = progress.BitsPerSecond(now_ms),
                                .delay_ms_mean = progress.delay_ms_mean(),
                                .delay_ms_max = progress.delay_ms_max(),
                                .session = egress::SessionStatus{
                                    .format = FormatName(format),
                                    .slices = progress.slices(),
                                    .delay_ms = progress.DelayMs(*view.store),
                                    .silent_ms = now_ms - seen_ms.load(std::memory_order_relaxed)}};
  });
}

absl::Status SessionTable::Add(const SessionId& id, std::shared_ptr<Session> session,
                               int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (sessions_.size() >= sessions_max_) {
    ++counts_.refused;
    return absl::ResourceExhaustedError(
        absl::StrCat("this node has ", sessions_max_, " HLS sessions, its limit"));
  }
  ++counts_.opened;
  session->opened_ms = now_ms;
  session->seen_ms.store(now_ms, std::memory_order_relaxed);
  wheel_.Add(id, (now_ms + session->ttl_ms()) / 1000 + 1);
  sessions_[id] = std::move(session);
  return absl::OkStatus();
}

std::shared_ptr<Session> SessionTable::Find(const SessionId& id, int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  auto found = sessions_.find(id);
  if (found == sessions_.end()) return nullptr;
  found->second->seen_ms.store(now_ms, std::memory_order_relaxed);
  return found->second;
}

std::vector<std::shared_ptr<Session>> SessionTable::List(const std::string& stream,
                                                         size_t limit) const {
  std::vector<std::shared_ptr<Session>> list;
  absl::MutexLock lock(&mutex_);
  for (const auto& [id, session] : sessions_) {
    if (list.size() >= limit) break;
    if (stream.empty() || session->channel->stream()->name() == stream) list.push_back(session);
  }
  return list;
}

void SessionTable::Sweep(int64_t now_ms) {
  std::vector<std::shared_ptr<Session>> expired;  // let go of without the lock
  absl::MutexLock lock(&mutex_);
  for (const SessionId& id : wheel_.TakeDue(now_ms / 1000)) {
    auto found = sessions_.find(id);
    if (found == sessions_.end()) continue;
    Session& session = *found->second;
    const int64_t due_ms = session.seen_ms.load(std::memory_order_relaxed) + session.ttl_ms();
    if (due_ms > now_ms) {
      wheel_.Add(id, due_ms / 1000 + 1);
      continue;
    }
    ++counts_.expired;
    expired.push_back(std::move(found->second));
    sessions_.erase(found);
  }
}

void SessionTable::Clear() {
  absl::flat_hash_map<SessionId, std::shared_ptr<Session>> all;
  absl::MutexLock lock(&mutex_);
  std::swap(all, sessions_);
}

size_t SessionTable::size() const {
  absl::MutexLock lock(&mutex_);
  return sessions_.size();
}

SessionCounts SessionTable::counts() const {
  absl::MutexLock lock(&mutex_);
  return counts_;
}

}  // namespace nearcast::hls
