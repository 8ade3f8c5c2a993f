#include "dataplane/media/chunk_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

// 5.3.1.2: bytes of the message header by chunk type.
constexpr size_t kFieldBytes[] = {11, 7, 3, 0};
constexpr uint32_t kExtendedTimestamp = 0xFFFFFF;
constexpr size_t kExtendedBytes = 4;

// What is reserved for a message before its bytes have come.
constexpr size_t kReserveMax = 16 << 10;

// 5.3.1.1: bytes of the basic header, by its first byte.
size_t BasicHeaderBytes(uint8_t first) {
  switch (first & 0x3F) {
    case 0:
      return 2;
    case 1:
      return 3;
    default:
      return 1;
  }
}

uint32_t ChunkStreamId(absl::string_view basic) {
  if (basic.size() == 1) return ByteAt(basic, 0) & 0x3F;
  if (basic.size() == 2) return 64u + ByteAt(basic, 1);
  return 64u + ByteAt(basic, 1) + 256u * ByteAt(basic, 2);
}

}  // namespace

ChunkReader::ChunkReader(ChunkLimits limits) : limits_(limits) {
  limits_.message_bytes_max = std::min(limits_.message_bytes_max, kRtmpMessageBytesMax);
}

absl::StatusOr<std::optional<RtmpMessage>> ChunkReader::Read(absl::string_view* input) {
  NC_RETURN_IF_ERROR(error_);
  absl::StatusOr<std::optional<RtmpMessage>> message = ReadMessage(input);
  if (!message.ok()) error_ = message.status();
  return message;
}

absl::StatusOr<std::optional<RtmpMessage>> ChunkReader::ReadMessage(absl::string_view* input) {
  while (!replay_.empty() || !input->empty()) {
    const std::string replay = std::exchange(replay_, {});
    absl::string_view replayed = replay;
    absl::string_view* source = replay.empty() ? input : &replayed;
    NC_ASSIGN_OR_RETURN(std::optional<RtmpMessage> message, ReadChunk(source));
    absl::StrAppend(&replay_, replayed);
    if (message) return message;
  }
  return std::nullopt;
}

// Goes on with one chunk; a message when the chunk completes it.
absl::StatusOr<std::optional<RtmpMessage>> ChunkReader::ReadChunk(absl::string_view* input) {
  if (current_ == nullptr) NC_RETURN_IF_ERROR(ReadHeader(input));
  if (current_ == nullptr || !replay_.empty()) return std::nullopt;
  return ReadPayload(input);
}

// Sets current_ once the chunk's header is complete.
absl::Status ChunkReader::ReadHeader(absl::string_view* input) {
  if (!Fill(1, input)) return absl::OkStatus();
  ChunkHeader chunk;
  chunk.format = ByteAt(pending_, 0) >> 6;
  chunk.basic_bytes = BasicHeaderBytes(ByteAt(pending_, 0));
  if (!Fill(chunk.basic_bytes, input)) return absl::OkStatus();
  chunk.chunk_stream_id = ChunkStreamId(absl::string_view(pending_).substr(0, chunk.basic_bytes));
  if (chunk.format == 3) return ReadRepeatedHeader(chunk, input);
  return ReadFullHeader(chunk, input);
}

// Types 0, 1 and 2: 5.3.1.2.1 to 5.3.1.2.3. They may only begin a message.
absl::Status ChunkReader::ReadFullHeader(const ChunkHeader& chunk, absl::string_view* input) {
  const size_t header_bytes = chunk.basic_bytes + kFieldBytes[chunk.format];
  if (!Fill(header_bytes, input)) return absl::OkStatus();
  const absl::string_view fields = absl::string_view(pending_).substr(chunk.basic_bytes);
  uint32_t timestamp = static_cast<uint32_t>(LoadBigEndian(fields, 0, 3));
  const bool extended = timestamp == kExtendedTimestamp;
  if (extended) {
    if (!Fill(header_bytes + kExtendedBytes, input)) return absl::OkStatus();
    timestamp = static_cast<uint32_t>(LoadBigEndian(pending_, header_bytes, kExtendedBytes));
  }
  NC_ASSIGN_OR_RETURN(ChunkStream* const stream, OpenStream(chunk));
  if (stream->in_message) {
    return absl::InvalidArgumentError(absl::StrCat("RTMP chunk of type ", chunk.format,
                                                   " inside a message of chunk stream ",
                                                   chunk.chunk_stream_id));
  }
  const absl::string_view header = absl::string_view(pending_).substr(chunk.basic_bytes);
  stream->extended = extended;
  stream->timestamp_field = timestamp;
  if (chunk.format <= 1) {
    stream->message_bytes = static_cast<uint32_t>(LoadBigEndian(header, 3, 3));
    stream->header.type = static_cast<RtmpType>(ByteAt(header, 6));
  }
  if (chunk.format == 0) {
    stream->header.timestamp_ms = 0;  // the field is absolute then
    // The message stream id alone is little-endian (5.3.1.2.1).
    stream->header.message_stream_id = ByteAt(header, 7) | ByteAt(header, 8) << 8 |
                                       ByteAt(header, 9) << 16 |
                                       static_cast<uint32_t>(ByteAt(header, 10)) << 24;
  }
  return BeginChunk(stream);
}

// Type 3: goes on with a message, or begins one with the header of the last (5.3.1.2.4). Decides
// byte by byte whether the extended timestamp is repeated, so that the outcome does not depend on
// how the bytes arrived.
absl::Status ChunkReader::ReadRepeatedHeader(const ChunkHeader& chunk, absl::string_view* input) {
  const auto found = streams_.find(chunk.chunk_stream_id);
  if (found == streams_.end()) {
    return absl::InvalidArgumentError(absl::StrCat("RTMP chunk stream ", chunk.chunk_stream_id,
                                                   " begins with a chunk of type 3"));
  }
  ChunkStream* const stream = &found->second;
  if (stream->extended) {
    char repeated[kExtendedBytes];
    StoreBigEndian(stream->timestamp_field, kExtendedBytes, repeated);
    for (size_t i = pending_.size() - chunk.basic_bytes; i < kExtendedBytes; ++i) {
      if (input->empty()) return absl::OkStatus();
      if (input->front() != repeated[i]) {
        replay_ = pending_.substr(chunk.basic_bytes);
        break;
      }
      Fill(pending_.size() + 1, input);
    }
  }
  return BeginChunk(stream);
}

// The chunk stream's state; a new one may begin with type 0, or with type 1 as some clients' first
// ping does.
absl::StatusOr<ChunkReader::ChunkStream*> ChunkReader::OpenStream(const ChunkHeader& chunk) {
  const auto found = streams_.find(chunk.chunk_stream_id);
  if (found != streams_.end()) return &found->second;
  if (chunk.format > 1) {
    return absl::InvalidArgumentError(absl::StrCat("RTMP chunk stream ", chunk.chunk_stream_id,
                                                   " begins with a chunk of type ", chunk.format));
  }
  if (streams_.size() >= limits_.chunk_streams_max) {
    return absl::ResourceExhaustedError(
        absl::StrCat("more than ", limits_.chunk_streams_max, " RTMP chunk streams"));
  }
  ChunkStream& stream = streams_[chunk.chunk_stream_id];
  stream.header.chunk_stream_id = chunk.chunk_stream_id;
  return &stream;
}

absl::Status ChunkReader::BeginChunk(ChunkStream* stream) {
  if (!stream->in_message) {
    if (stream->message_bytes > limits_.message_bytes_max) {
      return absl::ResourceExhaustedError(absl::StrCat("RTMP message of ", stream->message_bytes,
                                                       " bytes; at most ",
                                                       limits_.message_bytes_max, " are taken"));
    }
    stream->header.timestamp_ms += stream->timestamp_field;
    stream->in_message = true;
    stream->payload.reserve(std::min<size_t>(stream->message_bytes, kReserveMax));
  }
  pending_.clear();
  current_ = stream;
  chunk_bytes_left_ = std::min<size_t>(chunk_size_, stream->message_bytes - stream->payload.size());
  return absl::OkStatus();
}

absl::StatusOr<std::optional<RtmpMessage>> ChunkReader::ReadPayload(absl::string_view* input) {
  ChunkStream* const stream = current_;
  const size_t taken = std::min(chunk_bytes_left_, input->size());
  if (buffered_bytes_ + taken > limits_.buffered_bytes_max) {
    return absl::ResourceExhaustedError(absl::StrCat("more than ", limits_.buffered_bytes_max,
                                                     " bytes of unfinished RTMP messages"));
  }
  stream->payload.append(input->data(), taken);
  input->remove_prefix(taken);
  buffered_bytes_ += taken;
  chunk_bytes_left_ -= taken;
  if (chunk_bytes_left_ > 0) return std::nullopt;
  current_ = nullptr;
  if (stream->payload.size() < stream->message_bytes) return std::nullopt;

  RtmpMessage message{.header = stream->header, .payload = std::exchange(stream->payload, {})};
  stream->in_message = false;
  buffered_bytes_ -= message.payload.size();
  NC_RETURN_IF_ERROR(ApplyControl(message));
  return message;
}

// 5.4.1 and 5.4.2.
absl::Status ChunkReader::ApplyControl(const RtmpMessage& message) {
  const RtmpType type = message.header.type;
  if (type != RtmpType::kSetChunkSize && type != RtmpType::kAbort) return absl::OkStatus();
  if (message.payload.size() < 4) {
    return absl::InvalidArgumentError("RTMP control message shorter than 4 bytes");
  }
  const uint32_t value = static_cast<uint32_t>(LoadBigEndian(message.payload, 0, 4));
  if (type == RtmpType::kSetChunkSize) {
    if (value == 0 || value > 0x7FFFFFFF) {
      return absl::InvalidArgumentError(absl::StrCat("RTMP chunk size of ", value));
    }
    chunk_size_ = std::min(value, kRtmpMessageBytesMax);
    return absl::OkStatus();
  }
  const auto found = streams_.find(value);
  if (found != streams_.end() && found->second.in_message) {
    buffered_bytes_ -= found->second.payload.size();
    found->second.payload = std::string();
    found->second.in_message = false;
  }
  return absl::OkStatus();
}

// Moves bytes from *input to pending_ until it holds `size`; whether it does.
bool ChunkReader::Fill(size_t size, absl::string_view* input) {
  if (pending_.size() >= size) return true;
  const size_t taken = std::min(size - pending_.size(), input->size());
  pending_.append(input->data(), taken);
  input->remove_prefix(taken);
  return pending_.size() == size;
}

}  // namespace nearcast::media
