// FLV: the file header, tags in wire form, and a reader for tags that arrive in arbitrary pieces.
// Source: Adobe Flash Video File Format 10.1, E.2 (header), E.3 (body), E.4.1 (tag).
//
// The wire form of a tag is what HTTP-FLV sends and what the frame ring keeps, in one buffer:
//
//   | tag header, 11 bytes | payload | PreviousTagSize, 4 bytes |
//     type, size (24 bit), timestamp (24 bit + 8 high bits), stream id (24 bit, 0)
#ifndef DATAPLANE_MEDIA_FLV_TAG_H_
#define DATAPLANE_MEDIA_FLV_TAG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/frame.h"

namespace nearcast::media {

inline constexpr size_t kFlvFileHeaderSize = 9;
inline constexpr size_t kFlvTagHeaderSize = 11;
inline constexpr size_t kFlvPreviousTagSize = 4;
inline constexpr size_t kFlvPayloadMax = 0xFFFFFF;

// Players wait for each track that the header announces: announce only what the stream has.
struct FlvFileHeader {
  bool has_audio = false;
  bool has_video = false;
};

// The 9-byte header and PreviousTagSize0: 13 bytes.
std::string EncodeFlvFileHeader(FlvFileHeader header);

struct FlvTagHeader {
  FrameKind kind = FrameKind::kScript;
  uint32_t payload_size = 0;  // bytes, at most kFlvPayloadMax
  uint32_t dts_ms = 0;
};

// Writes the 11 bytes of a tag header at `out`. NC_CHECKs payload_size.
void WriteFlvTagHeader(const FlvTagHeader& header, char* out);

// Reads the first 11 bytes. InvalidArgument when there are fewer, the type is none of 8, 9, 18, or
// the filter bit (encrypted tag) is set.
absl::StatusOr<FlvTagHeader> ParseFlvTagHeader(absl::string_view bytes);

// Bytes of the wire form of a tag with `payload_size` bytes.
constexpr size_t FlvTagWireSize(size_t payload_size) {
  return kFlvTagHeaderSize + payload_size + kFlvPreviousTagSize;
}

// Writes the whole wire form at `out`, which has room for FlvTagWireSize(payload.size()) bytes.
void WriteFlvTag(FrameKind kind, uint32_t dts_ms, absl::string_view payload, char* out);

// The wire form in a buffer of its own. NC_CHECKs that payload.size() <= kFlvPayloadMax.
std::string EncodeFlvTag(FrameKind kind, uint32_t dts_ms, absl::string_view payload);

// The payload inside a tag's wire form, which lives as long as `wire`. NC_CHECKs that `wire` is
// long enough.
absl::string_view FlvTagPayload(absl::string_view wire);

// A tag as read, still in its wire form.
struct FlvTag {
  FlvTagHeader header;
  std::string wire;

  absl::string_view payload() const { return FlvTagPayload(wire); }
};

// Pulls tags out of an FLV byte stream that arrives in any pieces, e.g. an HTTP body. Any thread,
// one at a time.
//
//   while (true) {
//     NC_ASSIGN_OR_RETURN(std::optional<FlvTag> tag, reader.Read(&input));
//     if (!tag) break;  // input is empty now: wait for more
//   }
//
// The memory held follows the bytes that came, never a size that the peer merely claims, and is
// bounded by one tag. Thread rule: any thread, one at a time.
class FlvTagReader {
 public:
  // A tag with a larger payload is an error.
  explicit FlvTagReader(size_t payload_bytes_max = 4 << 20);

  // Takes bytes from the front of *input until one tag is complete; nullopt when *input is used up
  // before. InvalidArgument when the stream is not FLV, a tag is malformed, and ResourceExhausted
  // when a tag is too large; the reader stays in error then. PreviousTagSize is not believed
  // (encoders write wrong ones) but rewritten.
  absl::StatusOr<std::optional<FlvTag>> Read(absl::string_view* input);

  // The file header, once it was read.
  const std::optional<FlvFileHeader>& file_header() const { return file_header_; }

 private:
  absl::Status ReadFileHeader(absl::string_view* input);
  absl::Status ReadTagHeader(absl::string_view* input);
  bool Fill(size_t size, absl::string_view* input);

  size_t payload_bytes_max_;
  std::optional<FlvFileHeader> file_header_;
  size_t skip_bytes_ = 0;  // of a file header longer than 9 bytes, and PreviousTagSize0
  std::optional<FlvTagHeader> tag_header_;  // of the tag being read
  std::string buffer_;                      // the file header, or the tag being read
  absl::Status error_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_FLV_TAG_H_
