#include "dataplane/media/web_socket.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace nearcast::media {
namespace {

constexpr char kAcceptSuffix[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kReserved = 0x70;
constexpr uint8_t kMasked = 0x80;
constexpr size_t kMaskBytes = 4;

uint64_t BigEndianAt(absl::string_view bytes, size_t at, size_t size) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<uint8_t>(bytes[at + i]);
  return value;
}

void WriteBigEndian(uint64_t value, size_t size, char* out) {
  for (size_t i = size; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xFF);
}

bool IsControl(uint8_t opcode) { return (opcode & 0x8) != 0; }

}  // namespace

size_t WriteWsHeader(WsOpcode opcode, size_t payload_bytes, char* out) {
  out[0] = static_cast<char>(kFinal | static_cast<uint8_t>(opcode));
  if (payload_bytes <= kWsControlBytesMax) {
    out[1] = static_cast<char>(payload_bytes);
    return 2;
  }
  if (payload_bytes <= 0xFFFF) {
    out[1] = 126;
    WriteBigEndian(payload_bytes, 2, out + 2);
    return 4;
  }
  out[1] = 127;
  WriteBigEndian(payload_bytes, 8, out + 2);
  return 10;
}

std::string EncodeWsFrame(WsOpcode opcode, absl::string_view payload) {
  std::array<char, kWsHeaderBytesMax> header;
  const size_t size = WriteWsHeader(opcode, payload.size(), header.data());
  return absl::StrCat(absl::string_view(header.data(), size), payload);
}

absl::StatusOr<std::string> WsAcceptOf(absl::string_view key) {
  std::string nonce;
  if (!absl::Base64Unescape(key, &nonce) || nonce.size() != 16) {
    return absl::InvalidArgumentError("Sec-WebSocket-Key: want base64 of 16 bytes");
  }
  const std::string text = absl::StrCat(key, kAcceptSuffix);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return absl::Base64Escape(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

absl::StatusOr<std::string> WsReader::Read(absl::string_view input) {
  std::string answer;
  while (error_.ok() && !input.empty()) error_ = ReadOne(&input, &answer);
  if (!error_.ok()) return error_;
  return answer;
}

// Bytes of the header that has begun, as far as can be told yet.
size_t WsReader::HeaderBytes() const {
  if (frame_.size() < 2) return 2;
  const uint8_t length = static_cast<uint8_t>(frame_[1]) & 0x7F;
  const size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  return 2 + extended + kMaskBytes;
}

absl::Status WsReader::CheckHeader() const {
  const auto first = static_cast<uint8_t>(frame_[0]);
  const auto second = static_cast<uint8_t>(frame_[1]);
  const uint8_t opcode = first & 0x0F;
  if ((first & kReserved) != 0) return absl::InvalidArgumentError("WebSocket: a reserved bit");
  if ((second & kMasked) == 0) return absl::InvalidArgumentError("WebSocket: an unmasked frame");
  if ((opcode > 0x2 && opcode < 0x8) || opcode > 0xA) {
    return absl::InvalidArgumentError("WebSocket: a reserved opcode");
  }
  const bool whole = (first & kFinal) != 0 && (second & 0x7F) <= kWsControlBytesMax;
  if (IsControl(opcode) && !whole) {
    return absl::InvalidArgumentError("WebSocket: a long or fragmented control frame");
  }
  return absl::OkStatus();
}

uint64_t WsReader::PayloadBytes() const {
  const uint8_t length = static_cast<uint8_t>(frame_[1]) & 0x7F;
  if (length == 126) return BigEndianAt(frame_, 2, 2);
  return length == 127 ? BigEndianAt(frame_, 2, 8) : length;
}

// Takes at least one byte.
absl::Status WsReader::ReadOne(absl::string_view* input, std::string* answer) {
  if (skip_bytes_ > 0) {
    const size_t skipped = std::min<uint64_t>(skip_bytes_, input->size());
    skip_bytes_ -= skipped;
    input->remove_prefix(skipped);
    return absl::OkStatus();
  }
  frame_ += input->front();
  input->remove_prefix(1);
  if (frame_.size() == 2) return CheckHeader();
  const size_t header_bytes = HeaderBytes();
  if (frame_.size() < header_bytes) return absl::OkStatus();
  if (PayloadBytes() >> 63 != 0) return absl::InvalidArgumentError("WebSocket: a length over 2^63");
  if (IsControl(static_cast<uint8_t>(frame_[0]) & 0x0F)) {
    if (frame_.size() < header_bytes + PayloadBytes()) return absl::OkStatus();
    return FinishControl(answer);
  }
  skip_bytes_ = PayloadBytes();
  frame_.clear();
  return absl::OkStatus();
}

absl::Status WsReader::FinishControl(std::string* answer) {
  const auto opcode = static_cast<WsOpcode>(static_cast<uint8_t>(frame_[0]) & 0x0F);
  if (opcode == WsOpcode::kClose) return absl::CancelledError("the player has closed");
  if (opcode == WsOpcode::kPing) {
    std::string payload = frame_.substr(2 + kMaskBytes);
    for (size_t i = 0; i < payload.size(); ++i) payload[i] ^= frame_[2 + i % kMaskBytes];
    absl::StrAppend(answer, EncodeWsFrame(WsOpcode::kPong, payload));
  }
  frame_.clear();
  return absl::OkStatus();
}

}  // namespace nearcast::media
