#include "schedulerlib/convert/stream_convert.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace nearcast::scheduler {

v1::Stream::State ToProto(StreamState state) {
  switch (state) {
    case StreamState::kCreated:
      return v1::Stream::CREATED;
    case StreamState::kPublishing:
      return v1::Stream::PUBLISHING;
    case StreamState::kInterrupted:
      return v1::Stream::INTERRUPTED;
    case StreamState::kEnded:
      return v1::Stream::ENDED;
    case StreamState::kBanned:
      return v1::Stream::BANNED;
  }
  return v1::Stream::STATE_UNSPECIFIED;
}

absl::StatusOr<StreamState> FromProto(v1::Stream::State state) {
  switch (state) {
    case v1::Stream::CREATED:
      return StreamState::kCreated;
    case v1::Stream::PUBLISHING:
      return StreamState::kPublishing;
    case v1::Stream::INTERRUPTED:
      return StreamState::kInterrupted;
    case v1::Stream::ENDED:
      return StreamState::kEnded;
    case v1::Stream::BANNED:
      return StreamState::kBanned;
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("state: ", static_cast<int>(state),
                       " is no state; known are CREATED, PUBLISHING, INTERRUPTED, ENDED, BANNED"));
  }
}

std::string ToProto(CarriedBy carried_by) {
  switch (carried_by) {
    case CarriedBy::kPlanned:
      return "";
    case CarriedBy::kMain:
      return "main";
    case CarriedBy::kBackup:
      return "backup";
  }
  return "";
}

absl::StatusOr<CarriedBy> CarriedByOf(const std::string& line) {
  if (line.empty() || line == "-") return CarriedBy::kPlanned;
  if (line == "main") return CarriedBy::kMain;
  if (line == "backup") return CarriedBy::kBackup;
  return absl::InvalidArgumentError(
      absl::StrCat("carried_by: \"", line, "\" is neither \"main\", \"backup\" nor \"-\""));
}

v1::Stream ToProto(const Stream& stream) {
  v1::Stream to;
  to.set_name(stream.name);
  to.set_publish_point(stream.publish_point);
  to.set_state(ToProto(stream.state));
  for (const PushLine& line : stream.push_lines) {
    v1::Stream::PushLine* added = to.add_push_lines();
    added->set_line(line.line);
    added->set_cdn(line.cdn);
    added->set_node(line.node);
    added->set_url(line.url);
    added->set_on_failure_only(line.on_failure_only);
  }
  to.set_play_cdn(stream.play_cdn);
  to.set_carried_by(ToProto(stream.carried_by));
  return to;
}

absl::StatusOr<Stream> FromProto(const v1::Stream& stream) {
  Stream to;
  to.name = stream.name();
  to.publish_point = stream.publish_point();
  NC_ASSIGN_OR_RETURN(to.state, FromProto(stream.state()));
  for (const v1::Stream::PushLine& line : stream.push_lines()) {
    to.push_lines.push_back(
        {line.line(), line.cdn(), line.node(), line.url(), line.on_failure_only()});
  }
  to.play_cdn = stream.play_cdn();
  NC_ASSIGN_OR_RETURN(to.carried_by, CarriedByOf(stream.carried_by()));
  return to;
}

absl::StatusOr<Viewer> FromProto(const v1::Viewer& viewer) {
  Viewer to;
  const auto address = ipdb::ParseIpAddress(viewer.address());
  if (!address.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "viewer.address: \"", viewer.address(), "\" is not an IP address; give the viewer's own"));
  }
  if (viewer.network_grade() > 8) {
    return absl::InvalidArgumentError(absl::StrCat("viewer.network_grade: ", viewer.network_grade(),
                                                   " is over 8; 1 is worst, 8 best, 0 unknown"));
  }
  to.address = *address;
  to.key = viewer.viewer_id().empty() ? to.address.ToString() : viewer.viewer_id();
  to.app = viewer.app();
  to.app_version = viewer.app_version();
  to.device = viewer.device();
  to.os = viewer.os();
  to.network = viewer.network();
  to.viewer_class = viewer.viewer_class();
  to.network_grade = viewer.network_grade();
  to.recent_stalls = viewer.recent_stalls();
  to.recent_retries = viewer.recent_retries();
  to.recent_age_s = viewer.recent_age_s();
  return to;
}

v1::Explanation ToProto(const Explanation& explanation) {
  v1::Explanation to;
  to.set_revision(explanation.revision);
  to.mutable_steps()->Add(explanation.steps.begin(), explanation.steps.end());
  to.mutable_answer()->Add(explanation.answer.begin(), explanation.answer.end());
  for (const ExplainedCandidate& candidate : explanation.candidates) {
    v1::Explanation::Candidate* added = to.add_candidates();
    added->set_node(candidate.node);
    added->set_cdn(candidate.cdn);
    added->set_cost_ms(candidate.cost_ms);
    added->set_rung(candidate.rung);
    added->set_health(candidate.health);
    added->set_chosen(candidate.chosen);
    added->set_verdict(candidate.verdict);
  }
  return to;
}

}  // namespace nearcast::scheduler
