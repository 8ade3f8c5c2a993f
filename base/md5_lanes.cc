#include "base/md5_lanes.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "base/digest.h"

namespace nearcast {
namespace {

constexpr size_t kBlock = 64;
constexpr size_t kWords = kBlock / sizeof(uint32_t);
constexpr size_t kBlocksMax = 4;
constexpr size_t kTextMax = kBlocksMax * kBlock - 9;  // a bit and the length follow the text

using Lanes = uint32_t __attribute__((vector_size(kMd5Lanes * sizeof(uint32_t))));

// RFC 1321, section 3.4: 2^32 |sin(i + 1)|.
constexpr std::array<uint32_t, 64> kSines = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

constexpr uint32_t kTurns[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

// Which word of the block step i takes.
constexpr size_t WordOf(size_t i) {
  switch (i / 16) {
    case 0:
      return i;
    case 1:
      return (5 * i + 1) % 16;
    case 2:
      return (3 * i + 5) % 16;
    default:
      return 7 * i % 16;
  }
}

struct State {
  Lanes a, b, c, d;
};

template <size_t i>
[[gnu::always_inline]] inline void Step(State& s, const Lanes* words) {
  Lanes mixed;
  if constexpr (i < 16) {
    mixed = s.d ^ (s.b & (s.c ^ s.d));
  } else if constexpr (i < 32) {
    mixed = s.c ^ (s.d & (s.b ^ s.c));
  } else if constexpr (i < 48) {
    mixed = s.b ^ s.c ^ s.d;
  } else {
    mixed = s.c ^ (s.b | ~s.d);
  }
  constexpr uint32_t kTurn = kTurns[i / 16][i % 4];
  mixed += s.a + kSines[i] + words[WordOf(i)];
  s.a = s.d;
  s.d = s.c;
  s.c = s.b;
  s.b += (mixed << kTurn) | (mixed >> (32 - kTurn));
}

template <size_t... i>
[[gnu::always_inline]] inline void AllSteps(State& s, const Lanes* words,
                                            std::index_sequence<i...>) {
  (Step<i>(s, words), ...);
}

// Up to eight texts with what MD5 appends to them, block by block.
class Blocks {
 public:
  explicit Blocks(std::span<const absl::string_view> texts) {
    for (size_t lane = 0; lane < texts.size(); ++lane) Put(lane, texts[lane]);
  }

  size_t count() const { return count_; }

  // All ones in the lanes whose text has that block.
  void GetActive(size_t block, Lanes& active) const {
    for (size_t lane = 0; lane < kMd5Lanes; ++lane) active[lane] = block < counts_[lane] ? ~0u : 0;
  }

  void Read(size_t block, Lanes* words) const {
    for (size_t lane = 0; lane < kMd5Lanes; ++lane) {
      if (block >= counts_[lane]) continue;
      const char* const from = bytes_[lane].data() + block * kBlock;
      for (size_t word = 0; word < kWords; ++word) {
        uint32_t value;
        std::memcpy(&value, from + word * sizeof(value), sizeof(value));
        reinterpret_cast<uint32_t*>(&words[word])[lane] = value;
      }
    }
  }

 private:
  void Put(size_t lane, absl::string_view text) {
    static_assert(std::endian::native == std::endian::little);
    char* const bytes = bytes_[lane].data();
    counts_[lane] = (text.size() + 8) / kBlock + 1;
    count_ = std::max(count_, counts_[lane]);
    const size_t end = counts_[lane] * kBlock;
    std::memcpy(bytes, text.data(), text.size());
    bytes[text.size()] = static_cast<char>(0x80);
    std::memset(bytes + text.size() + 1, 0, end - text.size() - 1);
    const uint64_t bits = text.size() * 8;
    std::memcpy(bytes + end - sizeof(bits), &bits, sizeof(bits));
  }

  std::array<std::array<char, kBlocksMax * kBlock>, kMd5Lanes> bytes_;
  std::array<size_t, kMd5Lanes> counts_ = {};
  size_t count_ = 0;
};

void WriteHex(const State& s, size_t lane, Md5Hex& out) {
  constexpr char kDigits[] = "0123456789abcdef";
  const std::array<uint32_t, 4> words = {s.a[lane], s.b[lane], s.c[lane], s.d[lane]};
  std::array<unsigned char, 16> bytes;
  std::memcpy(bytes.data(), words.data(), bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) {
    out[2 * i] = kDigits[bytes[i] >> 4];
    out[2 * i + 1] = kDigits[bytes[i] & 15];
  }
}

// At most kMd5Lanes texts of at most kTextMax octets.
void DigestLanes(std::span<const absl::string_view> texts, std::span<Md5Hex> digests) {
  const Blocks blocks(texts);
  State state = {Lanes{} + 0x67452301u, Lanes{} + 0xefcdab89u, Lanes{} + 0x98badcfeu,
                 Lanes{} + 0x10325476u};
  Lanes active;
  alignas(Lanes) std::array<Lanes, kWords> words = {};
  for (size_t block = 0; block < blocks.count(); ++block) {
    blocks.Read(block, words.data());
    State next = state;
    AllSteps(next, words.data(), std::make_index_sequence<64>());
    blocks.GetActive(block, active);
    state.a += next.a & active;
    state.b += next.b & active;
    state.c += next.c & active;
    state.d += next.d & active;
  }
  for (size_t lane = 0; lane < texts.size(); ++lane) WriteHex(state, lane, digests[lane]);
}

void DigestAlone(absl::string_view text, Md5Hex& digest) {
  std::string hex;
  AppendMd5Hex({text}, hex);
  std::copy(hex.begin(), hex.end(), digest.begin());
}

}  // namespace

void DigestMd5(std::span<const absl::string_view> texts, std::span<Md5Hex> digests) {
  for (size_t begin = 0; begin < texts.size(); begin += kMd5Lanes) {
    const size_t count = std::min(kMd5Lanes, texts.size() - begin);
    const auto group = texts.subspan(begin, count);
    const bool fits = std::all_of(group.begin(), group.end(),
                                  [](absl::string_view text) { return text.size() <= kTextMax; });
    if (fits) {
      DigestLanes(group, digests.subspan(begin, count));
      continue;
    }
    for (size_t i = begin; i < begin + count; ++i) DigestAlone(texts[i], digests[i]);
  }
}

}  // namespace nearcast
