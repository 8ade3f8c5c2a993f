#include "services/node/admission_desk.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "schedulerlib/model/viewer.h"
#include "schedulerlib/stream/viewer_latency.h"
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

}  // namespace

absl::Status AdmissionDesk::Check(const v1::AdmitPublishRequest& request) const {
  const std::string key = absl::StrCat(request.app(), "/", request.stream());
  const StreamEntryPtr entry = streams_->Find(request.stream());
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
  plays_admitted_.fetch_add(1, std::memory_order_relaxed);
  v1::AdmitPlayResponse response;
  response.set_ttl_ms(kPlayTtlMs);
  if (entry != nullptr) FillTerms(*snapshot, request, entry->stream, &response);
  return response;
}

void AdmissionDesk::FillTerms(const Snapshot& snapshot, const v1::AdmitPlayRequest& request,
                              const scheduler::Stream& stream, v1::AdmitPlayResponse* response) {
  const auto node = snapshot.FindNode(request.node());
  const auto point = snapshot.publish_points.find(stream.publish_point);
  if (!node || point == snapshot.publish_points.end()) return;
  scheduler::Viewer viewer;
  viewer.network_grade = static_cast<decltype(viewer.network_grade)>(request.network_grade());
  const scheduler::ViewerLatency latency = DecideLatency(point->second, viewer);
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

AdmissionCounts AdmissionDesk::counts() const {
  return {.publishes_admitted = publishes_admitted_.load(std::memory_order_relaxed),
          .publishes_refused = publishes_refused_.load(std::memory_order_relaxed),
          .plays_admitted = plays_admitted_.load(std::memory_order_relaxed),
          .plays_refused = plays_refused_.load(std::memory_order_relaxed)};
}

}  // namespace nearcast
