#include "schedulerlib/stream/json_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace nearcast::scheduler {
namespace {

constexpr size_t kChunk = 16;

bool MustEscape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

// A bit for each of the chunk's characters that must be escaped.
unsigned EscapeBits(const char* chunk) {
#ifdef __SSE2__
  const __m128i chars = _mm_loadu_si128(reinterpret_cast<const __m128i*>(chunk));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(chars, _mm_set1_epi8(0x1f)), chars);
  const __m128i quote = _mm_cmpeq_epi8(chars, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(chars, _mm_set1_epi8('\\'));
  return _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash)));
#else
  unsigned bits = 0;
  for (size_t i = 0; i < kChunk; ++i) bits |= unsigned{MustEscape(chunk[i])} << i;
  return bits;
#endif
}

// Where the first character stands that must be escaped; the size if there is none.
size_t FindEscape(absl::string_view text) {
  size_t at = 0;
  for (; at + kChunk <= text.size(); at += kChunk) {
    const unsigned bits = EscapeBits(text.data() + at);
    if (bits != 0) return at + std::countr_zero(bits);
  }
  while (at < text.size() && !MustEscape(text[at])) ++at;
  return at;
}

void Append(absl::string_view text, std::string& out) { out.append(text.data(), text.size()); }
void Append(absl::string_view text, TextBuffer& out) { out.Append(text); }

constexpr size_t kEscapeMax = 6;

// Returns its end.
char* WriteEscape(char c, char* out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  constexpr absl::string_view kNamed = "\"\"\\\\\bb\ff\nn\rr\tt";  // character, letter
  *out++ = '\\';
  for (size_t i = 0; i < kNamed.size(); i += 2) {
    if (kNamed[i] != c) continue;
    *out++ = kNamed[i + 1];
    return out;
  }
  for (const char digit : {'u', '0', '0', kDigits[c >> 4], kDigits[c & 15]}) *out++ = digit;
  return out;
}

// Writes the first `size` characters of a chunk, escaped; after it there must be another chunk's room
// in both. Returns the end.
char* WriteChunk(const char* chunk, size_t size, char* out) {
  unsigned bits = EscapeBits(chunk) & ((1u << size) - 1);
  size_t from = 0;
  for (; bits != 0; bits &= bits - 1) {
    const size_t at = std::countr_zero(bits);
    std::memcpy(out, chunk + from, kChunk);
    out = WriteEscape(chunk[at], out + (at - from));
    from = at + 1;
  }
  std::memcpy(out, chunk + from, kChunk);
  return out + (size - from);
}

// In JSON inside JSON every eighth character is a quote: chunks are put together where they cost no
// call for each of the pieces.
template <typename Out>
void AppendAllEscaped(absl::string_view text, Out& out) {
  const size_t plain = FindEscape(text);
  Append(text.substr(0, plain), out);
  text.remove_prefix(plain);
  std::array<char, 1024> room;
  const char* const full = room.data() + room.size() - kChunk * (kEscapeMax + 1);
  char* end = room.data();
  const auto flush = [&] {
    Append({room.data(), static_cast<size_t>(end - room.data())}, out);
    end = room.data();
  };
  for (; text.size() >= 2 * kChunk; text.remove_prefix(kChunk)) {
    end = WriteChunk(text.data(), kChunk, end);
    if (end > full) flush();
  }
  while (!text.empty()) {
    std::array<char, 2 * kChunk> last = {};
    const size_t size = std::min(text.size(), kChunk);
    std::memcpy(last.data(), text.data(), size);
    end = WriteChunk(last.data(), size, end);
    if (end > full) flush();
    text.remove_prefix(size);
  }
  flush();
}

}  // namespace

void AppendJsonEscaped(absl::string_view text, std::string& out) { AppendAllEscaped(text, out); }
void AppendJsonEscaped(absl::string_view text, TextBuffer& out) { AppendAllEscaped(text, out); }

bool IsJsonPlain(absl::string_view text) { return FindEscape(text) == text.size(); }

JsonWriter& JsonWriter::Int(int64_t value) {
  std::array<char, 24> digits;
  const char* end = std::to_chars(digits.begin(), digits.end(), value).ptr;
  return Raw({digits.data(), static_cast<size_t>(end - digits.data())});
}

}  // namespace nearcast::scheduler
