#include "services/publisher/publisher.h"

#include <optional>

#include "schedulerlib/place/ranking.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "spdlog/spdlog.h"

namespace nearcast {

using scheduler::HealthSource;
using scheduler::PublishedStreams;

Publisher::Publisher(const Clock* clock, std::shared_ptr<const ipdb::PrefixTable> places,
                     PublisherOptions options)
    : clock_(clock),
      options_(options),
      places_(places),
      live_(options.silence),
      holder_(scheduler::BuildSnapshot({}, {}, places)),
      reports_(options.reports_max),
      thread_([this] { Run(); }) {}

Publisher::~Publisher() {
  reports_.Close();
  thread_.join();
}

void Publisher::SetConfig(scheduler::Config config) {
  absl::MutexLock lock(&mutex_);
  std::set<std::string> kept;
  for (const scheduler::Node& node : config.nodes) kept.insert(node.name);
  for (const scheduler::Node& node : config_.nodes) {
    if (kept.count(node.name) > 0) continue;
    live_.Forget(node.name);
    published_.Replace(node.name, {});
  }
  for (const scheduler::Node& node : config.nodes) {
    if (node.health == HealthSource::kHeartbeat) live_.Watch(node.name, clock_->Monotonic());
  }
  config_ = std::move(config);
  Publish();
}

void Publisher::SetPlaces(std::shared_ptr<const ipdb::PrefixTable> places) {
  absl::MutexLock lock(&mutex_);
  places_ = std::move(places);
  Publish();
}

void Publisher::WatchStreams(StreamWatcher watcher) {
  absl::MutexLock lock(&mutex_);
  watcher_ = std::move(watcher);
}

scheduler::LiveView Publisher::CopyLive() const {
  absl::MutexLock lock(&mutex_);
  return live_.view();
}

std::vector<std::string> Publisher::PublishersOf(absl::string_view stream) const {
  absl::MutexLock lock(&mutex_);
  return published_.NodesOf(stream);
}

PublisherCounters Publisher::Counters() const {
  const uint64_t dropped = reports_.dropped();
  absl::MutexLock lock(&mutex_);
  PublisherCounters counters = counters_;
  counters.reports_dropped = dropped;
  return counters;
}

void Publisher::Run() {
  absl::Duration swept_at = clock_->Monotonic();
  while (!reports_.closed()) {
    if (const std::optional<NodeReport> report = reports_.Pop(options_.sweep)) {
      const PublishedStreams::Change change = Apply(*report);
      StreamWatcher watcher;
      {
        absl::MutexLock lock(&mutex_);
        watcher = watcher_;
      }
      if (watcher && !(change.started.empty() && change.stopped.empty())) watcher(change);
    }
    const absl::Duration now = clock_->Monotonic();
    if (now - swept_at < options_.sweep) continue;
    swept_at = now;
    Sweep();
  }
}

PublishedStreams::Change Publisher::Apply(const NodeReport& report) {
  absl::MutexLock lock(&mutex_);
  ++counters_.reports;
  // The node may have been deleted while its report waited.
  if (!holder_.Current()->FindNode(report.node)) return {};
  live_.Report(report.node, report.live, clock_->Monotonic());
  PublishIfChanged();
  return published_.Replace(report.node, report.streams);
}

void Publisher::Sweep() {
  PublishedStreams::Change lost;
  StreamWatcher watcher;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::string& node : live_.Expire(clock_->Monotonic())) {
      spdlog::warn("node {} is down: no report for {}", node,
                   absl::FormatDuration(options_.silence));
      ++counters_.nodes_lost;
      const auto change = published_.Replace(node, {});
      lost.stopped.insert(lost.stopped.end(), change.stopped.begin(), change.stopped.end());
    }
    PublishIfChanged();
    watcher = watcher_;
  }
  if (watcher && !lost.stopped.empty()) watcher(lost);
}

Publisher::NodeStates Publisher::States() const {
  NodeStates states;
  for (const scheduler::Node& node : config_.nodes) {
    const auto found = live_.view().find(node.name);
    const scheduler::NodeLive live =
        found == live_.view().end() ? scheduler::NodeLive() : found->second;
    states.emplace_back(scheduler::StandingOf(node, live), scheduler::LoadPenaltyUs(node, live));
  }
  return states;
}

void Publisher::PublishIfChanged() {
  if (States() != states_) Publish();
}

void Publisher::Publish() {
  states_ = States();
  holder_.Publish(scheduler::BuildSnapshot(config_, live_.view(), places_));
  ++counters_.snapshots;
}

}  // namespace nearcast
