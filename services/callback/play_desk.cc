#include "services/callback/play_desk.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/transcode/played_tier.h"
#include "services/callback/callback_event.h"
#include "services/http/json_text.h"
#include "services/rpc/status.h"

namespace nearcast::callback {

using rpc::WithReason;
using scheduler::Snapshot;

namespace {

absl::string_view NameOf(const v1::PlayEvent& event) {
  return event.ended() ? "on_stop" : "on_play";
}

// Plays are many: they are told only where they are listed.
bool Lists(const scheduler::Callback& callback, absl::string_view event) {
  const auto& events = callback.events;
  return !callback.url.empty() && std::find(events.begin(), events.end(), event) != events.end();
}

const scheduler::Callback* CallbackOf(const Snapshot& snapshot, const std::string& point) {
  const auto at = snapshot.publish_points.find(point);
  return at == snapshot.publish_points.end() ? nullptr : &at->second.spec.callback;
}

// `key` is one of ours: it has nothing to escape.
void AppendMember(absl::string_view key, absl::string_view value, std::string& json) {
  absl::StrAppend(&json, json.back() == '{' ? "" : ",", "\"", key, "\":");
  http::AppendJsonString(value, &json);
}

// What is told of a viewer when it goes, its reason apart.
void AppendEnd(const v1::PlayEvent& event, std::string& json) {
  const v1::StreamStats::Drops& drops = event.drops();
  absl::StrAppend(&json, ",\"bytes\":", event.bytes(), ",\"duration_ms\":", event.duration_ms());
  absl::StrAppend(&json, ",\"dropped\":{\"tail\":", drops.tail(),
                  ",\"unreferred\":", drops.unreferred(), ",\"rest\":", drops.rest());
  absl::StrAppend(&json, ",\"jumped\":", drops.jumped(), ",\"undecodable\":", drops.undecodable(),
                  "},\"jumps\":", event.jumps());
  absl::StrAppend(&json, ",\"delay_ms_mean\":", event.delay_ms_mean(),
                  ",\"delay_ms_max\":", event.delay_ms_max());
}

struct Played {
  StreamEntryPtr entry;
  scheduler::Tier tier = scheduler::Tier::kOrigin;
};

void AppendPlay(const std::string& node, const Played& played, const v1::PlayEvent& event,
                std::string& json) {
  absl::StrAppend(&json, json.empty() ? "{" : ",{");
  AppendMember("event", NameOf(event), json);
  AppendMember("stream", played.entry->stream.name, json);
  AppendMember("tier", scheduler::TierKey(played.tier), json);
  AppendMember("app", event.app(), json);
  AppendMember("session", event.session(), json);
  AppendMember("node", node, json);
  AppendMember("format", event.format(), json);
  AppendMember("address", event.address(), json);
  absl::StrAppend(&json, ",\"time_ms\":", event.time_ms());
  if (event.ended()) {
    AppendEnd(event, json);
    AppendMember("reason", event.reason(), json);
  }
  json += "}";
}

}  // namespace

PlayDesk::PlayDesk(const Clock* clock, const SnapshotHolder<Snapshot>* snapshots,
                   const StreamTable* streams, const PlayDeskOptions& options)
    : clock_(clock),
      snapshots_(snapshots),
      streams_(streams),
      options_(options),
      sender_(clock, {.threads = 2, .events_max = options.calls_max, .timeout = options.timeout}),
      thread_([this] { Run(); }) {}

PlayDesk::~PlayDesk() {
  {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }
  thread_.join();
}

bool PlayDesk::IsNew(const v1::TellPlaysRequest& batch) {
  Told& told = told_[batch.node()];
  if (told.instance_id != batch.instance_id()) told = {.instance_id = batch.instance_id()};
  totals_.left_out += batch.left_out() - std::min(batch.left_out(), told.left_out);
  told.left_out = std::max(told.left_out, batch.left_out());
  const bool is_new = batch.sequence() > told.sequence;
  told.sequence = std::max(told.sequence, batch.sequence());
  return is_new;
}

absl::StatusOr<v1::TellPlaysResponse> PlayDesk::Take(const v1::TellPlaysRequest& batch) {
  const auto snapshot = snapshots_->Current();
  const auto node = snapshot->FindNode(batch.node());
  if (!node) {
    return WithReason(absl::NotFoundError(absl::StrCat("there is no Node \"", batch.node(), "\"")),
                      "NODE_NOT_FOUND");
  }
  if (batch.events_size() > kEventsMax) {
    return WithReason(
        absl::InvalidArgumentError(absl::StrCat("events: at most ", kEventsMax, " at a time")),
        "TOO_MANY_PLAYS");
  }
  const Teller teller{batch.node(), snapshot->node(*node).cdn};
  absl::MutexLock lock(&mutex_);
  if (!IsNew(batch)) {
    ++totals_.doubled;
    return v1::TellPlaysResponse();
  }
  for (const v1::PlayEvent& event : batch.events()) {
    ++(event.ended() ? totals_.ended : totals_.begun);
    Gather(*snapshot, teller, event);
  }
  return v1::TellPlaysResponse();
}

void PlayDesk::Gather(const Snapshot& snapshot, const Teller& node, const v1::PlayEvent& event) {
  Played played;
  const auto tier = FindPlayedTier(snapshot, node.cdn, event.stream(), [&](absl::string_view name) {
    played.entry = streams_->Find(name);
    return played.entry == nullptr ? nullptr : &played.entry->stream;
  });
  if (!tier) return;
  played.tier = *tier;
  const std::string& point = played.entry->stream.publish_point;
  const auto known = snapshot.publish_points.find(point);
  if (known == snapshot.publish_points.end()) return;
  // Another application's stream of the same name is somebody else's.
  if (known->second.spec.app != event.app()) return;
  if (!Lists(known->second.spec.callback, NameOf(event))) return;
  Gathered& gathered = gathered_[point];
  AppendPlay(node.name, played, event, gathered.plays);
  if (++gathered.count >= options_.plays_max) Call(snapshot, point, gathered);
}

void PlayDesk::Call(const Snapshot& snapshot, const std::string& point, Gathered& gathered) {
  const std::string plays = std::exchange(gathered.plays, {});
  const size_t count = std::exchange(gathered.count, 0);
  const scheduler::Callback* callback = CallbackOf(snapshot, point);
  if (callback == nullptr || callback->url.empty()) return;
  std::string body = "{";
  AppendMember("event", "plays", body);
  AppendMember("publish_point", point, body);
  absl::StrAppend(&body, ",\"time_ms\":", absl::ToUnixMillis(clock_->Now()),
                  ",\"left_out\":", gathered.dropped, ",\"plays\":[", plays, "]}");
  if (sender_.Send({point, callback->url, callback->secret, std::move(body), 0})) {
    totals_.called += count;
    gathered.dropped = 0;
  } else {
    totals_.dropped += count;
    gathered.dropped += count;
  }
}

void PlayDesk::Run() {
  absl::MutexLock lock(&mutex_);
  while (!mutex_.AwaitWithTimeout(absl::Condition(&stopped_), options_.gather)) {
    const auto snapshot = snapshots_->Current();
    for (auto it = gathered_.begin(); it != gathered_.end();) {
      if (it->second.count > 0) Call(*snapshot, it->first, it->second);
      it = it->second.dropped == 0 ? gathered_.erase(it) : std::next(it);
    }
  }
}

PlayTotals PlayDesk::totals() const {
  const CallbackTotals calls = sender_.totals();
  absl::MutexLock lock(&mutex_);
  PlayTotals totals = totals_;
  totals.calls = calls;
  return totals;
}

}  // namespace nearcast::callback
