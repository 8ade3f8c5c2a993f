// What one SRT message carries: a number and a piece of a byte stream, so that what SRT gives up
// (packets that come too late are dropped, in live mode) is noticed.
//
//   | number 4, big-endian, from 0 | 1 to 1312 bytes |
#ifndef DATAPLANE_SRT_MESSAGE_ORDER_H_
#define DATAPLANE_SRT_MESSAGE_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "dataplane/media/big_endian.h"

namespace nearcast::srt {

inline constexpr size_t kMessageBytesMax = 1316;  // SRT's live payload
inline constexpr size_t kNumberBytes = 4;
inline constexpr size_t kPieceBytesMax = kMessageBytesMax - kNumberBytes;

// Numbers the messages of one line. `piece` is at most kPieceBytesMax. Thread rule: one owner.
class MessageWriter {
 public:
  std::string Write(absl::string_view piece) {
    std::string message;
    message.reserve(kNumberBytes + piece.size());
    media::AppendBigEndian(next_++, kNumberBytes, &message);
    message.append(piece.data(), piece.size());
    return message;
  }

 private:
  uint32_t next_ = 0;
};

// Thread rule: one owner.
class MessageReader {
 public:
  // The piece in `message`. DataLoss when it is not the next one, InvalidArgument when there is no
  // piece in it: the line is no good any more.
  absl::StatusOr<absl::string_view> Read(absl::string_view message) {
    if (message.size() <= kNumberBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("an SRT message of ", message.size(), " bytes"));
    }
    const auto number = static_cast<uint32_t>(media::LoadBigEndian(message, 0, kNumberBytes));
    if (number != next_) {
      return absl::DataLossError(absl::StrCat(number - next_, " SRT messages are missing"));
    }
    ++next_;
    return message.substr(kNumberBytes);
  }

 private:
  uint32_t next_ = 0;
};

}  // namespace nearcast::srt

#endif  // DATAPLANE_SRT_MESSAGE_ORDER_H_
