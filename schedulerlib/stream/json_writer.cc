#include "schedulerlib/stream/json_writer.h"

#include <array>
#include <bit>
#include <charconv>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace nearcast::scheduler {
namespace {

bool MustEscape(char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; }

// Where the first character stands that must be escaped; the size if there is none.
size_t FindEscape(absl::string_view text) {
  size_t at = 0;
#ifdef __SSE2__
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(0x1f);
  for (; at + 16 <= text.size(); at += 16) {
    const __m128i chars = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(chars, last_control), chars);
    const __m128i found = _mm_or_si128(
        control, _mm_or_si128(_mm_cmpeq_epi8(chars, quote), _mm_cmpeq_epi8(chars, backslash)));
    const auto bits = static_cast<unsigned>(_mm_movemask_epi8(found));
    if (bits != 0) return at + std::countr_zero(bits);
  }
#endif
  while (at < text.size() && !MustEscape(text[at])) ++at;
  return at;
}

void Append(absl::string_view text, std::string& out) { out.append(text.data(), text.size()); }
void Append(absl::string_view text, TextBuffer& out) { out.Append(text); }

template <typename Out>
void AppendEscape(char c, Out& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  constexpr absl::string_view kNamed = "\"\"\\\\\bb\ff\nn\rr\tt";  // character, letter
  for (size_t i = 0; i < kNamed.size(); i += 2) {
    if (kNamed[i] != c) continue;
    const char named[] = {'\\', kNamed[i + 1]};
    return Append({named, 2}, out);
  }
  const char numbered[] = {'\\', 'u', '0', '0', kDigits[c >> 4], kDigits[c & 15]};
  Append({numbered, 6}, out);
}

template <typename Out>
void AppendAllEscaped(absl::string_view text, Out& out) {
  while (true) {
    const size_t plain = FindEscape(text);
    Append(text.substr(0, plain), out);
    if (plain == text.size()) return;
    AppendEscape(text[plain], out);
    text.remove_prefix(plain + 1);
  }
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
