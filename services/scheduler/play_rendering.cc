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

constexpr size_t kUsualBeginSize = 240;
constexpr size_t kUsualLinesSize = 100;

std::string WriteSteering(const Snapshot& snapshot, const PlayDecision& decision,
                          const PlayQuestion& question, SteeringForm form) {
  return WriteSteeringManifest(
      snapshot, decision,
      {.form = form, .pathway = question.pathway, .reload_uri = question.steering_uri});
}

absl::StatusOr<std::string> WriteDocument(const Snapshot& snapshot, const PlayDecision& decision,
                                          const PlayQuestion& question) {
  switch (question.format) {
    case v1::GetPlayInfoRequest::VE_LIVE_PLAYER:
      return WriteVeLivePlayerStreamData(snapshot, decision);
    case v1::GetPlayInfoRequest::HLS_STEERING:
      return WriteSteering(snapshot, decision, question, SteeringForm::kHls);
    case v1::GetPlayInfoRequest::DASH_STEERING:
      return WriteSteering(snapshot, decision, question, SteeringForm::kDash);
    case v1::GetPlayInfoRequest::AUTO_LIST:
      return WriteAutoList(snapshot, decision);
    case v1::GetPlayInfoRequest::HLS_MULTIVARIANT: {
      std::string playlist = WriteHlsMultivariant(snapshot, decision, question.steering_uri);
      if (!playlist.empty()) return playlist;
      return rpc::WithReason(
          absl::FailedPreconditionError(absl::StrCat("no CDN that stream ", decision.stream->name,
                                                     " is played from delivers hls")),
          "FORMAT_NOT_DELIVERED");
    }
    default:
      return rpc::WithReason(
          absl::InvalidArgumentError(absl::StrCat("format: ", static_cast<int>(question.format),
                                                  " is none that is known here")),
          "INVALID_FORMAT");
  }
}

bool IsStreamData(v1::GetPlayInfoRequest::Format format) {
  return format == v1::GetPlayInfoRequest::FORMAT_UNSPECIFIED ||
         format == v1::GetPlayInfoRequest::STREAM_DATA;
}

SharedFrame RenderFrame(const Snapshot& snapshot, const PlayDecision& decision, PartCache& cache) {
  absl::InlinedVector<PartCache::Shared, 2> held;
  absl::InlinedVector<const scheduler::LinePart*, 2> parts;
  for (const scheduler::PlayLine& line : decision.lines) {
    held.push_back(cache.FindOrRender(KeyOf(snapshot, decision, line),
                                      [&] { return RenderLineForUrl(snapshot, decision, line); }));
    parts.push_back(held.back().get());
  }
  return SharedFrame(BuildFrame(decision, parts));
}

void SetStreamData(const Snapshot& snapshot, const PlayDecision& decision, absl::Time now,
                   PlayCaches& caches, PlayAnswer& answer) {
  answer.frame = caches.frames.FindOrRender(FrameKeyOf(snapshot, decision), [&] {
    return RenderFrame(snapshot, decision, caches.parts);
  });
  answer.common_begin.reserve(kUsualBeginSize);
  AppendCommonBegin(decision, now, answer.common_begin);
  answer.escaped_common_begin.reserve(kUsualBeginSize);
  AppendEscapedCommonBegin(decision, now, answer.escaped_common_begin);
}

void AppendLine(const Snapshot& snapshot, const scheduler::PlayLine& line, std::string& out) {
  using Line = v1::PlayInfo::Line;
  const absl::string_view cdn = snapshot.cdn(line.cdn).spec.name;
  const absl::string_view node = line.node ? snapshot.node(*line.node).spec.name : "";
  rpc::AppendLength(v1::PlayInfo::kLinesFieldNumber,
                    rpc::TextSize(Line::kLineFieldNumber, line.role) +
                        rpc::TextSize(Line::kCdnFieldNumber, cdn) +
                        rpc::TextSize(Line::kNodeFieldNumber, node),
                    out);
  rpc::AppendText(Line::kLineFieldNumber, line.role, out);
  rpc::AppendText(Line::kCdnFieldNumber, cdn, out);
  rpc::AppendText(Line::kNodeFieldNumber, node, out);
}

SharedTerms RenderTerms(const Snapshot& snapshot, const PlayDecision& decision) {
  SharedTerms shared{.text = BuildTerms(snapshot, decision)};
  rpc::AppendText(v1::PlayInfo::kDefaultTierFieldNumber, scheduler::TierKey(decision.default_tier),
                  shared.rest);
  for (const std::string& id : scheduler::RuleIds(decision)) {
    rpc::AppendText(v1::PlayInfo::kRuleIdsFieldNumber, id, shared.rest);
  }
  return shared;
}

}  // namespace

absl::StatusOr<PlayAnswer> RenderPlay(const Snapshot& snapshot, const PlayDecision& decision,
                                      const PlayQuestion& question, absl::Time now,
                                      PlayCaches& caches) {
  PlayAnswer answer;
  if (IsStreamData(question.format)) {
    SetStreamData(snapshot, decision, now, caches, answer);
  } else {
    NC_ASSIGN_OR_RETURN(answer.document, WriteDocument(snapshot, decision, question));
  }
  answer.terms = caches.terms.FindOrRender(TermsKeyOf(snapshot, decision),
                                           [&] { return RenderTerms(snapshot, decision); });
  answer.lines.reserve(kUsualLinesSize);
  for (const scheduler::PlayLine& line : decision.lines) {
    AppendLine(snapshot, line, answer.lines);
  }
  return answer;
}

}  // namespace nearcast
