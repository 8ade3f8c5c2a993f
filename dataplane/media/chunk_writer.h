// RTMP messages to chunks, with or without copying the payload.
// Source: Adobe RTMP Specification 1.0, 5.3.
//
// Each message begins with a type 0 chunk (absolute timestamp) and goes on in type 3 chunks. So the
// bytes depend on nothing that was sent before: all viewers of a stream that share chunk size and
// message stream id get equal bytes, and a dropped frame leaves no trace. The headers of a
// message's type 3 chunks are all the same, hence:
//
//   const ChunkHeaders headers = BuildChunkHeaders(header, payload.size());
//   absl::string_view pieces[64];
//   size_t n = SliceChunks(headers, payload, chunk_size, sent, pieces);  // one iovec each
#ifndef DATAPLANE_MEDIA_CHUNK_WRITER_H_
#define DATAPLANE_MEDIA_CHUNK_WRITER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "absl/strings/string_view.h"
#include "dataplane/media/rtmp_message.h"

namespace nearcast::media {

// The two chunk headers of one message: 3 + 11 + 4 and 3 + 4 bytes at most.
struct ChunkHeaders {
  std::array<char, 18> first_bytes{};
  std::array<char, 7> next_bytes{};
  uint8_t first_size = 0;
  uint8_t next_size = 0;

  absl::string_view first() const { return {first_bytes.data(), first_size}; }
  absl::string_view next() const { return {next_bytes.data(), next_size}; }
};

// NC_CHECKs the chunk stream id (2..65599) and payload_size (at most 0xFFFFFF). A timestamp of
// 0xFFFFFF ms (4 h 39 min) or more goes into the extended field of every chunk (5.3.1.3).
ChunkHeaders BuildChunkHeaders(const RtmpMessageHeader& header, size_t payload_size);

// Bytes of the message on the wire. chunk_size >= 1.
size_t ChunkedSize(const ChunkHeaders& headers, size_t payload_size, uint32_t chunk_size);

// Fills `pieces` with views of headers and payload, in wire order, beginning `skip` bytes into the
// message (what a partial write has sent already). Returns how many pieces were filled; fewer than
// pieces.size() means the message is complete. The views live as long as `headers` and `payload`.
// O(pieces.size()), whatever `skip` is.
size_t SliceChunks(const ChunkHeaders& headers, absl::string_view payload, uint32_t chunk_size,
                   size_t skip, std::span<absl::string_view> pieces);

// Appends the whole message to *out, payload copied.
void AppendChunks(const RtmpMessageHeader& header, absl::string_view payload, uint32_t chunk_size,
                  std::string* out);

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_CHUNK_WRITER_H_
