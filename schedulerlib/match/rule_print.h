// RulePrint: what a rule asks for in one line of cache, texts as short hashes, so that nearly all
// rules that do not match are passed over at once.
#ifndef SCHEDULERLIB_MATCH_RULE_PRINT_H_
#define SCHEDULERLIB_MATCH_RULE_PRINT_H_

#include <array>
#include <cstdint>
#include <vector>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "schedulerlib/match/app_version.h"
#include "schedulerlib/match/compiled_match.h"
#include "schedulerlib/match/match_question.h"

namespace nearcast::scheduler {

inline constexpr size_t kPrintLanes = 16;
static_assert(kMatchAttributes <= kPrintLanes);

// A question in short. 0 = not known.
struct alignas(16) Print {
  std::array<uint16_t, kPrintLanes> lanes{};  // by MatchAttribute
  uint64_t version = 0;
  uint32_t grade = 0;
};

// Never 0. Versions keep their order, though some become equal.
uint16_t PrintOf(uint64_t text_hash);
uint64_t PrintOf(const AppVersion& version);

// One combination of a rule's values.
struct alignas(64) RulePrint {
  std::array<uint16_t, kPrintLanes> lanes{};
  uint32_t asked = 0;  // bits by MatchAttribute: the lanes that must be equal
  uint32_t rule = 0;
  uint64_t version_min = 0;
  uint64_t version_max = UINT64_MAX;
  uint32_t grade_min = 0;
  uint32_t grade_max = UINT32_MAX;

  // False only where the rule does not match. Without branches: which one fails is anybody's guess.
  bool MayMatch(const Print& question) const {
    return ((Equal(question) & asked) == asked) & (version_min <= question.version) &
           (question.version <= version_max) & (grade_min <= question.grade) &
           (question.grade <= grade_max);
  }

 private:
  // Bits of the lanes that are.
  uint32_t Equal(const Print& question) const {
#ifdef __SSE2__
    const auto load = [](const std::array<uint16_t, kPrintLanes>& from, size_t half) {
      return _mm_load_si128(reinterpret_cast<const __m128i*>(from.data()) + half);
    };
    const __m128i first = _mm_cmpeq_epi16(load(lanes, 0), load(question.lanes, 0));
    const __m128i second = _mm_cmpeq_epi16(load(lanes, 1), load(question.lanes, 1));
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(first, second)));
#else
    uint32_t equal = 0;
    for (size_t i = 0; i < kPrintLanes; ++i) {
      equal |= static_cast<uint32_t>(lanes[i] == question.lanes[i]) << i;
    }
    return equal;
#endif
  }
};

// Appends the prints of a rule: one for each combination of its values of the attributes in
// `attributes` (bits). Prefixes, and what would make too many, are left open.
void AppendPrints(const CompiledMatch& match, uint32_t rule, uint32_t attributes,
                  std::vector<RulePrint>& out);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_MATCH_RULE_PRINT_H_
