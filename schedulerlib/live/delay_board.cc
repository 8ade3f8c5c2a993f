#include "schedulerlib/live/delay_board.h"

#include <algorithm>
#include <set>

namespace nearcast::scheduler {

std::optional<int32_t> NodeDelays::Between(absl::string_view from, absl::string_view to) const {
  std::pair<std::string, std::string> key(from, to);
  auto at = delay_us_.find(key);
  if (at == delay_us_.end()) {
    std::swap(key.first, key.second);
    at = delay_us_.find(key);
  }
  if (at == delay_us_.end()) return std::nullopt;
  return at->second;
}

void DelayBoard::SetConfig(const std::vector<DelaySubject>& subjects,
                           const std::vector<std::string>& nodes) {
  subjects_.clear();
  for (const DelaySubject& subject : subjects) subjects_[subject.name] = subject;
  std::map<std::string, Tracks> kept;
  path_count_ = 0;
  for (const std::string& node : nodes) {
    Tracks& tracks = kept[node];
    const auto known = tracks_of_node_.find(node);
    if (known == tracks_of_node_.end()) continue;
    tracks = std::move(known->second);
    for (auto at = tracks.begin(); at != tracks.end();) {
      at = subjects_.contains(at->first) ? std::next(at) : tracks.erase(at);
    }
    path_count_ += tracks.size();
  }
  tracks_of_node_ = std::move(kept);
}

size_t DelayBoard::Report(const std::string& node, const std::vector<Result>& results,
                          absl::Duration now) {
  const auto known = tracks_of_node_.find(node);
  if (known == tracks_of_node_.end()) return 0;
  size_t refused = 0;
  for (const auto& [target, result] : results) {
    if (!subjects_.contains(target)) continue;
    auto at = known->second.find(target);
    if (at == known->second.end()) {
      if (path_count_ >= paths_max_) {
        ++refused;
        continue;
      }
      ++path_count_;
      at = known->second.emplace(target, DelayTrack()).first;
    }
    at->second.Add(result, now);
  }
  return refused;
}

bool DelayBoard::Settle(absl::Duration now) {
  std::vector<MeasuredDelay> delays;
  NodeDelays between;
  for (const auto& [node, tracks] : tracks_of_node_) {
    SettleNode(node, tracks, now, delays, between);
  }
  if (delays == delays_ && between.delay_us_ == between_->delay_us_) return false;
  delays_ = std::move(delays);
  between_ = std::make_shared<const NodeDelays>(std::move(between));
  return true;
}

void DelayBoard::SettleNode(const std::string& node, const Tracks& tracks, absl::Duration now,
                            std::vector<MeasuredDelay>& delays, NodeDelays& between) const {
  std::map<ipdb::Location, std::vector<int32_t>> samples_of;
  for (const auto& [target, track] : tracks) {
    const DelaySubject& subject = subjects_.at(target);
    const std::optional<int32_t> counted = track.CountedUs();
    if (!counted.has_value() || !Fresh(track, subject, now)) continue;
    if (!subject.node.empty()) {
      between.delay_us_[{node, subject.node}] = *counted;
    } else if (subject.place != ipdb::Location()) {
      samples_of[subject.place].push_back(*counted);
    }
  }
  for (auto& [place, samples] : samples_of) {
    const auto median = samples.begin() + static_cast<ptrdiff_t>((samples.size() - 1) / 2);
    std::nth_element(samples.begin(), median, samples.end());
    delays.push_back({.node = node, .location = place, .delay_us = *median});
  }
}

std::vector<DelayView> DelayBoard::Describe(const std::string& node, size_t count_max,
                                            absl::Duration now) const {
  std::vector<DelayView> views;
  for (const auto& [name, tracks] : tracks_of_node_) {
    if (!node.empty() && name != node) continue;
    for (const auto& [target, track] : tracks) {
      if (views.size() >= count_max) return views;
      const DelaySubject& subject = subjects_.at(target);
      const bool counts = Fresh(track, subject, now);
      views.push_back({.node = name,
                       .target = target,
                       .place = subject.place,
                       .counted_us = counts ? track.CountedUs() : std::nullopt,
                       .median_us = track.MedianUs(),
                       .last_us = track.last_us(),
                       .loss = track.loss(),
                       .age = now - track.last_at()});
    }
  }
  return views;
}

size_t DelayBoard::PathCount(const std::string& node) const {
  if (node.empty()) return path_count_;
  const auto at = tracks_of_node_.find(node);
  return at == tracks_of_node_.end() ? 0 : at->second.size();
}

}  // namespace nearcast::scheduler
