#include "services/scheduler/play_question.h"

#include <utility>

#include "base/status_macros.h"
#include "schedulerlib/convert/stream_convert.h"
#include "services/rpc/status.h"

namespace nearcast {
namespace {

absl::StatusOr<scheduler::Viewer> ViewerOf(const v1::Viewer& viewer) {
  auto read = scheduler::FromProto(viewer);
  if (!read.ok()) return rpc::WithReason(read.status(), "INVALID_VIEWER");
  return read;
}

}  // namespace

absl::StatusOr<PlayQuestion> QuestionOf(const v1::GetPlayInfoRequest& request) {
  PlayQuestion question;
  NC_ASSIGN_OR_RETURN(question.viewer, ViewerOf(request.viewer()));
  question.stream = request.stream();
  question.format = request.format();
  question.pathway = request.pathway();
  question.steering_uri = request.steering_uri();
  return question;
}

absl::StatusOr<PlayQuestion> QuestionOf(const v1::BatchGetPlayInfoRequest& request) {
  PlayQuestion question;
  NC_ASSIGN_OR_RETURN(question.viewer, ViewerOf(request.viewer()));
  question.format = request.format();
  return question;
}

}  // namespace nearcast
