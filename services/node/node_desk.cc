#include "services/node/node_desk.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schedulerlib/live/published_streams.h"
#include "schedulerlib/place/ranking.h"
#include "schedulerlib/stream/node_choice.h"
#include "services/rpc/status.h"

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

// The named nodes as candidates for pulling, best first for one that stands at `place`.
std::vector<scheduler::Ranked> RankSources(const Snapshot& snapshot,
                                           const std::vector<std::string>& names,
                                           const std::set<std::string>& excluded,
                                           const ipdb::Location& place) {
  std::vector<scheduler::Candidate> candidates;
  for (const std::string& name : names) {
    const auto index = snapshot.FindNode(name);
    if (!index || excluded.count(name) > 0) continue;
    const scheduler::CompiledNode& node = snapshot.node(*index);
    candidates.push_back(
        {*index, node.spec.location, node.spec.announces, node.standing, node.load_penalty_us});
  }
  return scheduler::Rank(place, candidates);
}

}  // namespace

absl::StatusOr<v1::NodeCommand> NodeDesk::TakeReport(const v1::NodeReport& report) {
  if (!publisher_->holder()->Current()->FindNode(report.node())) return UnknownNode(report.node());
  NodeReport taken;
  taken.node = report.node();
  taken.live.out_bits_per_s = report.load().out_bits_per_s();
  taken.live.cpu = report.load().cpu();
  taken.live.viewers = report.load().viewers();
  taken.live.streams = report.load().streams();
  scheduler::PublishedStreams::Change seen;
  v1::NodeCommand command;
  command.set_sequence(report.sequence());
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
  return command;
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
  const auto ranking =
      RankSources(*snapshot, publisher_->PublishersOf(key), excluded, self.spec.location);
  if (ranking.empty()) {
    return WithReason(absl::NotFoundError(absl::StrCat("nobody publishes ", key)),
                      "STREAM_NOT_PUBLISHED");
  }
  v1::FindSourceResponse response;
  response.set_ttl_ms(kSourceTtlMs);
  for (const scheduler::Ranked& ranked : ranking) {
    const scheduler::CompiledNode& node = snapshot->node(ranked.node);
    v1::FindSourceResponse::Source* source = response.add_sources();
    source->set_node(node.spec.name);
    source->set_url(absl::StrCat(
        "http://", WriteHost(node, self.endpoint.addresses.front(), node.spec.http_port, kHttpPort),
        "/", key, ".flv"));
  }
  return response;
}

}  // namespace nearcast
