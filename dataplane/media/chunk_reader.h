// ChunkReader: RTMP chunks, arriving in any pieces, to messages.
// Source: Adobe RTMP Specification 1.0, 5.3 (chunk format) and 5.4 (Set Chunk Size, Abort).
//
//   while (true) {
//     NC_ASSIGN_OR_RETURN(std::optional<RtmpMessage> message, reader.Read(&input));
//     if (!message) break;  // input is empty now: wait for more
//   }
//
// Extended timestamps (5.3.1.3): in type 1 and 2 chunks the field is a delta. A type 3 chunk
// repeats the field, but some peers leave it out: it counts as present when its four bytes equal
// the ones that opened the message.
#ifndef DATAPLANE_MEDIA_CHUNK_READER_H_
#define DATAPLANE_MEDIA_CHUNK_READER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/rtmp_message.h"

namespace nearcast::media {

// The largest message, and so the largest chunk, that the 24-bit length field can express.
inline constexpr uint32_t kRtmpMessageBytesMax = 0xFFFFFF;
inline constexpr uint32_t kRtmpDefaultChunkSize = 128;

struct ChunkLimits {
  uint32_t message_bytes_max = 4 << 20;  // at most kRtmpMessageBytesMax
  size_t chunk_streams_max = 32;         // different chunk stream ids over the connection's life
  size_t buffered_bytes_max = 8 << 20;   // of unfinished messages, all chunk streams together
};

// One connection's inbound direction. Set Chunk Size and Abort take effect as they are read, and
// are returned like all other messages. The memory held follows the bytes that came, never a length
// that the peer merely claims. Any thread, one at a time.
class ChunkReader {
 public:
  explicit ChunkReader(ChunkLimits limits = {});

  // Takes bytes from the front of *input until one message is complete; nullopt when *input is used
  // up before. InvalidArgument for what the protocol forbids, ResourceExhausted over a limit; the
  // reader stays in error then. A chunk size above kRtmpMessageBytesMax is taken as that; 0 is an
  // error.
  absl::StatusOr<std::optional<RtmpMessage>> Read(absl::string_view* input);

  uint32_t chunk_size() const { return chunk_size_; }
  size_t buffered_bytes() const { return buffered_bytes_; }

 private:
  struct ChunkStream {
    RtmpMessageHeader header;
    uint32_t message_bytes = 0;
    uint32_t timestamp_field = 0;  // the last timestamp or delta as sent, extended field included
    bool extended = false;         // it was in the extended field
    bool in_message = false;
    std::string payload;
  };

  // The header of the chunk being read, as far as pending_ tells.
  struct ChunkHeader {
    int format = 0;
    uint32_t chunk_stream_id = 0;
    size_t basic_bytes = 0;
  };

  absl::StatusOr<std::optional<RtmpMessage>> ReadMessage(absl::string_view* input);
  absl::StatusOr<std::optional<RtmpMessage>> ReadChunk(absl::string_view* input);
  absl::Status ReadHeader(absl::string_view* input);
  absl::Status ReadFullHeader(const ChunkHeader& chunk, absl::string_view* input);
  absl::Status ReadRepeatedHeader(const ChunkHeader& chunk, absl::string_view* input);
  absl::StatusOr<std::optional<RtmpMessage>> ReadPayload(absl::string_view* input);
  absl::StatusOr<ChunkStream*> OpenStream(const ChunkHeader& chunk);
  absl::Status BeginChunk(ChunkStream* stream);
  absl::Status ApplyControl(const RtmpMessage& message);
  bool Fill(size_t size, absl::string_view* input);

  ChunkLimits limits_;
  uint32_t chunk_size_ = kRtmpDefaultChunkSize;
  size_t buffered_bytes_ = 0;
  absl::flat_hash_map<uint32_t, ChunkStream> streams_;
  std::string pending_;             // header bytes of the chunk being read
  std::string replay_;              // bytes taken for a timestamp that turned out to be payload
  ChunkStream* current_ = nullptr;  // set while a chunk's payload is being read
  size_t chunk_bytes_left_ = 0;
  absl::Status error_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_CHUNK_READER_H_
