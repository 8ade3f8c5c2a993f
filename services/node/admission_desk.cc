#include "services/node/admission_desk.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "ipdb/ip_address.h"
#include "schedulerlib/match/match_question.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/stream/push_target.h"
#include "schedulerlib/stream/viewer_latency.h"
#include "schedulerlib/switches/switched_latency.h"
#include "schedulerlib/transcode/played_tier.h"
#include "services/rpc/status.h"
#include "services/scheduler/stream_lifecycle.h"

namespace nearcast {

using rpc::WithReason;
using scheduler::Snapshot;
using scheduler::StreamState;

namespace {

// Short enough that a ban and another policy are soon known, long enough that a crowd asks seldom.
constexpr uint32_t kPlayTtlMs = 5000;

absl::Status Refused(absl::string_view why, absl::string_view reason) {
  return WithReason(absl::PermissionDeniedError(why), reason);
}

absl::Status TurnedOff(absl::string_view stream, const scheduler::CompiledSwitch& off) {
  return Refused(absl::StrCat("the stream ", stream, " is turned off by switch ", off.spec.name),
                 "STREAM_TURNED_OFF");
}

std::string PointOf(const StreamEntry* entry) {
  return entry == nullptr ? "" : entry->stream.publish_point;
}

// "192.0.2.1:5000", "[2001:db8::1]:5000"; the unknown address where it is neither.
ipdb::IpAddress AddressOf(absl::string_view text) {
  const size_t colon = text.rfind(':');
  absl::string_view host = text.substr(0, colon == absl::string_view::npos ? 0 : colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return ipdb::ParseIpAddress(host).value_or(ipdb::IpAddress());
}

bool IsForAll(const scheduler::CompiledSwitch& each) {
  return each.spec.match.percent <= 0 || each.spec.match.percent >= 100;
}

// What counts for every viewer of that grade. Of what is set only the GOP cache is.
scheduler::SwitchEffects FindSwitchesForAll(const scheduler::Snapshot& snapshot,
                                            const scheduler::Viewer& viewer,
                                            const std::string& publish_point,
                                            const std::string& stream, absl::Time now) {
  const scheduler::SwitchEffects found =
      snapshot.switches.Find(QuestionOf(viewer, 0, ipdb::Location(), publish_point, stream), now);
  scheduler::SwitchEffects for_all;
  for (const scheduler::CompiledSwitch* each : found.applied) {
    if (!IsForAll(*each)) continue;
    for_all.applied.push_back(each);
    if (for_all.gop_cache_ms == 0) for_all.gop_cache_ms = each->spec.set.gop_cache_ms;
  }
  return for_all;
}

void FillTerms(const scheduler::Snapshot& snapshot, const std::string& node_name,
               const std::string& publish_point, const scheduler::Viewer& viewer,
               const scheduler::SwitchEffects& switches, v1::AdmitPlayResponse* response) {
  const auto node = snapshot.FindNode(node_name);
  const auto point = snapshot.publish_points.find(publish_point);
  if (!node || point == snapshot.publish_points.end()) return;
  const auto latency = DecideSwitchedLatency(point->second, viewer, switches);
  if (latency.plan == nullptr && latency.gop_cache_ms == 0) return;  // nothing is declared
  if (latency.plan != nullptr) {
    response->set_protected_period_ms(latency.plan->drop.protected_period_ms);
    response->set_gop_keep_duration_ms(latency.plan->drop.gop_keep_duration_ms);
  }
  const scheduler::CompiledCdn& cdn = snapshot.cdn(snapshot.node(*node).cdn);
  response->set_gop_cache_ms(ChooseGopCacheOf(cdn, latency).ms);
  response->set_gop_cache_policy("lower");  // the law that policies are solved by
  response->set_hls_slice_ms(ChooseSliceMs(latency));
}

}  // namespace

absl::Status AdmissionDesk::Check(const v1::AdmitPublishRequest& request) const {
  const std::string key = absl::StrCat(request.app(), "/", request.stream());
  const StreamEntryPtr entry = streams_->Find(request.stream());
  const auto snapshot = snapshots_->Current();
  const scheduler::PushQuestion question = {.publish_point = PointOf(entry.get()),
                                            .stream = request.stream(),
                                            .broadcaster = AddressOf(request.address()),
                                            .now_s = absl::ToUnixSeconds(clock_->Now())};
  if (const auto* off = PushTurnedOffBy(*snapshot, question)) return TurnedOff(key, *off);
  if (entry == nullptr || !IsPushedTo(entry->stream, key)) {
    if (unknown_ == UnknownStreams::kAdmit) return absl::OkStatus();
    return Refused(absl::StrCat("nobody has created the stream ", key, " for this address"),
                   "STREAM_NOT_FOUND");
  }
  switch (entry->stream.state) {
    case StreamState::kEnded:
      return Refused(absl::StrCat("the stream ", key, " has ended; create it anew"),
                     "STREAM_ENDED");
    case StreamState::kBanned:
      return Refused(absl::StrCat("the stream ", key, " is banned"), "STREAM_BANNED");
    default:
      return absl::OkStatus();
  }
}

absl::StatusOr<v1::AdmitPublishResponse> AdmissionDesk::AdmitPublish(
    const v1::AdmitPublishRequest& request) {
  const absl::Status checked = Check(request);
  (checked.ok() ? publishes_admitted_ : publishes_refused_).fetch_add(1, std::memory_order_relaxed);
  if (!checked.ok()) return checked;
  return v1::AdmitPublishResponse();
}

StreamEntryPtr AdmissionDesk::FindPlayed(const Snapshot& snapshot,
                                         const v1::AdmitPlayRequest& request) const {
  const auto node = snapshot.FindNode(request.node());
  if (!node) return streams_->Find(request.stream());
  StreamEntryPtr entry;
  const auto tier = FindPlayedTier(snapshot, snapshot.node(*node).cdn, request.stream(),
                                   [&](absl::string_view name) {
                                     entry = streams_->Find(name);
                                     return entry == nullptr ? nullptr : &entry->stream;
                                   });
  return tier ? entry : nullptr;
}

absl::StatusOr<v1::AdmitPlayResponse> AdmissionDesk::AdmitPlay(
    const v1::AdmitPlayRequest& request) {
  const auto snapshot = snapshots_->Current();
  const StreamEntryPtr entry = FindPlayed(*snapshot, request);
  if (entry != nullptr && entry->stream.state == StreamState::kBanned) {
    plays_refused_.fetch_add(1, std::memory_order_relaxed);
    return Refused(absl::StrCat("the stream ", request.stream(), " is banned"), "STREAM_BANNED");
  }
  scheduler::Viewer viewer;
  viewer.network_grade = static_cast<decltype(viewer.network_grade)>(request.network_grade());
  const std::string point = PointOf(entry.get());
  const std::string& stream = entry == nullptr ? request.stream() : entry->stream.name;
  const scheduler::SwitchEffects switches =
      FindSwitchesForAll(*snapshot, viewer, point, stream, clock_->Now());
  if (const auto* off = switches.StreamOffBy(stream)) {
    plays_refused_.fetch_add(1, std::memory_order_relaxed);
    return TurnedOff(request.stream(), *off);
  }
  plays_admitted_.fetch_add(1, std::memory_order_relaxed);
  v1::AdmitPlayResponse response;
  response.set_ttl_ms(kPlayTtlMs);
  FillTerms(*snapshot, request.node(), point, viewer, switches, &response);
  return response;
}

AdmissionCounts AdmissionDesk::counts() const {
  return {.publishes_admitted = publishes_admitted_.load(std::memory_order_relaxed),
          .publishes_refused = publishes_refused_.load(std::memory_order_relaxed),
          .plays_admitted = plays_admitted_.load(std::memory_order_relaxed),
          .plays_refused = plays_refused_.load(std::memory_order_relaxed)};
}

}  // namespace nearcast
