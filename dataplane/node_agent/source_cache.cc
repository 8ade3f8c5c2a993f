#include "dataplane/node_agent/source_cache.h"

#include <utility>

namespace nearcast::node_agent {

std::optional<absl::StatusOr<pull::Sources>> SourceCache::Find(const pull::SourceQuestion& question,
                                                               int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (!question.exclude_nodes.empty()) {
    entries_.erase(question.stream);
    return std::nullopt;
  }
  auto found = entries_.find(question.stream);
  if (found == entries_.end() || now_ms >= found->second.until_ms) return std::nullopt;
  return found->second.answer;
}

void SourceCache::Store(const std::string& stream, absl::StatusOr<pull::Sources> answer,
                        int64_t until_ms, int64_t now_ms) {
  absl::MutexLock lock(&mutex_);
  if (entries_.size() >= entries_max_) {
    absl::erase_if(entries_, [now_ms](const auto& item) { return now_ms >= item.second.until_ms; });
  }
  if (entries_.size() >= entries_max_ && !entries_.contains(stream)) return;
  entries_[stream] = Entry{std::move(answer), until_ms};
}

}  // namespace nearcast::node_agent
