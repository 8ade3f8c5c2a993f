#include "dataplane/media/bit_reader.h"

#include <algorithm>

#include "base/check.h"

namespace nearcast::media {

uint32_t BitReader::Bits(int count) {
  NC_CHECK(count >= 0 && count <= 32);
  if (position_ + count > bytes_.size() * 8) {
    ok_ = false;
    position_ = bytes_.size() * 8;
    return 0;
  }
  uint64_t value = 0;
  for (int left = count; left > 0;) {
    const int in_byte = static_cast<int>(position_ % 8);
    const int taken = std::min(left, 8 - in_byte);
    const uint8_t byte = static_cast<uint8_t>(bytes_[position_ / 8]);
    value = value << taken | ((byte >> (8 - in_byte - taken)) & ((1u << taken) - 1));
    position_ += taken;
    left -= taken;
  }
  return static_cast<uint32_t>(value);
}

uint32_t BitReader::UnsignedGolomb() {
  int zeros = 0;
  while (Bits(1) == 0) {
    if (!ok_ || ++zeros == 32) {
      ok_ = false;
      return 0;
    }
  }
  return static_cast<uint32_t>((uint64_t{1} << zeros) - 1 + Bits(zeros));
}

int32_t BitReader::SignedGolomb() {
  const int64_t code = UnsignedGolomb();
  return static_cast<int32_t>(code % 2 == 0 ? -(code / 2) : (code + 1) / 2);
}

void BitReader::Skip(size_t count) {
  const size_t left = bytes_.size() * 8 - position_;
  if (count > left) ok_ = false;
  position_ += std::min(count, left);
}

absl::string_view BitReader::Bytes(size_t count) {
  NC_CHECK(position_ % 8 == 0);
  const absl::string_view rest = bytes_.substr(position_ / 8);
  if (count > rest.size()) {
    ok_ = false;
    position_ = bytes_.size() * 8;
    return {};
  }
  position_ += count * 8;
  return rest.substr(0, count);
}

absl::string_view BitReader::Rest() { return Bytes(bytes_.size() - position_ / 8); }

}  // namespace nearcast::media
