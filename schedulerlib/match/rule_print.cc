#include "schedulerlib/match/rule_print.h"

#include <algorithm>

#include "base/text_hash.h"

namespace nearcast::scheduler {
namespace {

constexpr size_t kPrintsMax = 8;

// Its numbers alone.
RulePrint NumbersOf(const CompiledMatch& match, uint32_t rule) {
  RulePrint print;
  print.rule = rule;
  if (match.has_version) {
    print.version_min = PrintOf(match.version_min);
    print.version_max = PrintOf(match.version_max);
  }
  if (match.grade_min != 0 || match.grade_max != 0) {
    print.grade_min = std::max(match.grade_min, 1u);
    if (match.grade_max != 0) print.grade_max = match.grade_max;
  }
  return print;
}

}  // namespace

uint16_t PrintOf(uint64_t text_hash) { return static_cast<uint16_t>(text_hash >> 48 | 1); }

uint64_t PrintOf(const AppVersion& version) {
  uint64_t print = 0;
  bool is_cut = false;  // what follows a part that was too great does not count any more
  for (const uint32_t part : version.parts) {
    is_cut |= part > UINT16_MAX;
    print = print << 16 | (is_cut ? UINT16_MAX : part);
  }
  return print | 1;
}

void AppendPrints(const CompiledMatch& match, uint32_t rule, uint32_t attributes,
                  std::vector<RulePrint>& out) {
  const size_t begin = out.size();
  out.push_back(NumbersOf(match, rule));
  for (const CompiledMatch::Condition& condition : match.conditions) {
    const auto lane = static_cast<uint32_t>(condition.attribute);
    const auto& patterns = condition.patterns;
    const size_t prints = out.size() - begin;
    const bool is_short =
        (attributes >> lane & 1) != 0 && prints * patterns.size() <= kPrintsMax &&
        std::none_of(patterns.begin(), patterns.end(), [](const auto& p) { return p.is_prefix; });
    if (!is_short) continue;
    for (size_t i = 1; i < patterns.size(); ++i) {
      for (size_t j = 0; j < prints; ++j) out.push_back(RulePrint(out[begin + j]));
    }
    for (size_t i = begin; i < out.size(); ++i) {
      out[i].asked |= 1u << lane;
      out[i].lanes[lane] = PrintOf(TextHash(patterns[(i - begin) / prints].text));
    }
  }
}

}  // namespace nearcast::scheduler
