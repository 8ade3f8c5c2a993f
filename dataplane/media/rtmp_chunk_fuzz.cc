// Any bytes as RTMP chunks: the same messages and the same error in one piece and in small pieces;
// memory within the limits; what the writer makes of the messages is read back as the same
// messages.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "dataplane/media/chunk_reader.h"
#include "dataplane/media/chunk_writer.h"

namespace nearcast::media {
namespace {

constexpr ChunkLimits kLimits{
    .message_bytes_max = 1 << 16, .chunk_streams_max = 8, .buffered_bytes_max = 1 << 17};

struct Reading {
  std::vector<RtmpMessage> messages;
  absl::Status status;
};

Reading ReadInPieces(absl::string_view bytes, size_t piece_bytes) {
  ChunkReader reader(kLimits);
  Reading reading;
  while (!bytes.empty()) {
    absl::string_view piece = bytes.substr(0, piece_bytes);
    bytes.remove_prefix(piece.size());
    while (true) {
      auto message = reader.Read(&piece);
      NC_CHECK(reader.buffered_bytes() <= kLimits.buffered_bytes_max);
      if (!message.ok()) {
        reading.status = message.status();
        return reading;
      }
      if (!*message) break;
      NC_CHECK((*message)->payload.size() <= kLimits.message_bytes_max);
      reading.messages.push_back(**std::move(message));
    }
    NC_CHECK(piece.empty());
  }
  return reading;
}

bool Same(const RtmpMessage& a, const RtmpMessage& b) {
  return a.header.chunk_stream_id == b.header.chunk_stream_id &&
         a.header.timestamp_ms == b.header.timestamp_ms && a.header.type == b.header.type &&
         a.header.message_stream_id == b.header.message_stream_id && a.payload == b.payload;
}

void CheckSame(const std::vector<RtmpMessage>& a, const std::vector<RtmpMessage>& b) {
  NC_CHECK(a.size() == b.size());
  for (size_t i = 0; i < a.size(); ++i) NC_CHECK(Same(a[i], b[i]));
}

// Set Chunk Size and Abort would change how the rest is read; they are left out.
void CheckRoundTrip(const std::vector<RtmpMessage>& messages) {
  std::string bytes;
  std::vector<RtmpMessage> written;
  for (const RtmpMessage& message : messages) {
    const RtmpType type = message.header.type;
    if (type == RtmpType::kSetChunkSize || type == RtmpType::kAbort) continue;
    AppendChunks(message.header, message.payload, kRtmpDefaultChunkSize, &bytes);
    written.push_back(message);
  }
  const Reading again = ReadInPieces(bytes, bytes.size());
  NC_CHECK(again.status.ok());
  CheckSame(again.messages, written);
}

}  // namespace
}  // namespace nearcast::media

// The first byte chooses the size of the pieces.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  if (size == 0) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Reading whole = ReadInPieces(bytes, size);
  const Reading pieces = ReadInPieces(bytes, 1 + data[0]);
  NC_CHECK(whole.status.code() == pieces.status.code());
  CheckSame(whole.messages, pieces.messages);
  CheckRoundTrip(whole.messages);
  return 0;
}
