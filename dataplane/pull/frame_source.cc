#include "dataplane/pull/frame_source.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace nearcast::pull {

absl::StatusOr<std::optional<SourceFrame>> FrameOf(media::LinkRecord record) {
  const media::LinkRecordHeader& header = record.header;
  switch (header.type) {
    case media::LinkType::kKeepAlive:
      return std::nullopt;
    case media::LinkType::kEnd:
      return absl::OutOfRangeError("the source has ended the stream");
    case media::LinkType::kRefused: {
      const std::string words = absl::StrCat("it refused: ", record.payload);
      if (static_cast<absl::StatusCode>(header.seq) == absl::StatusCode::kNotFound) {
        return absl::NotFoundError(words);
      }
      return absl::UnavailableError(words);
    }
    case media::LinkType::kFrame:
      break;
  }
  return SourceFrame{.kind = header.kind,
                     .dts_ms = header.dts_ms,
                     .id = {header.timeline, header.seq},
                     .configuration = header.configuration,
                     .bytes = std::move(record.payload),
                     .payload_begin = 0,
                     .payload_size = header.payload_size};
}

}  // namespace nearcast::pull
