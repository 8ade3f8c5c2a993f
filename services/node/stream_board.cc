#include "services/node/stream_board.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace nearcast {
namespace {

// By stream, then node: where one stream is stands together.
bool ComesBefore(const v1::StreamStatsEntry& a, const v1::StreamStatsEntry& b) {
  return std::tie(a.stats().stream(), a.stats().app(), a.node()) <
         std::tie(b.stats().stream(), b.stats().app(), b.node());
}

}  // namespace

void StreamBoard::Take(const v1::NodeReport& report) {
  Told told;
  const size_t kept = std::min<size_t>(report.served_size(), kStreamsOfNodeMax);
  told.streams.assign(report.served().begin(), report.served().begin() + kept);
  told.left_out = report.served_left_out() + report.served_size() - kept;
  told.at = clock_->Monotonic();
  absl::MutexLock lock(&mutex_);
  ForgetSilent(told.at);
  nodes_[report.node()] = std::move(told);
}

void StreamBoard::ForgetSilent(absl::Duration now) {
  if (now - forgot_at_ < kSilence) return;
  forgot_at_ = now;
  for (auto it = nodes_.begin(); it != nodes_.end();) {
    it = now - it->second.at > kSilence ? nodes_.erase(it) : std::next(it);
  }
}

v1::ListStreamStatsResponse StreamBoard::List(absl::string_view node,
                                              absl::string_view stream) const {
  v1::ListStreamStatsResponse response;
  absl::MutexLock lock(&mutex_);
  const absl::Duration now = clock_->Monotonic();
  for (const auto& [name, told] : nodes_) {
    if ((!node.empty() && name != node) || now - told.at > kSilence) continue;
    response.set_untold(response.untold() + told.left_out);
    for (const v1::StreamStats& stats : told.streams) {
      if (!stream.empty() && stats.stream() != stream) continue;
      response.set_total(response.total() + 1);
      if (response.entries_size() >= static_cast<int>(kEntriesMax)) continue;
      v1::StreamStatsEntry* entry = response.add_entries();
      entry->set_node(name);
      *entry->mutable_stats() = stats;
      entry->set_age_ms(static_cast<uint32_t>(absl::ToInt64Milliseconds(now - told.at)));
    }
  }
  std::sort(response.mutable_entries()->begin(), response.mutable_entries()->end(), ComesBefore);
  return response;
}

}  // namespace nearcast
