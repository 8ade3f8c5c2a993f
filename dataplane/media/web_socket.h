// WebSocket as FLV over WebSocket needs it: the server's side of the handshake, the headers of
// frames to the player, and a reader for the little that a player says.
// Source: RFC 6455, 1.3 and 4.2.2 (Sec-WebSocket-Accept), 5.2 (framing), 5.5 (control frames).
//
//   char header[kWsHeaderBytesMax];
//   const size_t size = WriteWsHeader(WsOpcode::kBinary, payload.size(), header);
#ifndef DATAPLANE_MEDIA_WEB_SOCKET_H_
#define DATAPLANE_MEDIA_WEB_SOCKET_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace nearcast::media {

enum class WsOpcode : uint8_t {
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};

inline constexpr size_t kWsHeaderBytesMax = 10;  // of a frame without mask
inline constexpr size_t kWsControlBytesMax = 125;

// Writes the header of a final, unmasked frame at `out`; returns its size: 2, 4 or 10 bytes.
size_t WriteWsHeader(WsOpcode opcode, size_t payload_bytes, char* out);

// A whole frame, for short payloads.
std::string EncodeWsFrame(WsOpcode opcode, absl::string_view payload);

// The value of Sec-WebSocket-Accept. InvalidArgument when `key` is not base64 of 16 bytes.
absl::StatusOr<std::string> WsAcceptOf(absl::string_view key);

// Reads what a client sends, in any pieces: answers pings, passes over messages. Holds one control
// frame at most. Thread rule: any thread, one at a time.
class WsReader {
 public:
  // Bytes to send in answer (pongs). InvalidArgument when the client breaks the protocol: unmasked
  // frames, reserved bits or opcodes, long or fragmented control frames, a length beyond 2^63.
  // Cancelled when it closes. The reader stays in error then.
  absl::StatusOr<std::string> Read(absl::string_view input);

 private:
  size_t HeaderBytes() const;
  absl::Status CheckHeader() const;
  uint64_t PayloadBytes() const;
  absl::Status ReadOne(absl::string_view* input, std::string* answer);
  absl::Status FinishControl(std::string* answer);

  std::string frame_;        // header, and the payload of a control frame, so far
  uint64_t skip_bytes_ = 0;  // of a message's frame, still to come
  absl::Status error_;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_WEB_SOCKET_H_
