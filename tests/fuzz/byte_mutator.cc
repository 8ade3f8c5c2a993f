#include "tests/fuzz/byte_mutator.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/check.h"

namespace nearcast {
namespace {

using Bytes = ByteMutator::Bytes;

// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
class Chance {
 public:
  explicit Chance(uint64_t state) : state_(state) {}

  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }

  // Below `bound`, which is not 0.
  size_t Below(size_t bound) { return static_cast<size_t>((Next() >> 32) * bound >> 32); }

 private:
  uint64_t state_;
};

// Octets and numbers of two octets at which formats change their mind: limits of labels, pointers,
// digits, quotes, sizes.
constexpr uint8_t kOctets[] = {0,   1,   2,   8,   10,  11,   12,   13,   ' ',  '%',  '&',
                               ',', '.', '0', ':', '=', 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff};
constexpr uint16_t kNumbers[] = {0,    1,     2,      4,      8,      10,     11,    12,  15,
                                 16,   28,    40,     41,     65,     250,    252,   255, 256,
                                 0x29, 0x200, 0x7fff, 0x8000, 0xc00c, 0xfffe, 0xffff};

// One input in the making.
class Workpiece {
 public:
  Workpiece(Bytes* bytes, const std::vector<Bytes>* seeds, uint64_t state)
      : bytes_(*bytes), seeds_(*seeds), chance_(state) {
    bytes_ = AnySeed();
    for (size_t changes = 1 + chance_.Below(4); changes > 0; --changes) Change();
  }

 private:
  void Change() {
    switch (chance_.Below(11)) {
      case 0:
        return SetOctet(static_cast<uint8_t>(chance_.Next()));
      case 1:
        return SetOctet(kOctets[chance_.Below(std::size(kOctets))]);
      case 2:
        return FlipBit();
      case 3:
        return AddToOctet();
      case 4:
        return SetNumber();
      case 5:
        return Erase();
      case 6:
        return Repeat();
      case 7:
        return Insert();
      case 8:
        return bytes_.resize(chance_.Below(bytes_.size() + 1));
      case 9:
        return TakeFromOther();
      default:
        return EndAsOther();
    }
  }

  const Bytes& AnySeed() { return seeds_[chance_.Below(seeds_.size())]; }

  // Most changes are small ones.
  size_t Length(size_t bound) {
    const size_t small = std::min<size_t>(bound, chance_.Below(8) == 0 ? bound : 16);
    return small == 0 ? 0 : 1 + chance_.Below(small);
  }

  void SetOctet(uint8_t octet) {
    if (!bytes_.empty()) bytes_[chance_.Below(bytes_.size())] = octet;
  }

  void FlipBit() {
    if (bytes_.empty()) return;
    bytes_[chance_.Below(bytes_.size())] ^= static_cast<uint8_t>(1u << chance_.Below(8));
  }

  void AddToOctet() {
    if (bytes_.empty()) return;
    uint8_t& octet = bytes_[chance_.Below(bytes_.size())];
    octet = static_cast<uint8_t>(octet + chance_.Below(17) - 8);
  }

  // Big-endian; now and then the input's own length, or near it.
  void SetNumber() {
    if (bytes_.size() < 2) return;
    size_t number = kNumbers[chance_.Below(std::size(kNumbers))];
    if (chance_.Below(4) == 0) number = bytes_.size() + chance_.Below(5) - 2;
    const size_t at = chance_.Below(bytes_.size() - 1);
    bytes_[at] = static_cast<uint8_t>(number >> 8);
    bytes_[at + 1] = static_cast<uint8_t>(number);
  }

  void Erase() {
    if (bytes_.empty()) return;
    const size_t at = chance_.Below(bytes_.size());
    const auto begin = bytes_.begin() + static_cast<ptrdiff_t>(at);
    bytes_.erase(begin, begin + static_cast<ptrdiff_t>(Length(bytes_.size() - at)));
  }

  // `count` octets of room at `at`, as far as there may be so many.
  size_t MakeRoom(size_t at, size_t count) {
    count =
        std::min(count, ByteMutator::kBytesMax - std::min(ByteMutator::kBytesMax, bytes_.size()));
    bytes_.insert(bytes_.begin() + static_cast<ptrdiff_t>(at), count, 0);
    return count;
  }

  void Repeat() {
    if (bytes_.empty()) return;
    const size_t from = chance_.Below(bytes_.size());
    const size_t count = MakeRoom(from, Length(bytes_.size() - from));
    std::copy_n(bytes_.begin() + static_cast<ptrdiff_t>(from + count), count,
                bytes_.begin() + static_cast<ptrdiff_t>(from));
  }

  void Insert() {
    const size_t at = chance_.Below(bytes_.size() + 1);
    const size_t count = MakeRoom(at, Length(64));
    const bool is_one_octet = chance_.Below(2) == 0;
    const uint8_t octet = kOctets[chance_.Below(std::size(kOctets))];
    for (size_t i = 0; i < count; ++i) {
      bytes_[at + i] = is_one_octet ? octet : static_cast<uint8_t>(chance_.Next());
    }
  }

  void TakeFromOther() {
    const Bytes& other = AnySeed();
    if (other.empty()) return;
    const size_t from = chance_.Below(other.size());
    const size_t at = chance_.Below(bytes_.size() + 1);
    const size_t count = MakeRoom(at, Length(other.size() - from));
    std::copy_n(other.begin() + static_cast<ptrdiff_t>(from), count,
                bytes_.begin() + static_cast<ptrdiff_t>(at));
  }

  void EndAsOther() {
    const Bytes& other = AnySeed();
    const size_t from = chance_.Below(other.size() + 1);
    bytes_.resize(chance_.Below(bytes_.size() + 1));
    const size_t count = std::min(other.size() - from, ByteMutator::kBytesMax - bytes_.size());
    const auto begin = other.begin() + static_cast<ptrdiff_t>(from);
    bytes_.insert(bytes_.end(), begin, begin + static_cast<ptrdiff_t>(count));
  }

  Bytes& bytes_;
  const std::vector<Bytes>& seeds_;
  Chance chance_;
};

}  // namespace

ByteMutator::ByteMutator(std::vector<Bytes> seeds, uint64_t seed)
    : seeds_(std::move(seeds)), seed_(seed) {
  NC_CHECK(!seeds_.empty());
  for (const Bytes& bytes : seeds_) NC_CHECK(bytes.size() <= kBytesMax);
}

void ByteMutator::Mutate(uint64_t number, Bytes* input) const {
  const uint64_t state = Chance(seed_).Next() ^ Chance(number).Next();
  Workpiece(input, &seeds_, state);
}

}  // namespace nearcast
