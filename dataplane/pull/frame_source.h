// FrameSource: one connection to where a stream is, as frames.
#ifndef DATAPLANE_PULL_FRAME_SOURCE_H_
#define DATAPLANE_PULL_FRAME_SOURCE_H_

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/frame.h"
#include "dataplane/media/link_record.h"
#include "dataplane/stream/frame.h"

namespace nearcast::pull {

struct SourceFrame {
  media::FrameKind kind = media::FrameKind::kScript;
  int64_t dts_ms = 0;
  stream::FrameId id;          // timeline 0: the source does not number its frames
  bool configuration = false;  // a numbered header: no frame of its own

  std::string bytes;  // the payload, an FLV tag body, lies in it
  size_t payload_begin = 0;
  size_t payload_size = 0;

  absl::string_view payload() const {
    return absl::string_view(bytes).substr(payload_begin, payload_size);
  }
};

// A record of the private link as a frame; nothing for a sign of life. OutOfRange for its end; a
// refusal with the code that it carries.
absl::StatusOr<std::optional<SourceFrame>> FrameOf(media::LinkRecord record);

// Thread rule: belongs to the thread of its executor.
class FrameSource {
 public:
  virtual ~FrameSource() = default;

  // Connects and asks. NotFound when the source does not have the stream, Unavailable for every
  // other failure, DeadlineExceeded when it is silent.
  virtual boost::asio::awaitable<absl::Status> Open() = 0;

  // The next frame, or nothing but a sign of life. OutOfRange when the source has ended it;
  // Unavailable when it failed, DeadlineExceeded when it fell silent.
  virtual boost::asio::awaitable<absl::StatusOr<std::optional<SourceFrame>>> Read() = 0;

  virtual uint64_t bytes_received() const = 0;
};

}  // namespace nearcast::pull

#endif  // DATAPLANE_PULL_FRAME_SOURCE_H_
