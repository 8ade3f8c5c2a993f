// Streams, viewers and explanations between the model and nearcast.v1.
#ifndef SCHEDULERLIB_CONVERT_STREAM_CONVERT_H_
#define SCHEDULERLIB_CONVERT_STREAM_CONVERT_H_

#include <string>

#include "absl/status/statusor.h"
#include "nearcast/v1/admin.pb.h"
#include "nearcast/v1/scheduler.pb.h"
#include "schedulerlib/explain/explanation.h"
#include "schedulerlib/model/stream.h"
#include "schedulerlib/model/viewer.h"

namespace nearcast::scheduler {

v1::Stream::State ToProto(StreamState state);

// INVALID_ARGUMENT for STATE_UNSPECIFIED and for numbers that this version does not know.
absl::StatusOr<StreamState> FromProto(v1::Stream::State state);

// "main", "backup", "" as planned; "-" is that, too. INVALID_ARGUMENT for anything else.
std::string ToProto(CarriedBy carried_by);
absl::StatusOr<CarriedBy> CarriedByOf(const std::string& line);

// Times, reasons and preheats of the message are not part of the model.
v1::Stream ToProto(const Stream& stream);
absl::StatusOr<Stream> FromProto(const v1::Stream& stream);

// INVALID_ARGUMENT when the address is none or the network grade is over 8.
absl::StatusOr<Viewer> FromProto(const v1::Viewer& viewer);

v1::Explanation ToProto(const Explanation& explanation);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_CONVERT_STREAM_CONVERT_H_
