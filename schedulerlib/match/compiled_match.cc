#include "schedulerlib/match/compiled_match.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// By MatchAttribute.
std::array<const std::vector<std::string>*, kMatchAttributes> ListsOf(const RuleMatch& match) {
  return {&match.streams,  &match.publish_points, &match.devices, &match.isps,
          &match.regions,  &match.countries,      &match.apps,    &match.oses,
          &match.networks, &match.viewer_classes};
}

MatchPattern PatternOf(const std::string& text) {
  return {std::string(absl::StripSuffix(text, "*")), absl::EndsWith(text, "*")};
}

bool FitsOne(const CompiledMatch::Condition& condition, absl::string_view value) {
  return std::any_of(condition.patterns.begin(), condition.patterns.end(),
                     [value](const MatchPattern& pattern) { return pattern.Fits(value); });
}

bool VersionHolds(const CompiledMatch& match, const MatchQuestion& question) {
  return !match.has_version ||
         (question.app_version && match.version_min <= *question.app_version &&
          *question.app_version <= match.version_max);
}

bool GradeHolds(const CompiledMatch& match, const MatchQuestion& question) {
  if (match.grade_min == 0 && match.grade_max == 0) return true;
  return question.grade != 0 && question.grade >= match.grade_min &&
         (match.grade_max == 0 || question.grade <= match.grade_max);
}

bool DrawHolds(const CompiledMatch& match, const MatchQuestion& question) {
  return match.draw_max == UINT64_MAX || MixHash(question.viewer_key, match.salt) <= match.draw_max;
}

uint64_t DrawMax(double percent) {
  if (percent <= 0 || percent >= 100) return UINT64_MAX;
  return static_cast<uint64_t>(std::ldexp(percent / 100, 64));
}

std::string VersionText(const std::string& min, const std::string& max) {
  if (max.empty()) return absl::StrCat(min, " and above");
  if (min.empty()) return absl::StrCat(max, " and below");
  return absl::StrCat(min, " to ", max);
}

std::string GradeText(uint32_t min, uint32_t max) {
  if (max == 0) return absl::StrCat(min, " and above");
  if (min == 0) return absl::StrCat(max, " and below");
  return absl::StrCat(min, " to ", max);
}

std::string VersionText(const AppVersion& version) { return absl::StrJoin(version.parts, "."); }

std::string OrUnknown(absl::string_view text) {
  return std::string(text.empty() ? "unknown" : text);
}

}  // namespace

const CompiledMatch::Condition* CompiledMatch::Find(MatchAttribute attribute) const {
  for (const Condition& condition : conditions) {
    if (condition.attribute == attribute) return &condition;
  }
  return nullptr;
}

CompiledMatch CompileMatch(const RuleMatch& match, absl::string_view name) {
  CompiledMatch compiled;
  const auto lists = ListsOf(match);
  for (size_t a = 0; a < lists.size(); ++a) {
    if (lists[a]->empty()) continue;
    CompiledMatch::Condition& condition = compiled.conditions.emplace_back();
    condition.attribute = static_cast<MatchAttribute>(a);
    for (const std::string& text : *lists[a]) condition.patterns.push_back(PatternOf(text));
  }
  compiled.has_version = !match.app_version_min.empty() || !match.app_version_max.empty();
  if (!match.app_version_min.empty()) {
    compiled.version_min = ParseAppVersion(match.app_version_min).value_or(kAppVersionMax);
  }
  if (!match.app_version_max.empty()) {
    compiled.version_max = ParseAppVersion(match.app_version_max).value_or(AppVersion());
  }
  compiled.grade_min = match.grade_min;
  compiled.grade_max = match.grade_max;
  compiled.salt =
      StableHash(match.percent_salt.empty() ? name : absl::string_view(match.percent_salt));
  compiled.draw_max = DrawMax(match.percent);
  return compiled;
}

bool Matches(const CompiledMatch& match, const MatchQuestion& question) {
  // Numbers before texts, which lie elsewhere.
  if (!GradeHolds(match, question) || !VersionHolds(match, question)) return false;
  for (const CompiledMatch::Condition& condition : match.conditions) {
    if (!FitsOne(condition, question.text(condition.attribute))) return false;
  }
  return DrawHolds(match, question);
}

std::string WhyNot(const CompiledMatch& match, const MatchQuestion& question) {
  for (const CompiledMatch::Condition& condition : match.conditions) {
    const absl::string_view value = question.text(condition.attribute);
    if (FitsOne(condition, value)) continue;
    return absl::StrCat(
        MatchAttributeName(condition.attribute), " is ", OrUnknown(value), ", not ",
        absl::StrJoin(condition.patterns, " or ", [](std::string* out, const MatchPattern& p) {
          absl::StrAppend(out, p.text, p.is_prefix ? "*" : "");
        }));
  }
  if (!VersionHolds(match, question)) {
    return absl::StrCat(
        "app version is ", OrUnknown(question.app_version_text), ", not in ",
        VersionText(match.version_min), " to ",
        match.version_max == kAppVersionMax ? "any" : VersionText(match.version_max));
  }
  if (!GradeHolds(match, question)) {
    return absl::StrCat("network grade is ",
                        question.grade == 0 ? "unknown" : absl::StrCat(question.grade), ", not ",
                        GradeText(match.grade_min, match.grade_max));
  }
  if (!DrawHolds(match, question)) return "the viewer is not in the drawn percentage";
  return "";
}

std::string DescribeMatch(const RuleMatch& match) {
  std::vector<std::string> parts;
  const auto lists = ListsOf(match);
  for (size_t a = 0; a < lists.size(); ++a) {
    if (lists[a]->empty()) continue;
    parts.push_back(absl::StrCat(MatchAttributeName(static_cast<MatchAttribute>(a)), " ",
                                 absl::StrJoin(*lists[a], " or ")));
  }
  if (!match.app_version_min.empty() || !match.app_version_max.empty()) {
    parts.push_back(
        absl::StrCat("app version ", VersionText(match.app_version_min, match.app_version_max)));
  }
  if (match.grade_min != 0 || match.grade_max != 0) {
    parts.push_back(absl::StrCat("network grade ", GradeText(match.grade_min, match.grade_max)));
  }
  if (match.percent > 0 && match.percent < 100) {
    parts.push_back(absl::StrCat(match.percent, " % of viewers"));
  }
  return parts.empty() ? "everyone" : absl::StrJoin(parts, ", ");
}

}  // namespace nearcast::scheduler
