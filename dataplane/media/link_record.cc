#include "dataplane/media/link_record.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::media {
namespace {

constexpr uint8_t kConfigurationBit = 0x80;
constexpr size_t kReserveMax = 64 << 10;  // before the payload's bytes have come

absl::StatusOr<LinkRecordHeader> ParseType(uint8_t type) {
  LinkRecordHeader header;
  if (type < static_cast<uint8_t>(LinkType::kFrame)) {
    header.type = static_cast<LinkType>(type);
    return header;
  }
  header.type = LinkType::kFrame;
  header.configuration = (type & kConfigurationBit) != 0;
  const uint8_t kind = type & ~kConfigurationBit;
  if (kind != 8 && kind != 9 && kind != 18) {
    return absl::InvalidArgumentError(absl::StrCat("link record of unknown type ", type));
  }
  header.kind = static_cast<FrameKind>(kind);
  return header;
}

absl::StatusOr<LinkRecordHeader> ParseHeader(absl::string_view bytes) {
  NC_ASSIGN_OR_RETURN(LinkRecordHeader header, ParseType(ByteAt(bytes, 0)));
  const uint64_t dts_ms = LoadBigEndian(bytes, 4, 8);
  if (dts_ms > static_cast<uint64_t>(kLinkDtsMsMax)) {
    return absl::InvalidArgumentError(absl::StrCat("link record at ", dts_ms, " ms"));
  }
  header.payload_size = static_cast<uint32_t>(LoadBigEndian(bytes, 1, 3));
  header.dts_ms = static_cast<int64_t>(dts_ms);
  header.timeline = static_cast<uint32_t>(LoadBigEndian(bytes, 12, 4));
  header.seq = static_cast<uint32_t>(LoadBigEndian(bytes, 16, 4));
  return header;
}

}  // namespace

void WriteLinkRecordHeader(const LinkRecordHeader& header, char* out) {
  NC_CHECK(header.payload_size <= kLinkPayloadMax);
  uint8_t type = static_cast<uint8_t>(header.type);
  if (header.type == LinkType::kFrame) {
    type = static_cast<uint8_t>(header.kind) | (header.configuration ? kConfigurationBit : 0);
  }
  StoreBigEndian(type, 1, out);
  StoreBigEndian(header.payload_size, 3, out + 1);
  StoreBigEndian(static_cast<uint64_t>(header.dts_ms), 8, out + 4);
  StoreBigEndian(header.timeline, 4, out + 12);
  StoreBigEndian(header.seq, 4, out + 16);
}

std::string EncodeLinkRecord(LinkRecordHeader header, absl::string_view payload) {
  NC_CHECK(payload.size() <= kLinkPayloadMax);
  header.payload_size = static_cast<uint32_t>(payload.size());
  std::string out(kLinkRecordHeaderSize, '\0');
  WriteLinkRecordHeader(header, out.data());
  absl::StrAppend(&out, payload);
  return out;
}

absl::StatusOr<std::optional<LinkRecord>> LinkReader::Read(absl::string_view* input) {
  NC_RETURN_IF_ERROR(error_);
  if (!begun_) error_ = ReadMagic(input);
  if (error_.ok() && begun_ && !header_) error_ = ReadHeader(input);
  NC_RETURN_IF_ERROR(error_);
  if (!header_ || !Fill(header_->payload_size, input)) return std::nullopt;
  LinkRecord record{*header_, std::exchange(buffer_, {})};
  header_.reset();
  return record;
}

absl::Status LinkReader::ReadMagic(absl::string_view* input) {
  if (!Fill(kLinkMagicSize, input)) return absl::OkStatus();
  if (buffer_ != absl::string_view(kLinkMagic, kLinkMagicSize)) {
    return absl::InvalidArgumentError("the bytes are no link between relays");
  }
  begun_ = true;
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status LinkReader::ReadHeader(absl::string_view* input) {
  if (!Fill(kLinkRecordHeaderSize, input)) return absl::OkStatus();
  NC_ASSIGN_OR_RETURN(const LinkRecordHeader header, ParseHeader(buffer_));
  if (header.payload_size > payload_bytes_max_) {
    return absl::ResourceExhaustedError(absl::StrCat("link record of ", header.payload_size,
                                                     " bytes; at most ", payload_bytes_max_,
                                                     " are taken"));
  }
  header_ = header;
  buffer_.clear();
  buffer_.reserve(std::min<size_t>(header.payload_size, kReserveMax));
  return absl::OkStatus();
}

// Moves bytes from *input to buffer_ until it holds `size`; whether it does.
bool LinkReader::Fill(size_t size, absl::string_view* input) {
  const size_t wanted = std::min(size - buffer_.size(), input->size());
  buffer_.append(input->data(), wanted);
  input->remove_prefix(wanted);
  return buffer_.size() == size;
}

}  // namespace nearcast::media
