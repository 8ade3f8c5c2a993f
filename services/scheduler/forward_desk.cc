#include "services/scheduler/forward_desk.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "services/rpc/status.h"
#include "services/scheduler/stream_lifecycle.h"
#include "services/scheduler/stream_refusal.h"

namespace nearcast {

using rpc::WithReason;

namespace {

// rtmp://host[:port]/app/stream?query
bool IsTarget(absl::string_view url) {
  const bool plain = std::all_of(url.begin(), url.end(),
                                 [](char c) { return absl::ascii_isgraph(c) && c != '#'; });
  if (!plain || !absl::ConsumePrefix(&url, "rtmp://")) return false;
  const size_t host = url.find('/');
  if (host == 0 || host == absl::string_view::npos) return false;
  const absl::string_view path = url.substr(host + 1, url.find('?') - host - 1);
  const size_t app = path.find('/');
  return app != absl::string_view::npos && app > 0 && app + 1 < path.size();
}

absl::Status CheckTargets(const v1::ForwardStreamRequest& request) {
  if (request.urls_size() > ForwardDesk::kTargetsMax) {
    return WithReason(absl::ResourceExhaustedError(absl::StrCat(
                          "urls: a stream is pushed on to ", ForwardDesk::kTargetsMax, " at most")),
                      "TOO_MANY_TARGETS");
  }
  for (const std::string& url : request.urls()) {
    if (url.size() <= ForwardDesk::kUrlOctetsMax && IsTarget(url)) continue;
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("urls: \"", url.substr(0, 64),
                                                "\": want rtmp://host[:port]/app/stream, at most ",
                                                ForwardDesk::kUrlOctetsMax, " octets")),
        "INVALID_TARGET");
  }
  return absl::OkStatus();
}

}  // namespace

ForwardDesk::ForwardDesk(StreamTable* streams) : streams_(streams) {
  const auto forwarded =
      streams->Select([](const StreamEntry& entry) { return entry.forwards != nullptr; });
  for (const StreamEntryPtr& entry : forwarded) NoteChange(entry);
  streams->WatchChanges(
      [this](const StreamEntry* before, const StreamEntryPtr& after) { NoteChange(after); });
}

absl::StatusOr<StreamEntryPtr> ForwardDesk::Forward(const v1::ForwardStreamRequest& request) {
  auto set = WithStreamReason(Set(request));
  {
    absl::MutexLock lock(&mutex_);
    ++(set.ok() ? asked_ : refused_);
  }
  return set;
}

absl::StatusOr<StreamEntryPtr> ForwardDesk::Set(const v1::ForwardStreamRequest& request) {
  NC_RETURN_IF_ERROR(CheckTargets(request));
  const bool off = request.urls().empty();
  if (!off) NC_RETURN_IF_ERROR(CheckRoom(request.stream()));
  return streams_->Update(request.stream(), [&](StreamEntry& entry) -> absl::Status {
    entry.forwards = nullptr;
    if (off) return absl::OkStatus();
    NC_RETURN_IF_ERROR(CheckNotOver(entry.stream));
    entry.forwards = std::make_shared<const std::vector<std::string>>(request.urls().begin(),
                                                                      request.urls().end());
    return absl::OkStatus();
  });
}

absl::Status ForwardDesk::CheckRoom(const std::string& stream) const {
  absl::MutexLock lock(&mutex_);
  if (standing_.size() < kStreamsMax || standing_.contains(stream)) return absl::OkStatus();
  return WithReason(
      absl::ResourceExhaustedError(absl::StrCat(
          kStreamsMax,
          " streams are forwarded already; end some with nearcastctl stream forward NAME --stop")),
      "TOO_MANY_FORWARDS");
}

void ForwardDesk::NoteChange(const StreamEntryPtr& entry) {
  absl::MutexLock lock(&mutex_);
  if (entry->forwards == nullptr || IsOver(entry->stream)) {
    if (!standing_.empty()) standing_.erase(entry->stream.name);
  } else {
    standing_[entry->stream.name] = entry;
  }
}

std::vector<ForwardDesk::Order> ForwardDesk::OrdersOf(
    absl::string_view node, const std::vector<std::string>& published) const {
  std::vector<Order> orders;
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, entry] : standing_) {
    for (const scheduler::PushLine& line : entry->stream.push_lines) {
      const absl::string_view key = AppStreamOf(line.url);
      const bool is_here =
          line.node == node || std::binary_search(published.begin(), published.end(), key);
      if (!is_here) continue;
      for (const std::string& url : *entry->forwards) {
        orders.push_back({std::string(key.data(), key.size()), url});
      }
      break;
    }
  }
  return orders;
}

ForwardTotals ForwardDesk::totals() const {
  absl::MutexLock lock(&mutex_);
  return {.streams = standing_.size(), .asked = asked_, .refused = refused_};
}

}  // namespace nearcast
