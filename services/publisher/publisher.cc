#include "services/publisher/publisher.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/tasks.h"
#include "schedulerlib/live/vendor_domains.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/snapshot/build_snapshot.h"
#include "spdlog/spdlog.h"

namespace nearcast {

using scheduler::CdnRole;
using scheduler::Health;
using scheduler::HealthSource;
using scheduler::PublishedStreams;

namespace {

// "node gz-1", "cdn/alpha/play".
std::string Called(const std::string& checked) {
  const bool is_node = checked.find('/') == std::string::npos;
  return is_node ? absl::StrCat("node ", checked) : checked;
}

}  // namespace

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
  ConfigWatcher watcher;
  {
    absl::MutexLock lock(&mutex_);
    TakeConfig(std::move(config));
    watcher = config_watcher_;
  }
  if (watcher) watcher();
}

void Publisher::TakeConfig(scheduler::Config config) {
  std::set<std::string> kept;
  for (const scheduler::Node& node : config.nodes) kept.insert(node.name);
  for (const scheduler::Node& node : config_.nodes) {
    if (kept.count(node.name) > 0) continue;
    live_.Forget(node.name);
    published_.Replace(node.name, {});
  }
  for (const scheduler::Node& node : config.nodes) {
    if (node.health == HealthSource::kHeartbeat) {
      live_.Watch(node.name, clock_->Monotonic());
    } else {
      live_.Unwatch(node.name);
    }
  }
  config_ = std::move(config);
  base_is_new_ = true;
  node_at_.clear();
  for (size_t i = 0; i < config_.nodes.size(); ++i) node_at_[config_.nodes[i].name] = i;
  checks_.SetConfig(config_.health_checks, config_.nodes, config_.cdns);
  JudgeChecks();
  FindDelayTargets();
  Publish();
}

void Publisher::SetPlaces(std::shared_ptr<const ipdb::PrefixTable> places) {
  absl::MutexLock lock(&mutex_);
  places_ = std::move(places);
  base_is_new_ = true;
  FindDelayTargets();
  Publish();
}

void Publisher::FindDelayTargets() {
  auto targets = std::make_shared<const std::vector<scheduler::DelayTarget>>(
      scheduler::FindDelayTargets(config_.delay_probes, config_.nodes, *places_));
  std::vector<scheduler::DelaySubject> subjects;
  for (const scheduler::DelayTarget& target : *targets) {
    subjects.push_back({.name = target.name,
                        .node = target.node,
                        .place = target.place,
                        .interval = absl::Seconds(target.interval_s)});
  }
  std::vector<std::string> nodes;
  for (const scheduler::Node& node : config_.nodes) nodes.push_back(node.name);
  delays_.SetConfig(subjects, nodes);
  delays_.Settle(clock_->Monotonic());
  delay_targets_ = std::move(targets);
}

void Publisher::WatchStreams(StreamWatcher watcher) {
  absl::MutexLock lock(&mutex_);
  watcher_ = std::move(watcher);
}

void Publisher::WatchConfig(ConfigWatcher watcher) {
  absl::MutexLock lock(&mutex_);
  config_watcher_ = std::move(watcher);
}

scheduler::LiveView Publisher::CopyLive() const {
  absl::MutexLock lock(&mutex_);
  scheduler::LiveView live = live_.view();
  for (const scheduler::Node& node : config_.nodes) {
    std::string words = checks_.Describe(node.name, clock_->Monotonic());
    if (!words.empty()) live[node.name].checks_detail = std::move(words);
  }
  for (const scheduler::Cdn& cdn : config_.cdns) {
    for (const CdnRole role : {CdnRole::kPlay, CdnRole::kPush}) {
      const std::string key = scheduler::CdnRoleKey(cdn.name, role);
      std::string words = checks_.Describe(key, clock_->Monotonic());
      if (!words.empty()) live[key].checks_detail = std::move(words);
    }
  }
  return live;
}

std::vector<scheduler::MeasuredDelay> Publisher::CopyDelays() const {
  absl::MutexLock lock(&mutex_);
  return delays_.Delays();
}

std::vector<std::string> Publisher::PublishersOf(absl::string_view stream) const {
  absl::MutexLock lock(&mutex_);
  return published_.NodesOf(stream);
}

std::shared_ptr<const std::vector<scheduler::DelayTarget>> Publisher::DelayTargets() const {
  absl::MutexLock lock(&mutex_);
  return delay_targets_;
}

std::shared_ptr<const scheduler::NodeDelays> Publisher::DelaysBetween() const {
  absl::MutexLock lock(&mutex_);
  return delays_.Between();
}

std::vector<scheduler::DelayView> Publisher::DescribeDelays(const std::string& node,
                                                            size_t count_max) const {
  absl::MutexLock lock(&mutex_);
  return delays_.Describe(node, count_max, clock_->Monotonic());
}

size_t Publisher::DelayPathCount(const std::string& node) const {
  absl::MutexLock lock(&mutex_);
  return delays_.PathCount(node);
}

PublisherCounters Publisher::Counters() const {
  const uint64_t dropped = reports_.dropped();
  absl::MutexLock lock(&mutex_);
  PublisherCounters counters = counters_;
  counters.reports_dropped = dropped;
  counters.delay_paths = delays_.path_count();
  return counters;
}

void Publisher::Run() {
  absl::Duration swept_at = clock_->Monotonic();
  while (!reports_.closed()) {
    TakeWaiting();
    const absl::Duration now = clock_->Monotonic();
    if (now - swept_at < options_.sweep) continue;
    swept_at = now;
    Sweep();
  }
}

// Waits for one report, takes all that wait by then, and makes one snapshot of them.
void Publisher::TakeWaiting() {
  std::vector<PublishedStreams::Change> changes;
  absl::Duration wait = options_.sweep;
  for (size_t taken = 0; taken < options_.reports_max; ++taken) {
    const auto report = reports_.Pop(wait);
    if (!report) break;
    wait = absl::ZeroDuration();
    if (const auto* checks = std::get_if<CheckReport>(&*report)) {
      Apply(*checks);
    } else {
      changes.push_back(Apply(std::get<NodeReport>(*report)));
    }
  }
  {
    absl::MutexLock lock(&mutex_);
    if (states_changed_) Publish();
  }
  for (const PublishedStreams::Change& change : changes) Tell(change);
}

void Publisher::Tell(const PublishedStreams::Change& change) {
  StreamWatcher watcher;
  {
    absl::MutexLock lock(&mutex_);
    watcher = watcher_;
  }
  if (watcher && !(change.started.empty() && change.stopped.empty())) watcher(change);
}

void Publisher::Apply(const CheckReport& report) {
  absl::MutexLock lock(&mutex_);
  counters_.check_results += report.results.size();
  checks_.Report(report.vantage, report.results, clock_->Monotonic());
}

void Publisher::JudgeChecks() {
  const absl::Duration now = clock_->Monotonic();
  for (const std::string& checked : checks_.Judge(now)) {
    const Health word = checks_.WordOf(checked);
    const bool is_node = node_at_.count(checked) > 0;
    if (is_node || word != Health::kUnknown) {
      live_.SetChecks(checked, word);
    } else {
      live_.Forget(checked);
    }
    states_changed_ |= !is_node;  // a vendor's role, which no state of a node tells
    if (word == Health::kDown) {
      ++counters_.checks_lost;
      spdlog::warn("{} is down by its checks: {}", Called(checked), checks_.Describe(checked, now));
    } else if (word == Health::kUp) {
      spdlog::info("{} is up by its checks", Called(checked));
    }
  }
}

PublishedStreams::Change Publisher::Apply(const NodeReport& report) {
  absl::MutexLock lock(&mutex_);
  ++counters_.reports;
  // The node may have been deleted while its report waited.
  const auto at = node_at_.find(report.node);
  if (at == node_at_.end()) return {};
  const scheduler::Node& node = config_.nodes[at->second];
  live_.Report(report.node, report.live, scheduler::FreeShare(node, report.live),
               clock_->Monotonic());
  TakeDelays(report);
  states_changed_ |= StateOf(node) != states_[at->second];
  return published_.Replace(report.node, report.streams);
}

void Publisher::TakeDelays(const NodeReport& report) {
  counters_.delays_measured += report.delays.size();
  for (const auto& [target, result] : report.delays) {
    counters_.delays_lost += result.delay_us.has_value() ? 0 : 1;
  }
  counters_.delays_refused += delays_.Report(report.node, report.delays, clock_->Monotonic());
}

bool Publisher::SettleDelays() {
  const absl::Duration now = clock_->Monotonic();
  if (now - delays_settled_at_ < options_.settle_delays) return false;
  delays_settled_at_ = now;
  if (!delays_.Settle(now)) return false;
  ++counters_.delay_changes;
  return true;
}

void Publisher::Sweep() {
  std::vector<PublishedStreams::Change> lost;
  {
    absl::MutexLock lock(&mutex_);
    for (const std::string& node : live_.Expire(clock_->Monotonic())) {
      spdlog::warn("node {} is down: no report for {}", node,
                   absl::FormatDuration(options_.silence));
      ++counters_.nodes_lost;
      lost.push_back(published_.Replace(node, {}));
    }
    JudgeChecks();
    const bool is_due = clock_->Now() >= holder_.Current()->names_change_at;
    if (SettleDelays() || is_due) {
      Publish();
    } else {
      PublishIfChanged();
    }
  }
  for (const PublishedStreams::Change& change : lost) Tell(change);
}

Publisher::NodeState Publisher::StateOf(const scheduler::Node& node) const {
  const auto found = live_.view().find(node.name);
  const scheduler::NodeLive live =
      found == live_.view().end() ? scheduler::NodeLive() : found->second;
  return {scheduler::StandingOf(node, live), scheduler::LoadPenaltyUs(node, live),
          scheduler::LoadWeight(live)};
}

void Publisher::PublishIfChanged() {
  if (states_changed_) return Publish();
  for (size_t i = 0; i < config_.nodes.size(); ++i) {
    if (StateOf(config_.nodes[i]) != states_[i]) return Publish();
  }
}

void Publisher::Publish() {
  states_changed_ = false;
  states_.clear();
  for (const scheduler::Node& node : config_.nodes) states_.push_back(StateOf(node));
  // While configuration and database are the same, only what live state concerns is built anew.
  const auto before = base_is_new_ ? nullptr : holder_.Current();
  base_is_new_ = false;
  auto snapshot = scheduler::BuildSnapshot(
      config_, live_.view(), places_, delays_.Delays(), before.get(),
      [this](size_t count, Task task) { RunOnThreads(options_.build_threads, count, task); },
      clock_->Now());
  counters_.cells_undivided =
      snapshot->switched == nullptr ? 0 : snapshot->switched->refused_cells();
  if (before == nullptr && counters_.cells_undivided > 0) {
    spdlog::warn(
        "in {} places more switches with a percentage meet than names can be divided by: those of "
        "the least priority do not apply to names there",
        counters_.cells_undivided);
  }
  holder_.Publish(std::move(snapshot));
  ++counters_.snapshots;
}

}  // namespace nearcast
