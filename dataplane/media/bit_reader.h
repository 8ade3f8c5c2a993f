// BitReader: bits, most significant first, and Exp-Golomb numbers (ITU-T H.264 9.1) from a bounded
// byte string.
//
// Past the end every read gives 0 and ok() turns false, so that a parser checks once at its end. No
// read loops longer than 32 steps.
#ifndef DATAPLANE_MEDIA_BIT_READER_H_
#define DATAPLANE_MEDIA_BIT_READER_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace nearcast::media {

// Thread rule: any thread, one at a time.
class BitReader {
 public:
  explicit BitReader(absl::string_view bytes) : bytes_(bytes) {}

  // `count` bits, 0..32.
  uint32_t Bits(int count);

  // ue(v) and se(v). A code over 32 bits turns ok() false.
  uint32_t UnsignedGolomb();
  int32_t SignedGolomb();

  // Passes over `count` bits.
  void Skip(size_t count);

  // The next `count` bytes; all that are left. The position must be at a byte's first bit
  // (NC_CHECKed).
  absl::string_view Bytes(size_t count);
  absl::string_view Rest();

  bool ok() const { return ok_; }

 private:
  absl::string_view bytes_;
  size_t position_ = 0;  // in bits
  bool ok_ = true;
};

}  // namespace nearcast::media

#endif  // DATAPLANE_MEDIA_BIT_READER_H_
