#include "dataplane/media/flv_tag.h"

#include <algorithm>
#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

constexpr uint8_t kHasAudio = 0x04, kHasVideo = 0x01;
constexpr uint8_t kFilterBit = 0x20;
constexpr uint64_t kDataOffsetMax = 4096;

// What is reserved for a tag before its bytes have come.
constexpr size_t kReserveMax = 64 << 10;

}  // namespace

std::string EncodeFlvFileHeader(FlvFileHeader header) {
  std::string out = "FLV\x01";
  AppendBigEndian((header.has_audio ? kHasAudio : 0) | (header.has_video ? kHasVideo : 0), 1, &out);
  AppendBigEndian(kFlvFileHeaderSize, 4, &out);
  AppendBigEndian(0, 4, &out);
  return out;
}

void WriteFlvTagHeader(const FlvTagHeader& header, char* out) {
  NC_CHECK(header.payload_size <= kFlvPayloadMax);
  StoreBigEndian(static_cast<uint8_t>(header.kind), 1, out);
  StoreBigEndian(header.payload_size, 3, out + 1);
  StoreBigEndian(header.dts_ms, 3, out + 4);
  StoreBigEndian(header.dts_ms >> 24, 1, out + 7);
  StoreBigEndian(0, 3, out + 8);
}

absl::StatusOr<FlvTagHeader> ParseFlvTagHeader(absl::string_view bytes) {
  if (bytes.size() < kFlvTagHeaderSize) {
    return absl::InvalidArgumentError(absl::StrCat("FLV tag header of ", bytes.size(), " bytes"));
  }
  const uint8_t type = ByteAt(bytes, 0);
  if (type & kFilterBit) return absl::InvalidArgumentError("encrypted FLV tag");
  if (type != 8 && type != 9 && type != 18) {
    return absl::InvalidArgumentError(absl::StrCat("FLV tag of unknown type ", type));
  }
  return FlvTagHeader{
      .kind = static_cast<FrameKind>(type),
      .payload_size = static_cast<uint32_t>(LoadBigEndian(bytes, 1, 3)),
      .dts_ms =
          static_cast<uint32_t>(LoadBigEndian(bytes, 4, 3) | LoadBigEndian(bytes, 7, 1) << 24),
  };
}

void WriteFlvTag(FrameKind kind, uint32_t dts_ms, absl::string_view payload, char* out) {
  NC_CHECK(payload.size() <= kFlvPayloadMax);
  const auto size = static_cast<uint32_t>(payload.size());
  WriteFlvTagHeader({.kind = kind, .payload_size = size, .dts_ms = dts_ms}, out);
  if (size > 0) std::memcpy(out + kFlvTagHeaderSize, payload.data(), size);
  StoreBigEndian(kFlvTagHeaderSize + size, 4, out + kFlvTagHeaderSize + size);
}

std::string EncodeFlvTag(FrameKind kind, uint32_t dts_ms, absl::string_view payload) {
  std::string wire(FlvTagWireSize(payload.size()), '\0');
  WriteFlvTag(kind, dts_ms, payload, wire.data());
  return wire;
}

absl::string_view FlvTagPayload(absl::string_view wire) {
  NC_CHECK(wire.size() >= FlvTagWireSize(0));
  return wire.substr(kFlvTagHeaderSize, wire.size() - FlvTagWireSize(0));
}

FlvTagReader::FlvTagReader(size_t payload_bytes_max)
    : payload_bytes_max_(std::min(payload_bytes_max, kFlvPayloadMax)) {}

absl::StatusOr<std::optional<FlvTag>> FlvTagReader::Read(absl::string_view* input) {
  NC_RETURN_IF_ERROR(error_);
  if (!file_header_) error_ = ReadFileHeader(input);
  if (error_.ok() && file_header_) {
    const size_t skipped = std::min(skip_bytes_, input->size());
    input->remove_prefix(skipped);
    skip_bytes_ -= skipped;
    if (!tag_header_) error_ = ReadTagHeader(input);
  }
  NC_RETURN_IF_ERROR(error_);
  if (!tag_header_ || !Fill(FlvTagWireSize(tag_header_->payload_size), input)) return std::nullopt;

  FlvTag tag{.header = *tag_header_, .wire = std::move(buffer_)};
  WriteFlvTagHeader(tag.header, tag.wire.data());
  StoreBigEndian(kFlvTagHeaderSize + tag.header.payload_size, 4,
                 tag.wire.data() + tag.wire.size() - kFlvPreviousTagSize);
  tag_header_.reset();
  buffer_.clear();
  return tag;
}

absl::Status FlvTagReader::ReadFileHeader(absl::string_view* input) {
  if (!Fill(kFlvFileHeaderSize, input)) return absl::OkStatus();
  if (absl::string_view(buffer_).substr(0, 3) != "FLV") {
    return absl::InvalidArgumentError("the stream does not begin with an FLV header");
  }
  const uint64_t data_offset = LoadBigEndian(buffer_, 5, 4);
  if (data_offset < kFlvFileHeaderSize || data_offset > kDataOffsetMax) {
    return absl::InvalidArgumentError(absl::StrCat("FLV data offset of ", data_offset));
  }
  const uint8_t flags = ByteAt(buffer_, 4);
  file_header_ = {.has_audio = (flags & kHasAudio) != 0, .has_video = (flags & kHasVideo) != 0};
  skip_bytes_ = data_offset - kFlvFileHeaderSize + kFlvPreviousTagSize;
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status FlvTagReader::ReadTagHeader(absl::string_view* input) {
  if (!Fill(kFlvTagHeaderSize, input)) return absl::OkStatus();
  NC_ASSIGN_OR_RETURN(tag_header_, ParseFlvTagHeader(buffer_));
  if (tag_header_->payload_size > payload_bytes_max_) {
    return absl::ResourceExhaustedError(absl::StrCat("FLV tag of ", tag_header_->payload_size,
                                                     " bytes; at most ", payload_bytes_max_,
                                                     " are taken"));
  }
  buffer_.reserve(std::min(FlvTagWireSize(tag_header_->payload_size), kReserveMax));
  return absl::OkStatus();
}

// Moves bytes from *input to buffer_ until it holds `size`; whether it does.
bool FlvTagReader::Fill(size_t size, absl::string_view* input) {
  const size_t wanted = std::min(size - buffer_.size(), input->size());
  buffer_.append(input->data(), wanted);
  input->remove_prefix(wanted);
  return buffer_.size() == size;
}

}  // namespace nearcast::media
