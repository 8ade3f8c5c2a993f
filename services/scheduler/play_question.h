// PlayQuestion: what is asked for one viewer and one stream, from whichever door it comes.
#ifndef SERVICES_SCHEDULER_PLAY_QUESTION_H_
#define SERVICES_SCHEDULER_PLAY_QUESTION_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nearcast/v1/scheduler.pb.h"
#include "schedulerlib/model/viewer.h"

namespace nearcast {

// Views into what was received.
struct PlayQuestion {
  absl::string_view stream;
  scheduler::Viewer viewer;
  v1::GetPlayInfoRequest::Format format = v1::GetPlayInfoRequest::STREAM_DATA;

  // As v1::GetPlayInfoRequest has them.
  absl::string_view pathway;
  absl::string_view steering_uri;
};

// INVALID_ARGUMENT (INVALID_VIEWER) when the viewer is none. Points into the request. A batch's
// question has no stream yet.
absl::StatusOr<PlayQuestion> QuestionOf(const v1::GetPlayInfoRequest& request);
absl::StatusOr<PlayQuestion> QuestionOf(const v1::BatchGetPlayInfoRequest& request);

}  // namespace nearcast

#endif  // SERVICES_SCHEDULER_PLAY_QUESTION_H_
