#include "services/scheduler/preheat_desk.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "schedulerlib/preheat/preheat_nodes.h"
#include "services/rpc/status.h"
#include "services/scheduler/stream_record.h"
#include "services/scheduler/stream_refusal.h"

namespace nearcast {

using rpc::WithReason;

namespace {

constexpr absl::Duration kUsualDuration = absl::Hours(1);
constexpr absl::Duration kLongestDuration = absl::Hours(7 * 24);
constexpr uint32_t kNodesUsual = 100;
constexpr uint32_t kNodesMax = 10'000;

ipdb::Location LocationOf(const v1::Location& from) {
  return {from.country(), from.region(), from.city(), from.isp()};
}

absl::Status Wrong(absl::string_view what) {
  return WithReason(absl::InvalidArgumentError(what), "INVALID_PREHEAT");
}

}  // namespace

PreheatDesk::PreheatDesk(const Clock* clock, const SnapshotHolder<scheduler::Snapshot>* snapshots,
                         StreamTable* streams)
    : clock_(clock), snapshots_(snapshots), streams_(streams) {
  const auto preheated =
      streams->Select([](const StreamEntry& entry) { return entry.preheat != nullptr; });
  for (const StreamEntryPtr& entry : preheated) NoteChange(entry);
  streams->WatchChanges(
      [this](const StreamEntry* before, const StreamEntryPtr& after) { NoteChange(after); });
}

absl::StatusOr<StreamEntryPtr> PreheatDesk::Preheat(const v1::PreheatStreamRequest& request) {
  auto set = WithStreamReason(Set(request));
  absl::MutexLock lock(&mutex_);
  ++(set.ok() ? asked_ : refused_);
  return set;
}

absl::StatusOr<StreamEntryPtr> PreheatDesk::Set(const v1::PreheatStreamRequest& request) {
  if (!request.off()) NC_RETURN_IF_ERROR(CheckRoom(request.stream()));
  return streams_->Update(request.stream(), [&](StreamEntry& entry) -> absl::Status {
    entry.preheat = nullptr;
    if (request.off()) return absl::OkStatus();
    NC_RETURN_IF_ERROR(CheckNotOver(entry.stream));
    NC_ASSIGN_OR_RETURN(v1::Stream::Preheat preheat, Plan(request, entry.stream));
    entry.preheat = std::make_shared<const v1::Stream::Preheat>(std::move(preheat));
    return absl::OkStatus();
  });
}

absl::Status PreheatDesk::CheckRoom(const std::string& stream) const {
  absl::MutexLock lock(&mutex_);
  if (standing_.size() < kStreamsMax || standing_.contains(stream)) return absl::OkStatus();
  return WithReason(absl::ResourceExhaustedError(absl::StrCat(
                        kStreamsMax,
                        " streams are preheated already; end some with nearcastctl stream preheat "
                        "NAME --stop")),
                    "TOO_MANY_PREHEATS");
}

absl::StatusOr<v1::Stream::Preheat> PreheatDesk::Plan(const v1::PreheatStreamRequest& request,
                                                      const scheduler::Stream& stream) const {
  const absl::Time now = clock_->Now();
  const absl::Time start = request.has_start_time() ? TimeOf(request.start_time()) : now;
  const absl::Time end =
      request.has_end_time() ? TimeOf(request.end_time()) : start + kUsualDuration;
  if (end <= start) return Wrong("end_time: must come after start_time");
  if (end <= now) return Wrong("end_time: has passed already");
  if (end - start > kLongestDuration) return Wrong("end_time: at most a week after start_time");
  if (request.nodes_max() > kNodesMax) return Wrong("nodes_max: at most 10000");
  const auto snapshot = snapshots_->Current();
  for (const std::string& node : request.nodes()) {
    if (!snapshot->FindNode(node)) return Wrong(absl::StrCat("nodes: there is no Node ", node));
  }
  v1::Stream::Preheat preheat;
  *preheat.mutable_start_time() = StampOf(start);
  *preheat.mutable_end_time() = StampOf(end);
  *preheat.mutable_asked_nodes() = request.nodes();
  *preheat.mutable_places() = request.places();
  preheat.set_nodes_max(request.nodes_max() == 0 ? kNodesUsual : request.nodes_max());
  ChooseNodes(stream, preheat);
  if (preheat.nodes().empty()) {
    return WithReason(absl::UnavailableError(absl::StrCat(
                          "viewers of stream ", stream.name,
                          " are sent to no node of one's own from there; name nodes, or see "
                          "nearcastctl cdn ratio get")),
                      "NO_NODE_TO_PREHEAT");
  }
  return preheat;
}

void PreheatDesk::ChooseNodes(const scheduler::Stream& stream, v1::Stream::Preheat& preheat) const {
  const auto snapshot = snapshots_->Current();
  std::set<std::string> names(preheat.asked_nodes().begin(), preheat.asked_nodes().end());
  *preheat.mutable_nodes() = preheat.asked_nodes();
  if (!preheat.asked_nodes().empty() && preheat.places().empty()) return;
  std::vector<ipdb::Location> places;
  for (const v1::Location& place : preheat.places()) places.push_back(LocationOf(place));
  const auto chosen = ChoosePreheatNodes(
      *snapshot, {.stream = stream, .places = places, .nodes_max = preheat.nodes_max()});
  for (const scheduler::NodeIndex node : chosen) {
    const std::string& name = snapshot->node(node).spec.name;
    if (names.insert(name).second) preheat.add_nodes(name);
  }
}

void PreheatDesk::NoteChange(const StreamEntryPtr& entry) {
  const std::string& stream = entry->stream.name;
  absl::MutexLock lock(&mutex_);
  if (entry->preheat == nullptr && standing_.empty()) return;
  Drop(stream);
  if (entry->preheat == nullptr || IsOver(entry->stream)) return;
  standing_[stream] = {entry, TimeOf(entry->preheat->start_time()) > clock_->Now()};
  for (const std::string& node : entry->preheat->nodes()) by_node_[node].push_back(entry);
}

void PreheatDesk::Drop(const std::string& stream) {
  const auto at = standing_.find(stream);
  if (at == standing_.end()) return;
  for (const std::string& node : at->second.entry->preheat->nodes()) {
    const auto held = by_node_.find(node);
    if (held == by_node_.end()) continue;
    std::erase(held->second, at->second.entry);
    if (held->second.empty()) by_node_.erase(held);
  }
  standing_.erase(at);
}

void PreheatDesk::ApplyDue() {
  const absl::Time now = clock_->Now();
  std::vector<std::string> started;
  std::vector<std::string> over;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [stream, standing] : standing_) {
      const v1::Stream::Preheat& preheat = *standing.entry->preheat;
      if (TimeOf(preheat.end_time()) <= now) {
        over.push_back(stream);
      } else if (standing.waits && TimeOf(preheat.start_time()) <= now) {
        started.push_back(stream);
      }
    }
  }
  for (const std::string& stream : over) Forget(stream);
  for (const std::string& stream : started) ChooseAgain(stream);
}

// Where the store fails, the next call tries again.
void PreheatDesk::ChooseAgain(const std::string& stream) {
  streams_
      ->Update(stream,
               [this](StreamEntry& entry) {
                 if (entry.preheat == nullptr) return absl::OkStatus();
                 v1::Stream::Preheat preheat = *entry.preheat;
                 ChooseNodes(entry.stream, preheat);
                 // Nobody is sent to any node now: who was expected first still holds it.
                 if (preheat.nodes().empty()) return absl::OkStatus();
                 entry.preheat = std::make_shared<const v1::Stream::Preheat>(std::move(preheat));
                 return absl::OkStatus();
               })
      .IgnoreError();
}

void PreheatDesk::Forget(const std::string& stream) {
  const absl::Time now = clock_->Now();
  streams_
      ->Update(stream,
               [now](StreamEntry& entry) {
                 if (entry.preheat != nullptr && TimeOf(entry.preheat->end_time()) <= now) {
                   entry.preheat = nullptr;
                 }
                 return absl::OkStatus();
               })
      .IgnoreError();
}

std::vector<PreheatDesk::Held> PreheatDesk::HeldBy(const scheduler::CompiledNode& node) const {
  std::vector<StreamEntryPtr> entries;
  {
    absl::MutexLock lock(&mutex_);
    const auto at = by_node_.find(node.spec.name);
    if (at == by_node_.end()) return {};
    entries = at->second;
  }
  const absl::Time now = clock_->Now();
  const auto snapshot = snapshots_->Current();
  std::vector<Held> held;
  for (const StreamEntryPtr& entry : entries) {
    const v1::Stream::Preheat& preheat = *entry->preheat;
    if (now < TimeOf(preheat.start_time()) || now >= TimeOf(preheat.end_time())) continue;
    const auto point = snapshot->publish_points.find(entry->stream.publish_point);
    if (point == snapshot->publish_points.end()) continue;
    for (std::string& name : HeldNames(*snapshot, entry->stream, node.cdn)) {
      held.push_back({point->second.spec.app, std::move(name)});
    }
  }
  return held;
}

PreheatTotals PreheatDesk::totals() const {
  absl::MutexLock lock(&mutex_);
  return {.streams = standing_.size(), .asked = asked_, .refused = refused_};
}

}  // namespace nearcast
