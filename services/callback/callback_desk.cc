#include "services/callback/callback_desk.h"

#include <utility>

namespace nearcast::callback {

using scheduler::Snapshot;

CallbackDesk::CallbackDesk(const Clock* clock, const SnapshotHolder<Snapshot>* snapshots,
                           StreamTable* streams, const CallbackSenderOptions& options)
    : clock_(clock),
      snapshots_(snapshots),
      streams_(streams),
      sender_(clock, options, [streams](const CallbackEvent& event) {
        streams->ForgetUntold(event.stream, event.number);
      }) {
  SendUntold();
  streams->AnnotateChanges(
      [this](const StreamEntry* before, StreamEntry& after) { Annotate(before, after); });
  streams->WatchChanges(
      [this](const StreamEntry* before, const StreamEntryPtr& after) { SendNew(*after); });
}

const scheduler::Callback* CallbackDesk::CallbackOf(const Snapshot& snapshot,
                                                    const StreamEntry& entry) const {
  const auto point = snapshot.publish_points.find(entry.stream.publish_point);
  return point == snapshot.publish_points.end() ? nullptr : &point->second.spec.callback;
}

void CallbackDesk::Annotate(const StreamEntry* before, StreamEntry& after) {
  for (UntoldEvent& event : after.untold) event.is_new = false;
  const auto name = EventOf(before == nullptr ? nullptr : &before->stream, after.stream);
  if (!name) return;
  const auto snapshot = snapshots_->Current();
  const scheduler::Callback* callback = CallbackOf(*snapshot, after);
  if (callback == nullptr || !Wants(*callback, *name)) return;
  if (after.untold.size() >= kUntoldMax) {
    ++not_kept_;
    return;
  }
  const uint64_t number = after.untold.empty() ? 1 : after.untold.back().number + 1;
  after.untold.push_back({.number = number,
                          .body = WriteCallbackBody(*name, after.stream, clock_->Now()),
                          .is_new = true});
}

void CallbackDesk::SendNew(const StreamEntry& after) {
  if (after.untold.empty() || !after.untold.back().is_new) return;
  const auto snapshot = snapshots_->Current();
  const scheduler::Callback* callback = CallbackOf(*snapshot, after);
  if (callback == nullptr) return;
  const UntoldEvent& event = after.untold.back();
  sender_.Send({after.stream.name, callback->url, callback->secret, event.body, event.number});
}

void CallbackDesk::SendUntold() {
  const auto snapshot = snapshots_->Current();
  const auto left =
      streams_->Select([](const StreamEntry& entry) { return !entry.untold.empty(); });
  for (const StreamEntryPtr& entry : left) {
    const scheduler::Callback* callback = CallbackOf(*snapshot, *entry);
    for (const UntoldEvent& event : entry->untold) {
      if (callback == nullptr || callback->url.empty()) {  // nobody wants to know any more
        streams_->ForgetUntold(entry->stream.name, event.number);
        continue;
      }
      sender_.Send({entry->stream.name, callback->url, callback->secret, event.body, event.number});
    }
  }
}

CallbackTotals CallbackDesk::totals() const {
  CallbackTotals totals = sender_.totals();
  totals.refused += not_kept_;
  return totals;
}

}  // namespace nearcast::callback
