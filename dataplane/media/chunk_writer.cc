#include "dataplane/media/chunk_writer.h"

#include <algorithm>

#include "base/check.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

constexpr uint32_t kExtendedTimestamp = 0xFFFFFF;

// 5.3.1.1. Returns its size.
uint8_t WriteBasicHeader(int format, uint32_t chunk_stream_id, char* out) {
  const int high_bits = format << 6;
  if (chunk_stream_id < 64) {
    StoreBigEndian(high_bits | chunk_stream_id, 1, out);
    return 1;
  }
  const uint32_t offset = chunk_stream_id - 64;
  if (offset < 256) {
    StoreBigEndian(high_bits, 1, out);
    StoreBigEndian(offset, 1, out + 1);
    return 2;
  }
  StoreBigEndian(high_bits | 1, 1, out);
  StoreBigEndian(offset, 1, out + 1);
  StoreBigEndian(offset >> 8, 1, out + 2);
  return 3;
}

// A place in a message: the number of the chunk, and bytes into it, its header included.
struct Position {
  size_t chunk = 0;
  size_t offset = 0;
};

Position FindPosition(const ChunkHeaders& headers, uint32_t chunk_size, size_t skip) {
  const size_t first_chunk = headers.first_size + size_t{chunk_size};
  if (skip < first_chunk) return {0, skip};
  const size_t next_chunk = headers.next_size + size_t{chunk_size};
  return {1 + (skip - first_chunk) / next_chunk, (skip - first_chunk) % next_chunk};
}

}  // namespace

ChunkHeaders BuildChunkHeaders(const RtmpMessageHeader& header, size_t payload_size) {
  NC_CHECK(header.chunk_stream_id >= 2 && header.chunk_stream_id <= 65599);
  NC_CHECK(payload_size <= 0xFFFFFF);
  ChunkHeaders headers;
  const bool extended = header.timestamp_ms >= kExtendedTimestamp;

  char* const first = headers.first_bytes.data();
  headers.first_size = WriteBasicHeader(0, header.chunk_stream_id, first);
  char* const fields = first + headers.first_size;
  StoreBigEndian(std::min(header.timestamp_ms, kExtendedTimestamp), 3, fields);
  StoreBigEndian(payload_size, 3, fields + 3);
  StoreBigEndian(static_cast<uint8_t>(header.type), 1, fields + 6);
  for (int i = 0; i < 4; ++i) {  // little-endian (5.3.1.2.1)
    StoreBigEndian(header.message_stream_id >> (8 * i), 1, fields + 7 + i);
  }
  headers.first_size += 11;
  headers.next_size = WriteBasicHeader(3, header.chunk_stream_id, headers.next_bytes.data());
  if (extended) {
    StoreBigEndian(header.timestamp_ms, 4, first + headers.first_size);
    headers.first_size += 4;
    StoreBigEndian(header.timestamp_ms, 4, headers.next_bytes.data() + headers.next_size);
    headers.next_size += 4;
  }
  return headers;
}

size_t ChunkedSize(const ChunkHeaders& headers, size_t payload_size, uint32_t chunk_size) {
  NC_CHECK(chunk_size >= 1);
  const size_t more_chunks = payload_size == 0 ? 0 : (payload_size - 1) / chunk_size;
  return headers.first_size + payload_size + more_chunks * headers.next_size;
}

size_t SliceChunks(const ChunkHeaders& headers, absl::string_view payload, uint32_t chunk_size,
                   size_t skip, std::span<absl::string_view> pieces) {
  NC_CHECK(chunk_size >= 1);
  Position at = FindPosition(headers, chunk_size, skip);
  size_t filled = 0;
  const auto add = [&](absl::string_view piece) {
    const size_t passed = std::min(at.offset, piece.size());
    piece.remove_prefix(passed);
    at.offset -= passed;
    if (!piece.empty()) pieces[filled++] = piece;
  };
  for (; filled < pieces.size(); ++at.chunk) {
    const size_t begin = at.chunk * chunk_size;
    if (at.chunk > 0 && begin >= payload.size()) break;
    add(at.chunk == 0 ? headers.first() : headers.next());
    if (filled == pieces.size()) break;
    add(payload.substr(begin, chunk_size));
  }
  return filled;
}

void AppendChunks(const RtmpMessageHeader& header, absl::string_view payload, uint32_t chunk_size,
                  std::string* out) {
  NC_CHECK(chunk_size >= 1);
  const ChunkHeaders headers = BuildChunkHeaders(header, payload.size());
  out->append(headers.first().data(), headers.first().size());
  for (size_t sent = 0; sent < payload.size(); sent += chunk_size) {
    if (sent > 0) out->append(headers.next().data(), headers.next().size());
    const absl::string_view piece = payload.substr(sent, chunk_size);
    out->append(piece.data(), piece.size());
  }
}

}  // namespace nearcast::media
