// The private link's container: frames from one node to another, whatever codec came in, each with
// the name that it has on every node: timeline and sequence number.
//
//   | "NCL1" |, once, then records:
//   | type 1 | payload size 3 | dts_ms 8 | timeline 4 | seq 4 | payload |      all big-endian
//
//   type    8, 9, 18   sound, picture, script (FLV tag types); the payload is an FLV tag body
//           + 0x80     a decoder's configuration or metadata: not counted in seq, it has the number
//                      of the frame that it precedes
//           0          nothing: the line is alive
//           1          the stream has ended
//           2          refused: seq is an absl::StatusCode, the payload says why
//
// A node that has the same timeline and sequence number as another has the same frame, so a stream
// taken up at another node goes on with no frame missing or doubled. Keep-alives come where frames
// do not, so silence means a dead line and not a pause of the publisher.
#ifndef DATAPLANE_MEDIA_LINK_RECORD_H_
#define DATAPLANE_MEDIA_LINK_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/frame.h"

namespace nearcast::media {

inline constexpr char kLinkMagic[] = "NCL1";
inline constexpr char kLinkMediaType[] = "application/vnd.nearcast.link";
inline constexpr size_t kLinkMagicSize = 4;
inline constexpr size_t kLinkRecordHeaderSize = 20;
inline constexpr size_t kLinkPayloadMax = 0xFFFFFF;

enum class LinkType : uint8_t { kKeepAlive = 0, kEnd = 1, kRefused = 2, kFrame = 3 };

struct LinkRecordHeader {
  LinkType type = LinkType::kKeepAlive;
  FrameKind kind = FrameKind::kScript;  // of kFrame
  bool configuration = false;           // of kFrame: not counted in seq
  uint32_t payload_size = 0;            // bytes, at most kLinkPayloadMax
  int64_t dts_ms = 0;                   // 0 to kLinkDtsMsMax
  uint32_t timeline = 0;
  uint32_t seq = 0;  // wraps
};

// Later than any stream; what claims more is no stream.
inline constexpr int64_t kLinkDtsMsMax = int64_t{1} << 48;

// Writes the 20 bytes at `out`. NC_CHECKs payload_size.
void WriteLinkRecordHeader(const LinkRecordHeader& header, char* out);

std::string EncodeLinkRecord(LinkRecordHeader header, absl::string_view payload);

struct LinkRecord {
  LinkRecordHeader header;
  std::string payload;
};

// Pulls records out of bytes that arrive in any pieces. The memory held follows the bytes that
// came, never a size that the peer merely claims. Thread rule: any thread, one at a time.
class LinkReader {
 public:
  // A record with a larger payload is an error.
  explicit LinkReader(size_t payload_bytes_max = 4 << 20) : payload_bytes_max_(payload_bytes_max) {}

  // Takes bytes from the front of *input until one record is complete; nullopt when *input is used
  // up before. InvalidArgument when the bytes are no link, ResourceExhausted when a record is too
  // large; the reader stays in error then.
  absl::StatusOr<std::optional<LinkRecord>> Read(absl::string_view* input);

 private:
  absl::Status ReadMagic(absl::string_view* input);
  absl::Status ReadHeader(absl::string_view* input);
  bool Fill(size_t size, absl::string_view* input);

  const size_t payload_bytes_max_;
  bool begun_ = false;
  std::optional<LinkRecordHeader> header_;
  std::string buffer_;
  absl::Status error_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_LINK_RECORD_H_
