// Any bytes as RTMP chunks: the same messages and the same error in one piece and in small pieces;
// memory within the limits; what the writer makes of the messages is read back as the same
// messages.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.h"
#include "dataplane/media/chunk_reader.h"
#include "dataplane/media/chunk_writer.h"
#include "dataplane/media/piecewise.h"

namespace nearcast::media {
namespace {

constexpr ChunkLimits kLimits{
    .message_bytes_max = 1 << 16, .chunk_streams_max = 8, .buffered_bytes_max = 1 << 17};

void CheckMemory(const ChunkReader& reader) {
  NC_CHECK(reader.buffered_bytes() <= kLimits.buffered_bytes_max);
}

bool Same(const RtmpMessage& a, const RtmpMessage& b) {
  return a.header.chunk_stream_id == b.header.chunk_stream_id &&
         a.header.timestamp_ms == b.header.timestamp_ms && a.header.type == b.header.type &&
         a.header.message_stream_id == b.header.message_stream_id && a.payload == b.payload;
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
  const auto again =
      ReadInPieces<RtmpMessage>(ChunkReader(kLimits), bytes, bytes.size(), CheckMemory);
  NC_CHECK(again.status.ok());
  NC_CHECK(
      std::equal(again.items.begin(), again.items.end(), written.begin(), written.end(), Same));
}

}  // namespace
}  // namespace nearcast::media

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nearcast::media;
  const auto messages =
      ReadBothWays<RtmpMessage>(FuzzBytesOf(data, size), ChunkReader(kLimits), CheckMemory, Same);
  for (const RtmpMessage& message : messages) {
    NC_CHECK(message.payload.size() <= kLimits.message_bytes_max);
  }
  CheckRoundTrip(messages);
  return 0;
}
