#include "services/scheduler/stream_lifecycle.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "schedulerlib/standby/heard_line.h"
#include "schedulerlib/stream/lifetime.h"
#include "schedulerlib/stream/push_target.h"
#include "services/rpc/status.h"
#include "services/scheduler/stream_refusal.h"

namespace nearcast {

using rpc::WithReason;
using scheduler::CarriedBy;
using scheduler::StreamState;

namespace {

scheduler::StreamTimes TimesOf(const StreamEntry& entry) {
  return {entry.stream.state, entry.create_time, entry.state_since, entry.unheard_since};
}

std::optional<StreamState> DueStateOf(const scheduler::Snapshot& snapshot, const StreamEntry& entry,
                                      absl::Time now) {
  static const scheduler::PublishPoint* const gone = new scheduler::PublishPoint;
  const auto point = snapshot.publish_points.find(entry.stream.publish_point);
  const bool known = point != snapshot.publish_points.end();
  return DueState(TimesOf(entry), known ? point->second.spec : *gone, now);
}

void MoveTo(StreamEntry& entry, StreamState state, absl::Time now) {
  if (entry.stream.state != state) entry.update_time = entry.state_since = now;
  entry.stream.state = state;
  entry.unheard_since.reset();
}

absl::Status ChangeCarrier(StreamEntry& entry, CarriedBy carried_by, absl::Time now) {
  if (carried_by != CarriedBy::kPlanned && entry.stream.push_lines.size() != 2) {
    return WithReason(absl::InvalidArgumentError(absl::StrCat(
                          "carried_by: stream ", entry.stream.name, " has no two lines")),
                      "INVALID_CARRIER");
  }
  if (entry.stream.carried_by != carried_by) entry.update_time = now;
  entry.stream.carried_by = carried_by;
  return absl::OkStatus();
}

}  // namespace

absl::string_view AppStreamOf(absl::string_view url) {
  const size_t scheme = url.find("://");
  const size_t path = scheme == absl::string_view::npos ? scheme : url.find('/', scheme + 3);
  if (path == absl::string_view::npos) return "";
  const absl::string_view rest = url.substr(path + 1);
  return rest.substr(0, rest.find('?'));
}

bool IsPushedTo(const scheduler::Stream& stream, absl::string_view app_stream) {
  return std::any_of(
      stream.push_lines.begin(), stream.push_lines.end(),
      [app_stream](const auto& line) { return AppStreamOf(line.url) == app_stream; });
}

absl::StatusOr<StreamEntryPtr> ChangeState(StreamTable& streams, absl::string_view name,
                                           StreamState state, absl::Time now,
                                           std::optional<CarriedBy> carried_by) {
  auto updated = streams.Update(name, [&](StreamEntry& entry) {
    const StreamState from = entry.stream.state;
    if (!MayChange(from, state)) {
      return WithReason(absl::FailedPreconditionError(
                            absl::StrCat("stream ", name, " is ", StreamStateName(from),
                                         " and cannot become ", StreamStateName(state))),
                        "STATE_CHANGE_NOT_ALLOWED");
    }
    MoveTo(entry, state, now);
    return carried_by ? ChangeCarrier(entry, *carried_by, now) : absl::OkStatus();
  });
  return WithStreamReason(std::move(updated));
}

absl::StatusOr<StreamEntryPtr> SetCarrier(StreamTable& streams, absl::string_view name,
                                          CarriedBy carried_by, absl::Time now) {
  return WithStreamReason(streams.Update(
      name, [&](StreamEntry& entry) { return ChangeCarrier(entry, carried_by, now); }));
}

StreamEntryPtr StreamLifecycle::FindPushed(absl::string_view app_stream) const {
  StreamEntryPtr entry = streams_->Find(app_stream.substr(app_stream.find('/') + 1));
  if (entry == nullptr || entry->stream.state == StreamState::kBanned) return nullptr;
  return IsPushedTo(entry->stream, app_stream) ? entry : nullptr;
}

// The store's errors are passed over here: the next report or sweep tries again.
void StreamLifecycle::ApplyStarted(absl::string_view app_stream) {
  const StreamEntryPtr entry = FindPushed(app_stream);
  if (entry == nullptr || !MayChange(entry->stream.state, StreamState::kPublishing)) return;
  if (entry->stream.state == StreamState::kPublishing && !entry->unheard_since) return;
  ChangeState(*streams_, entry->stream.name, StreamState::kPublishing, clock_->Now()).IgnoreError();
}

StreamEntryPtr StreamLifecycle::FindLost(const scheduler::Snapshot& snapshot,
                                         absl::string_view node,
                                         absl::string_view app_stream) const {
  StreamEntryPtr entry = FindPushed(app_stream);
  if (entry == nullptr || entry->stream.state != StreamState::kPublishing) return nullptr;
  return MayGoOnUnheard(snapshot, entry->stream, node) ? nullptr : entry;
}

void StreamLifecycle::ApplyStopped(absl::string_view node, absl::string_view app_stream) {
  const StreamEntryPtr entry = FindLost(*snapshots_->Current(), node, app_stream);
  if (entry == nullptr || entry->unheard_since) return;
  const absl::Time now = clock_->Now();
  streams_
      ->Update(entry->stream.name,
               [now](StreamEntry& changed) {
                 if (changed.stream.state == StreamState::kPublishing) changed.unheard_since = now;
                 return absl::OkStatus();
               })
      .IgnoreError();
}

void StreamLifecycle::ApplyUnpublished(absl::string_view node, absl::string_view app_stream) {
  const auto snapshot = snapshots_->Current();
  const StreamEntryPtr entry = FindLost(*snapshot, node, app_stream);
  if (entry == nullptr) return;
  const auto& lines = entry->stream.push_lines;
  const bool is_its_push = std::any_of(
      lines.begin(), lines.end(), [&](const auto& line) { return LeadsTo(*snapshot, line, node); });
  if (!is_its_push) return ApplyStopped(node, app_stream);
  const StreamState next =
      entry->ends_on_unpublish ? StreamState::kEnded : StreamState::kInterrupted;
  ChangeState(*streams_, entry->stream.name, next, clock_->Now()).IgnoreError();
}

void StreamLifecycle::ApplyPublished(const scheduler::PublishedStreams::Change& change) {
  for (const std::string& stream : change.started) ApplyStarted(stream);
  for (const std::string& stream : change.stopped) ApplyStopped(change.node, stream);
}

bool StreamLifecycle::MayPublish(absl::string_view app_stream) const {
  const StreamEntryPtr entry = streams_->Find(app_stream.substr(app_stream.find('/') + 1));
  if (entry == nullptr || !IsPushedTo(entry->stream, app_stream)) return true;
  const auto snapshot = snapshots_->Current();
  const scheduler::PushQuestion question = {.publish_point = entry->stream.publish_point,
                                            .stream = entry->stream.name,
                                            .now_s = absl::ToUnixSeconds(clock_->Now())};
  if (PushTurnedOffBy(*snapshot, question) != nullptr) return false;
  return entry->stream.state != StreamState::kEnded && entry->stream.state != StreamState::kBanned;
}

size_t StreamLifecycle::InterruptUnheard(IsHeard is_heard, absl::Duration quiet) {
  const absl::Time now = clock_->Now();
  const auto snapshot = snapshots_->Current();
  const auto unheard = streams_->Select([&](const StreamEntry& entry) {
    const auto& lines = entry.stream.push_lines;
    if (entry.unheard_since) return false;  // it has its grace (ChangeDue)
    return entry.stream.state == StreamState::kPublishing && entry.update_time < now - quiet &&
           !MayGoOnUnheard(*snapshot, entry.stream) &&
           std::none_of(lines.begin(), lines.end(), [is_heard](const scheduler::PushLine& line) {
             return is_heard(AppStreamOf(line.url));
           });
  });
  for (const StreamEntryPtr& entry : unheard) {
    ChangeState(*streams_, entry->stream.name, StreamState::kInterrupted, now).IgnoreError();
  }
  return unheard.size();
}

bool StreamLifecycle::HasTurned(const StreamEntry& entry, CarriedBy to) {
  const absl::Time now = clock_->Now();
  Turning& turning = turning_.try_emplace(entry.stream.name, Turning{to, now}).first->second;
  if (turning.to != to) turning = {to, now};
  const auto snapshot = snapshots_->Current();
  const auto point = snapshot->publish_points.find(entry.stream.publish_point);
  if (point == snapshot->publish_points.end()) return false;
  return now - turning.since >= absl::Seconds(point->second.spec.reconnect_grace_s);
}

size_t StreamLifecycle::ApplyHeard(Hear hear) {
  const auto paired = streams_->Select([](const StreamEntry& entry) {
    return entry.stream.push_lines.size() == 2 && entry.stream.state == StreamState::kPublishing;
  });
  absl::flat_hash_map<std::string, Turning> still;
  size_t changed = 0;
  for (const StreamEntryPtr& entry : paired) {
    const scheduler::Stream& stream = entry->stream;
    const auto of = [&](size_t line) {
      return hear(stream.push_lines[line], AppStreamOf(stream.push_lines[line].url));
    };
    const CarriedBy to = FindCarrier(stream, of(0), of(1));
    if (to == stream.carried_by) continue;
    if (!HasTurned(*entry, to)) {
      still.insert(*turning_.find(stream.name));
      continue;
    }
    SetCarrier(*streams_, stream.name, to, clock_->Now()).IgnoreError();
    ++changed;
  }
  turning_ = std::move(still);
  return changed;
}

size_t StreamLifecycle::ChangeDue() {
  const absl::Time now = clock_->Now();
  const auto snapshot = snapshots_->Current();
  const auto due = streams_->Select(
      [&](const StreamEntry& entry) { return DueStateOf(*snapshot, entry, now).has_value(); });
  for (const StreamEntryPtr& entry : due) {
    streams_
        ->Update(entry->stream.name,
                 [&](StreamEntry& changed) {
                   const auto state = DueStateOf(*snapshot, changed, now);
                   if (state) MoveTo(changed, *state, now);
                   return absl::OkStatus();
                 })
        .IgnoreError();
  }
  return due.size();
}

}  // namespace nearcast
