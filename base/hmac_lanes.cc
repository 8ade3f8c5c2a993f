#include "base/hmac_lanes.h"

#include <algorithm>
#include <string>

#include "base/digest.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#include <openssl/sha.h>

#include <cstdint>
#include <cstring>
#include <utility>
#endif

namespace nearcast {
namespace {

void DigestOneByOne(absl::string_view key, std::span<const absl::string_view> texts,
                    std::span<HmacHex> codes) {
  const HmacSha256 hmac(key);
  std::string hex;
  for (size_t i = 0; i < texts.size(); ++i) {
    hex.clear();
    hmac.AppendHex({texts[i]}, hex);
    std::copy(hex.begin(), hex.end(), codes[i].begin());
  }
}

#ifdef __x86_64__

// What compiles only for cores that have these; HasShaInstructions() says whether this one does.
#define NC_WITH_SHA [[gnu::target("sha,sse4.1,ssse3")]]

constexpr size_t kLanes = 2;
constexpr size_t kBlock = 64;
constexpr size_t kBlocksMax = 4;
constexpr size_t kTextMax = kBlocksMax * kBlock - 9;  // a bit and the length follow the text

// FIPS 180-4, section 4.2.2: the first 32 bits of the fractional parts of primes' cube roots.
alignas(16) constexpr std::array<uint32_t, 64> kCubeRoots = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

bool HasShaInstructions() {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

// The chaining value as the instructions have it: words a, b, e, f and c, d, g, h, the first highest.
struct State {
  __m128i abef, cdgh;
};

// Section 5.3.3.
NC_WITH_SHA inline State Beginning() {
  return {_mm_set_epi32(0x6a09e667, static_cast<int>(0xbb67ae85), 0x510e527f,
                        static_cast<int>(0x9b05688c)),
          _mm_set_epi32(0x3c6ef372, static_cast<int>(0xa54ff53a), 0x1f83d9ab, 0x5be0cd19)};
}

// Two vectors of four words: a to d, and e to h.
NC_WITH_SHA inline void StoreWords(const State& state, __m128i& first, __m128i& second) {
  const __m128i feba = _mm_shuffle_epi32(state.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(state.cdgh, 0xb1);
  first = _mm_blend_epi16(feba, dchg, 0xf0);
  second = _mm_alignr_epi8(dchg, feba, 8);
}

// A block's 16 words, then the last 16 of the schedule.
struct Words {
  __m128i at[4];
};

NC_WITH_SHA inline __m128i SwapOctets(__m128i words) {
  return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

NC_WITH_SHA inline void Read(const char* block, Words& words) {
  const auto* const at = reinterpret_cast<const __m128i*>(block);
  for (size_t i = 0; i < 4; ++i) words.at[i] = SwapOctets(_mm_loadu_si128(at + i));
}

// Rounds 4 i to 4 i + 3.
template <size_t i>
NC_WITH_SHA [[gnu::always_inline]] inline void Step(State& s, Words& words) {
  __m128i& w = words.at[i % 4];
  if constexpr (i >= 4) {
    const __m128i last = words.at[(i + 3) % 4];
    const __m128i seven_ago = _mm_alignr_epi8(last, words.at[(i + 2) % 4], 4);
    w = _mm_sha256msg1_epu32(w, words.at[(i + 1) % 4]);
    w = _mm_sha256msg2_epu32(_mm_add_epi32(w, seven_ago), last);
  }
  const __m128i roots = _mm_load_si128(reinterpret_cast<const __m128i*>(&kCubeRoots[4 * i]));
  const __m128i sum = _mm_add_epi32(w, roots);
  s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, sum);
  s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

template <size_t... i>
NC_WITH_SHA [[gnu::always_inline]] inline void AllSteps(State (&s)[kLanes], Words (&words)[kLanes],
                                                        std::index_sequence<i...>) {
  ((Step<i>(s[0], words[0]), Step<i>(s[1], words[1])), ...);
}

// One block more in both lanes.
NC_WITH_SHA inline void Compress(State (&states)[kLanes], Words (&words)[kLanes]) {
  State next[kLanes] = {states[0], states[1]};
  AllSteps(next, words, std::make_index_sequence<16>());
  for (size_t lane = 0; lane < kLanes; ++lane) {
    states[lane].abef = _mm_add_epi32(states[lane].abef, next[lane].abef);
    states[lane].cdgh = _mm_add_epi32(states[lane].cdgh, next[lane].cdgh);
  }
}

// A text with what SHA-256 appends to it when the key's block went before.
class Message {
 public:
  void Put(absl::string_view text) {
    count_ = (text.size() + 8) / kBlock + 1;
    const size_t end = count_ * kBlock;
    std::memcpy(bytes_.data(), text.data(), text.size());
    bytes_[text.size()] = static_cast<char>(0x80);
    std::memset(&bytes_[text.size() + 1], 0, end - text.size() - 1);
    const uint64_t bits = __builtin_bswap64((kBlock + text.size()) * 8);
    std::memcpy(&bytes_[end - sizeof(bits)], &bits, sizeof(bits));
  }

  size_t block_count() const { return count_; }

  // The last one again behind it.
  const char* block(size_t i) const { return &bytes_[std::min(i, count_ - 1) * kBlock]; }

 private:
  std::array<char, kBlocksMax * kBlock> bytes_;
  size_t count_ = 1;
};

NC_WITH_SHA inline void DigestMessages(const Message (&messages)[kLanes], State (&states)[kLanes]) {
  const size_t counts[kLanes] = {messages[0].block_count(), messages[1].block_count()};
  for (size_t block = 0; block < std::max(counts[0], counts[1]); ++block) {
    Words words[kLanes];
    for (size_t lane = 0; lane < kLanes; ++lane) Read(messages[lane].block(block), words[lane]);
    const State before[kLanes] = {states[0], states[1]};
    Compress(states, words);
    for (size_t lane = 0; lane < kLanes; ++lane) {
      if (block >= counts[lane]) states[lane] = before[lane];
    }
  }
}

// What the key's two blocks come to: before the text, and before the text's digest.
NC_WITH_SHA inline void DigestKey(absl::string_view key, State (&states)[kLanes]) {
  std::array<unsigned char, kBlock> block = {};
  if (key.size() > kBlock) {
    SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), block.data());
  } else {
    std::memcpy(block.data(), key.data(), key.size());
  }
  Words words[kLanes];
  for (size_t lane = 0; lane < kLanes; ++lane) {
    const __m128i pad = _mm_set1_epi8(lane == 0 ? 0x36 : 0x5c);
    Read(reinterpret_cast<const char*>(block.data()), words[lane]);
    for (__m128i& four : words[lane].at) four = _mm_xor_si128(four, pad);
    states[lane] = Beginning();
  }
  Compress(states, words);
}

// The block that holds a digest, when the key's block went before.
NC_WITH_SHA inline void PutDigest(const State& state, Words& words) {
  constexpr int kBits = (kBlock + 32) * 8;
  StoreWords(state, words.at[0], words.at[1]);
  words.at[2] = _mm_set_epi32(0, 0, 0, static_cast<int>(0x80000000));
  words.at[3] = _mm_set_epi32(kBits, 0, 0, 0);
}

// Of 16 octets, 32 digits.
NC_WITH_SHA inline void WriteDigits(__m128i words, char* out) {
  const __m128i digits =
      _mm_setr_epi8('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f');
  const __m128i four_bits = _mm_set1_epi8(15);
  const __m128i octets = SwapOctets(words);
  const __m128i low = _mm_shuffle_epi8(digits, _mm_and_si128(octets, four_bits));
  const __m128i high =
      _mm_shuffle_epi8(digits, _mm_and_si128(_mm_srli_epi16(octets, 4), four_bits));
  auto* const at = reinterpret_cast<__m128i*>(out);
  _mm_storeu_si128(at, _mm_unpacklo_epi8(high, low));
  _mm_storeu_si128(at + 1, _mm_unpackhi_epi8(high, low));
}

NC_WITH_SHA inline void WriteHex(const State& state, HmacHex& code) {
  __m128i first, second;
  StoreWords(state, first, second);
  WriteDigits(first, code.data());
  WriteDigits(second, code.data() + code.size() / 2);
}

// All of at most kTextMax octets.
NC_WITH_SHA void DigestInLanes(absl::string_view key, std::span<const absl::string_view> texts,
                               std::span<HmacHex> codes) {
  State keyed[kLanes];
  DigestKey(key, keyed);
  const auto [inner, outer] = keyed;
  Message messages[kLanes];
  HmacHex nobodys;
  for (size_t i = 0; i < texts.size(); i += kLanes) {
    const bool has_second = i + 1 < texts.size();
    messages[0].Put(texts[i]);
    messages[1].Put(has_second ? texts[i + 1] : absl::string_view());
    State states[kLanes] = {inner, inner};
    DigestMessages(messages, states);
    Words words[kLanes];
    for (size_t lane = 0; lane < kLanes; ++lane) {
      PutDigest(states[lane], words[lane]);
      states[lane] = outer;
    }
    Compress(states, words);
    WriteHex(states[0], codes[i]);
    WriteHex(states[1], has_second ? codes[i + 1] : nobodys);
  }
}

#undef NC_WITH_SHA

bool DigestFast(absl::string_view key, std::span<const absl::string_view> texts,
                std::span<HmacHex> codes) {
  static const bool has_instructions = HasShaInstructions();
  const bool fits = has_instructions &&
                    std::all_of(texts.begin(), texts.end(),
                                [](absl::string_view text) { return text.size() <= kTextMax; });
  if (fits) DigestInLanes(key, texts, codes);
  return fits;
}

#else

bool DigestFast(absl::string_view, std::span<const absl::string_view>, std::span<HmacHex>) {
  return false;
}

#endif  // __x86_64__

}  // namespace

void DigestHmac(absl::string_view key, std::span<const absl::string_view> texts,
                std::span<HmacHex> codes) {
  if (!DigestFast(key, texts, codes)) DigestOneByOne(key, texts, codes);
}

}  // namespace nearcast
