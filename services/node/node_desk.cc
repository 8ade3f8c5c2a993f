#include "services/node/node_desk.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schedulerlib/convert/measure_plan.h"
#include "schedulerlib/convert/url_keys.h"
#include "schedulerlib/live/published_streams.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/stream/node_choice.h"
#include "services/rpc/status.h"
#include "signing/expiry.h"
#include "signing/url_signer.h"

namespace nearcast {

using rpc::WithReason;
using scheduler::NodeIndex;
using scheduler::Snapshot;

namespace {

// Long enough that a crowd of viewers asks once, short enough that a moved publisher is found.
constexpr uint32_t kSourceTtlMs = 2000;
constexpr uint16_t kHttpPort = 80;

absl::Status UnknownNode(const std::string& node) {
  return WithReason(absl::NotFoundError(
                        absl::StrCat("there is no Node \"", node,
                                     "\"; apply one with that name, or correct the node's --node")),
                    "NODE_NOT_FOUND");
}

scheduler::NodeSelf SelfOf(const v1::NodeReport& report) {
  return {.instance_id = report.instance_id(),
          .listen_address = report.listen_address(),
          .rtmp_port = report.rtmp_port(),
          .http_port = report.http_port(),
          .capacity_bits_per_s = report.load().capacity_bits_per_s()};
}

std::vector<scheduler::DelayBoard::Result> DelaysOf(const v1::NodeReport& report) {
  std::vector<scheduler::DelayBoard::Result> delays;
  for (const v1::DelayMeasurement& found : report.delays()) {
    scheduler::DelayResult result{
        .delay_us = std::nullopt, .tries = found.tries(), .lost = found.lost()};
    if (found.delay_us() > 0) {
      result.delay_us = static_cast<int32_t>(std::min<uint32_t>(found.delay_us(), INT32_MAX));
    }
    delays.emplace_back(found.target(), result);
  }
  return delays;
}

void AddHeld(const PreheatDesk& preheats, const scheduler::CompiledNode& node,
             v1::NodeCommand& command) {
  for (PreheatDesk::Held& held : preheats.HeldBy(node)) {
    v1::HeldStream* added = command.add_hold();
    added->set_app(std::move(held.app));
    added->set_stream(std::move(held.stream));
  }
}

void AddForwards(const ForwardDesk& forwards, const std::string& node,
                 std::vector<std::string> published, v1::NodeCommand& command) {
  std::sort(published.begin(), published.end());
  for (ForwardDesk::Order& order : forwards.OrdersOf(node, published)) {
    const size_t slash = order.app_stream.find('/');
    v1::StreamForward* added = command.add_forward();
    added->set_app(order.app_stream.substr(0, slash));
    added->set_stream(order.app_stream.substr(slash + 1));
    added->set_url(std::move(order.url));
  }
}

// The named nodes as candidates for pulling, best first for `asker`: by what was measured between
// them, else by the delay model.
std::vector<scheduler::Ranked> RankSources(const Snapshot& snapshot,
                                           const std::vector<std::string>& names,
                                           const std::set<std::string>& excluded,
                                           const scheduler::Node& asker,
                                           const scheduler::NodeDelays& between) {
  std::vector<scheduler::Candidate> candidates;
  scheduler::MeasuredTable::Row measured;
  for (const std::string& name : names) {
    const auto index = snapshot.FindNode(name);
    if (!index || excluded.count(name) > 0) continue;
    const scheduler::CompiledNode& node = snapshot.node(*index);
    candidates.push_back(
        {*index, node.spec.location, node.spec.announces, node.standing, node.load_penalty_us});
    if (const auto us = between.Between(asker.name, name)) measured.emplace_back(*index, *us);
  }
  std::sort(measured.begin(), measured.end());
  return scheduler::Rank(asker.location, candidates, {.measured = &measured});
}

// A node whose CDN signs nothing has nothing to check: it need not be told so.
void AddUrlKeys(const Snapshot& snapshot, NodeIndex node, const v1::NodeReport& report,
                v1::NodeCommand* command) {
  const scheduler::CompiledCdn& cdn = snapshot.cdn(snapshot.node(node).cdn);
  if (report.url_keys() == 0 && !cdn.push_signer.signs() && !cdn.pull_signer.signs()) return;
  v1::UrlKeys keys = scheduler::BuildUrlKeys(cdn.spec);
  if (keys.id() != report.url_keys()) *command->mutable_url_keys() = std::move(keys);
}

// Where a source is called.
struct SourceDoor {
  absl::string_view scheme = "http://";
  uint16_t port = 0;
  absl::string_view suffix = ".flv";
  uint16_t default_port = kHttpPort;  // need not be said
};

// Where `node` serves the stream to `asker`, signed as its CDN's viewers' URLs are.
std::string SourceUrl(const Snapshot& snapshot, const scheduler::CompiledNode& node,
                      const scheduler::CompiledNode& asker, const SourceDoor& door,
                      const v1::FindSourceRequest& request, absl::Time now) {
  std::string url = absl::StrCat(
      door.scheme, WriteHost(node, asker.endpoint.addresses.front(), door.port, door.default_port));
  const size_t path_at = url.size();
  absl::StrAppend(&url, "/", request.app(), "/", request.stream(), door.suffix);
  const UrlSigner& signer = snapshot.cdn(node.cdn).pull_signer;
  if (!signer.signs()) return url;
  const int64_t expiry_s = ExpiryFor(absl::ToUnixSeconds(now), signer.validity_s(),
                                     scheduler::StableHash(request.stream()));
  signer.Sign(path_at, request.app(), request.stream(), expiry_s, url);
  return url;
}

}  // namespace

NodeDesk::Plan NodeDesk::PlanFor(const scheduler::Node& node) {
  auto targets = publisher_->DelayTargets();
  absl::MutexLock lock(&mutex_);
  if (targets != planned_) {
    plans_.clear();
    planned_ = std::move(targets);
  }
  Plan& plan = plans_[node.name];
  if (plan == nullptr) {
    plan = std::make_shared<const v1::MeasurePlan>(scheduler::BuildMeasurePlan(node, *planned_));
  }
  return plan;
}

absl::StatusOr<v1::NodeCommand> NodeDesk::TakeReport(const v1::NodeReport& report) {
  const auto snapshot = publisher_->holder()->Current();
  const auto index = snapshot->FindNode(report.node());
  if (!index) return UnknownNode(report.node());
  NodeReport taken;
  taken.node = report.node();
  taken.live.out_bits_per_s = report.load().out_bits_per_s();
  taken.live.cpu = report.load().cpu();
  taken.live.viewers = report.load().viewers();
  taken.live.streams = report.load().streams();
  taken.live.self = SelfOf(report);
  taken.delays = DelaysOf(report);
  scheduler::PublishedStreams::Change seen{.started = {}, .stopped = {}, .node = report.node()};
  v1::NodeCommand command;
  command.set_sequence(report.sequence());
  const Plan plan = PlanFor(snapshot->node(*index).spec);
  // A node without a plan has nothing to measure: it need not be told so.
  if (plan->id() != report.plan() && (report.plan() != 0 || plan->targets_size() > 0)) {
    *command.mutable_measure() = *plan;
  }
  AddUrlKeys(*snapshot, *index, report, &command);
  if (preheats_ != nullptr) AddHeld(*preheats_, snapshot->node(*index), command);
  for (const v1::PublishedStream& stream : report.streams()) {
    const std::string key = absl::StrCat(stream.app(), "/", stream.stream());
    if (!streams_->MayPublish(key)) command.add_end_streams(key);
    taken.streams.insert(key);
    seen.started.push_back(key);
  }
  if (!publisher_->Report(std::move(taken))) {
    return WithReason(absl::ResourceExhaustedError("too many reports wait; report again later"),
                      "TOO_MANY_REPORTS");
  }
  streams_->ApplyPublished(seen);
  TakeEndings(report);
  if (forwards_ != nullptr) AddForwards(*forwards_, report.node(), seen.started, command);
  return command;
}

void NodeDesk::TakeEndings(const v1::NodeReport& report) {
  for (const std::string& stream : NewEndings(report)) {
    const auto nodes = publisher_->PublishersOf(stream);
    const bool goes_on = std::any_of(nodes.begin(), nodes.end(),
                                     [&](const auto& node) { return node != report.node(); });
    if (!goes_on) streams_->ApplyUnpublished(report.node(), stream);
  }
}

// Those that have not been told before, of streams that nobody publishes to the node again.
std::vector<std::string> NodeDesk::NewEndings(const v1::NodeReport& report) {
  std::vector<std::string> endings;
  absl::MutexLock lock(&mutex_);
  Told& told = told_[report.node()];
  if (told.instance_id != report.instance_id()) told = {.instance_id = report.instance_id()};
  told.srt_port = report.srt_port() <= UINT16_MAX ? static_cast<uint16_t>(report.srt_port()) : 0;
  for (const v1::PublishEnding& ending : report.endings()) {
    if (ending.number() <= told.ending) continue;
    told.ending = ending.number();
    const bool is_back =
        std::any_of(report.streams().begin(), report.streams().end(), [&](const auto& published) {
          return published.app() == ending.app() && published.stream() == ending.stream();
        });
    if (!is_back) endings.push_back(absl::StrCat(ending.app(), "/", ending.stream()));
  }
  return endings;
}

uint16_t NodeDesk::SrtPortOf(const std::string& node) const {
  absl::MutexLock lock(&mutex_);
  const auto told = told_.find(node);
  return told == told_.end() ? 0 : told->second.srt_port;
}

absl::StatusOr<v1::FindSourceResponse> NodeDesk::FindSource(
    const v1::FindSourceRequest& request) const {
  const auto snapshot = publisher_->holder()->Current();
  const auto asker = snapshot->FindNode(request.node());
  if (!asker) return UnknownNode(request.node());
  const scheduler::CompiledNode& self = snapshot->node(*asker);
  std::set<std::string> excluded(request.exclude_nodes().begin(), request.exclude_nodes().end());
  excluded.insert(request.node());
  const std::string key = absl::StrCat(request.app(), "/", request.stream());
  const auto ranking = RankSources(*snapshot, publisher_->PublishersOf(key), excluded, self.spec,
                                   *publisher_->DelaysBetween());
  if (ranking.empty()) {
    return WithReason(absl::NotFoundError(absl::StrCat("nobody publishes ", key)),
                      "STREAM_NOT_PUBLISHED");
  }
  v1::FindSourceResponse response;
  response.set_ttl_ms(kSourceTtlMs);
  for (const scheduler::Ranked& ranked : ranking) {
    const scheduler::CompiledNode& node = snapshot->node(ranked.node);
    const auto add = [&](const SourceDoor& door) {
      v1::FindSourceResponse::Source* source = response.add_sources();
      source->set_node(node.spec.name);
      source->set_url(SourceUrl(*snapshot, node, self, door, request, clock_->Now()));
    };
    const uint16_t srt_port = request.srt() ? SrtPortOf(node.spec.name) : 0;
    if (srt_port != 0) add({"srt://", srt_port, "", 0});
    add({.port = node.spec.http_port});
  }
  return response;
}

}  // namespace nearcast
