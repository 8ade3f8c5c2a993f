// Big-endian integers in byte strings, as FLV, RTMP and AMF0 write them.
#ifndef DATAPLANE_MEDIA_BIG_ENDIAN_H_
#define DATAPLANE_MEDIA_BIG_ENDIAN_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace nearcast::media {

// The byte at `offset`, unsigned. The caller guarantees offset < bytes.size().
inline uint8_t ByteAt(absl::string_view bytes, size_t offset) {
  return static_cast<uint8_t>(bytes[offset]);
}

// The `width`-byte integer (1..8 bytes) at `offset`. The caller guarantees offset + width <=
// bytes.size().
inline uint64_t LoadBigEndian(absl::string_view bytes, size_t offset, int width) {
  uint64_t value = 0;
  for (int i = 0; i < width; ++i) value = value << 8 | ByteAt(bytes, offset + i);
  return value;
}

// Writes the low `width` bytes of `value` at `out`.
inline void StoreBigEndian(uint64_t value, int width, char* out) {
  for (int i = 0; i < width; ++i) out[i] = static_cast<char>(value >> (8 * (width - 1 - i)));
}

inline void AppendBigEndian(uint64_t value, int width, std::string* out) {
  char bytes[8];
  StoreBigEndian(value, width, bytes);
  out->append(bytes, width);
}

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_BIG_ENDIAN_H_
