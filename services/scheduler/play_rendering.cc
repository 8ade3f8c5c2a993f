#include "services/scheduler/play_rendering.h"

#include <string>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/stream/auto_list.h"
#include "schedulerlib/stream/hls_multivariant.h"
#include "schedulerlib/stream/rule_ids.h"
#include "schedulerlib/stream/steering_manifest.h"
#include "schedulerlib/stream/stream_data.h"
#include "schedulerlib/stream/ve_player.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

using scheduler::PlayDecision;
using scheduler::Snapshot;
using scheduler::SteeringForm;

std::string WriteSteering(const Snapshot& snapshot, const PlayDecision& decision,
                          const v1::GetPlayInfoRequest& request, SteeringForm form) {
  return WriteSteeringManifest(
      snapshot, decision,
      {.form = form, .pathway = request.pathway(), .reload_uri = request.steering_uri()});
}

absl::StatusOr<std::string> WriteDocument(const Snapshot& snapshot, const PlayDecision& decision,
                                          const v1::GetPlayInfoRequest& request) {
  switch (request.format()) {
    case v1::GetPlayInfoRequest::VE_LIVE_PLAYER:
      return WriteVeLivePlayerStreamData(snapshot, decision);
    case v1::GetPlayInfoRequest::HLS_STEERING:
      return WriteSteering(snapshot, decision, request, SteeringForm::kHls);
    case v1::GetPlayInfoRequest::DASH_STEERING:
      return WriteSteering(snapshot, decision, request, SteeringForm::kDash);
    case v1::GetPlayInfoRequest::AUTO_LIST:
      return WriteAutoList(snapshot, decision);
    case v1::GetPlayInfoRequest::HLS_MULTIVARIANT: {
      std::string playlist = WriteHlsMultivariant(snapshot, decision, request.steering_uri());
      if (!playlist.empty()) return playlist;
      return rpc::WithReason(
          absl::FailedPreconditionError(absl::StrCat("no CDN that stream ", decision.stream->name,
                                                     " is played from delivers hls")),
          "FORMAT_NOT_DELIVERED");
    }
    default:
      return rpc::WithReason(
          absl::InvalidArgumentError(absl::StrCat("format: ", static_cast<int>(request.format()),
                                                  " is none that is known here")),
          "INVALID_FORMAT");
  }
}

bool IsStreamData(v1::GetPlayInfoRequest::Format format) {
  return format == v1::GetPlayInfoRequest::FORMAT_UNSPECIFIED ||
         format == v1::GetPlayInfoRequest::STREAM_DATA;
}

void SetStreamData(const Snapshot& snapshot, const PlayDecision& decision, absl::Time now,
                   PartCache& cache, v1::PlayInfo& info) {
  absl::InlinedVector<PartCache::Part, 2> held;
  absl::InlinedVector<const scheduler::LinePart*, 2> parts;
  for (const scheduler::PlayLine& line : decision.lines) {
    held.push_back(cache.FindOrRender(KeyOf(snapshot, decision, line),
                                      [&] { return RenderLineForUrl(snapshot, decision, line); }));
    parts.push_back(held.back().get());
  }
  scheduler::StreamData data = WriteStreamData(snapshot, decision, parts, now);
  info.set_stream_url(WriteStreamUrl(decision, parts, data));
  info.set_stream_data(std::move(data.text));
}

}  // namespace

absl::StatusOr<v1::PlayInfo> RenderPlay(const Snapshot& snapshot, const PlayDecision& decision,
                                        const v1::GetPlayInfoRequest& request, absl::Time now,
                                        PartCache& parts) {
  v1::PlayInfo info;
  if (IsStreamData(request.format())) {
    SetStreamData(snapshot, decision, now, parts, info);
  } else {
    NC_ASSIGN_OR_RETURN(*info.mutable_document(), WriteDocument(snapshot, decision, request));
  }
  info.set_default_tier(std::string(scheduler::TierKey(decision.default_tier)));
  for (const scheduler::PlayLine& line : decision.lines) {
    v1::PlayInfo::Line* added = info.add_lines();
    added->set_line(std::string(line.role));
    added->set_cdn(snapshot.cdn(line.cdn).spec.name);
    if (line.node) added->set_node(snapshot.node(*line.node).spec.name);
  }
  for (std::string& id : scheduler::RuleIds(decision)) info.add_rule_ids(std::move(id));
  return info;
}

}  // namespace nearcast
