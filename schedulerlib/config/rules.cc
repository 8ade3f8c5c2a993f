#include "schedulerlib/config/rules.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "rapidjson/document.h"
#include "schedulerlib/match/app_version.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/switches/switch_board.h"

namespace nearcast::scheduler {
namespace {

constexpr const char* kFormats[] = {"flv", "hls",  "cmaf",    "dash",   "lls",
                                    "tsl", "tile", "http_ts", "ll_hls", "rtmp"};

template <typename T>
bool Exists(const std::vector<T>& items, absl::string_view name) {
  return std::any_of(items.begin(), items.end(),
                     [name](const T& item) { return item.name == name; });
}

bool HasQualityRule(const Config& config, absl::string_view name) {
  return std::any_of(config.quality_policies.begin(), config.quality_policies.end(),
                     [name](const QualityPolicy& policy) { return Exists(policy.rules, name); });
}

void CheckValues(const std::vector<std::string>& values, const std::string& path, AddProblem add) {
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t star = values[i].find('*');
    if (!values[i].empty() && (star == std::string::npos || star + 1 == values[i].size())) continue;
    add(absl::StrCat(path, "[", i, "]"),
        values[i].empty() ? "is empty; leave it out, or write \"*\" for any known value"
                          : "has '*' before its end; only the end may be open");
  }
}

void CheckVersions(const RuleMatch& match, absl::string_view path, AddProblem add) {
  const auto check = [&](absl::string_view field, const std::string& text) {
    if (text.empty() || ParseAppVersion(text)) return true;
    add(absl::StrCat(path, ".", field),
        absl::StrCat("is no version: \"", text, "\"; one to four numbers, as in 8.1.0"));
    return false;
  };
  const bool readable = check("app_version_min", match.app_version_min) &&
                        check("app_version_max", match.app_version_max);
  if (!readable || match.app_version_min.empty() || match.app_version_max.empty()) return;
  if (*ParseAppVersion(match.app_version_min) > *ParseAppVersion(match.app_version_max)) {
    add(absl::StrCat(path, ".app_version_max"), "is below app_version_min; it would match nobody");
  }
}

// Whether what an "off" names is there; what to do about it otherwise.
std::string WhatIsWrong(const ParsedTarget& target, const Config& config) {
  const absl::string_view name = target.name;
  const auto unless = [name](bool exists, absl::string_view kind) {
    return exists ? "" : absl::StrCat("names ", kind, " \"", name, "\", which does not exist");
  };
  switch (target.kind) {
    case SwitchTarget::kTier:
      return ParseTier(name) ? ""
                             : absl::StrCat("is no tier: \"", name,
                                            "\"; known are origin, uhd, hd, sd, ld, md, ao");
    case SwitchTarget::kCodec:
      return name == "h264" || name == "h265"
                 ? ""
                 : absl::StrCat("is no codec: \"", name, "\"; known are h264, h265");
    case SwitchTarget::kFormat:
      return std::find(std::begin(kFormats), std::end(kFormats), name) != std::end(kFormats)
                 ? ""
                 : absl::StrCat("is no format: \"", name, "\"; known are ",
                                absl::StrJoin(kFormats, ", "));
    case SwitchTarget::kCdn:
      return unless(Exists(config.cdns, name), "Cdn");
    case SwitchTarget::kNode:
      return unless(Exists(config.nodes, name), "Node");
    case SwitchTarget::kRatioRule:
      return unless(Exists(config.ratio_rules, name), "RatioRule");
    case SwitchTarget::kQualityRule:
      return unless(HasQualityRule(config, name), "a rule of a QualityPolicy,");
    case SwitchTarget::kClientPolicy:
      return unless(Exists(config.client_policies, name), "ClientPolicy");
    case SwitchTarget::kLatencyPolicy:
      return unless(Exists(config.latency_policies, name), "LatencyPolicy");
    case SwitchTarget::kStream:
    case SwitchTarget::kFeature:
      return "";
  }
  return "";
}

void CheckOff(const Switch& item, const Config& config, AddProblem add) {
  for (size_t i = 0; i < item.off.size(); ++i) {
    const std::string path = absl::StrCat("spec.off[", i, "]");
    const auto target = ParseSwitchTarget(item.off[i]);
    if (!target) {
      add(path, absl::StrCat("is not kind/name: \"", item.off[i], "\"; kinds are ",
                             absl::StrJoin(SwitchTargetKinds(), ", ")));
      continue;
    }
    const std::string wrong = WhatIsWrong(*target, config);
    if (!wrong.empty()) add(path, wrong);
  }
}

bool IsSize(absl::string_view text) {
  const auto is_number = [](absl::string_view digits) {
    return !digits.empty() && std::all_of(digits.begin(), digits.end(), absl::ascii_isdigit);
  };
  const std::pair<absl::string_view, absl::string_view> sides =
      absl::StrSplit(text, absl::MaxSplits('x', 1));
  return text.empty() || (is_number(sides.first) && is_number(sides.second));
}

// Public players read these of every tier, and lose all tiers when one is of another shape
// (streamlink, yt-dlp).
absl::string_view WrongShapeOf(absl::string_view key, const rapidjson::Value& value) {
  if (key == "vbitrate" && !value.IsUint()) return "must be a whole number of bits per second";
  if (key == "VCodec" && !(value == "h264" || value == "h265")) {
    return R"(must be "h264" or "h265")";
  }
  if (key == "resolution" && !(value.IsString() && IsSize(value.GetString()))) {
    return R"(must be of the form "1280x720", or "")";
  }
  return "";
}

void CheckOverride(const SwitchOverride& set, const Config& config, AddProblem add) {
  if (!set.default_tier.empty() && !ParseTier(set.default_tier)) {
    add("spec.override.default_tier", absl::StrCat("is no tier: \"", set.default_tier, "\""));
  }
  const auto check_cdn = [&](absl::string_view path, const std::string& cdn) {
    if (cdn.empty() || Exists(config.cdns, cdn)) return;
    add(path, absl::StrCat("names Cdn \"", cdn, "\", which does not exist"));
  };
  check_cdn("spec.override.main_cdn", set.main_cdn);
  check_cdn("spec.override.backup_cdn", set.backup_cdn);
  if (set.gop_cache_ms > 60000) add("spec.override.gop_cache_ms", "must be at most 60000");
  if (set.start_buffer_ms > 60000) add("spec.override.start_buffer_ms", "must be at most 60000");
  for (const auto& [key, value] : set.sdk_params) {
    rapidjson::Document document;
    document.Parse(value.c_str(), value.size());
    const std::string path = absl::StrCat("spec.override.sdk_params.", key);
    if (document.HasParseError()) {
      add(path, absl::StrCat("is no JSON value: ", value, "; text needs quotes of its own"));
    } else if (const absl::string_view wrong = WrongShapeOf(key, document); !wrong.empty()) {
      add(path, wrong);
    }
  }
}

void CheckLadder(const BudgetLadder& ladder, const Config& config, AddProblem add) {
  if (!(ladder.budget_mbps > 0)) add("spec.budget.budget_mbps", "must be above 0");
  if (ladder.steps.empty()) add("spec.budget.steps", "is empty; give at least one");
  for (size_t i = 0; i < ladder.cdns.size(); ++i) {
    if (Exists(config.cdns, ladder.cdns[i])) continue;
    add(absl::StrCat("spec.budget.cdns[", i, "]"),
        absl::StrCat("names Cdn \"", ladder.cdns[i], "\", which does not exist"));
  }
  for (size_t i = 0; i < ladder.steps.size(); ++i) {
    const std::string path = absl::StrCat("spec.budget.steps[", i, "]");
    const BudgetStep& step = ladder.steps[i];
    if (!(step.share > 0 && step.share <= 10)) {
      add(absl::StrCat(path, ".share"), "must be above 0; 0.8 is at four fifths of the budget");
    }
    if (i == 0) continue;
    if (!(step.share > ladder.steps[i - 1].share)) {
      add(absl::StrCat(path, ".share"), "must be above that of the step before");
    }
    if (step.tier <= ladder.steps[i - 1].tier) {
      add(absl::StrCat(path, ".tier"), "must be lower than that of the step before");
    }
  }
  if (!(ladder.hysteresis > 0 && ladder.hysteresis < 1)) {
    add("spec.budget.hysteresis", "must be between 0 and 1");
  }
}

}  // namespace

void ValidateMatch(const RuleMatch& match, absl::string_view path, AddProblem add) {
  const auto check = [&](absl::string_view field, const std::vector<std::string>& values) {
    CheckValues(values, absl::StrCat(path, ".", field), add);
  };
  check("apps", match.apps);
  check("oses", match.oses);
  check("devices", match.devices);
  check("networks", match.networks);
  check("countries", match.countries);
  check("regions", match.regions);
  check("isps", match.isps);
  check("publish_points", match.publish_points);
  check("streams", match.streams);
  check("viewer_classes", match.viewer_classes);
  CheckVersions(match, path, add);
  if (match.grade_min > 8) add(absl::StrCat(path, ".grade_min"), "must be 1 (worst) to 8 (best)");
  if (match.grade_max > 8) add(absl::StrCat(path, ".grade_max"), "must be 1 (worst) to 8 (best)");
  if (match.grade_max != 0 && match.grade_max < match.grade_min) {
    add(absl::StrCat(path, ".grade_max"), "is below grade_min; it would match nobody");
  }
  if (!(match.percent >= 0 && match.percent <= 100)) {
    add(absl::StrCat(path, ".percent"), "must be 0 (everyone) to 100");
  }
}

void ValidateSwitch(const Switch& item, const Config& config, AddProblem add) {
  ValidateMatch(item.match, "spec.match", add);
  CheckOff(item, config, add);
  CheckOverride(item.set, config, add);
}

void ValidateQualityPolicy(const QualityPolicy& policy, const Config& config, AddProblem add) {
  for (size_t i = 0; i < policy.by_grade.size(); ++i) {
    const uint32_t grade = policy.by_grade[i].grade_max;
    if (grade >= 1 && grade <= 8) continue;
    add(absl::StrCat("spec.by_grade[", i, "].grade_max"), "must be 1 (worst) to 8 (best)");
  }
  std::set<std::string> names;
  for (size_t i = 0; i < policy.rules.size(); ++i) {
    const std::string path = absl::StrCat("spec.rules[", i, "]");
    if (policy.rules[i].name.empty()) add(absl::StrCat(path, ".name"), "is empty");
    if (!names.insert(policy.rules[i].name).second) {
      add(absl::StrCat(path, ".name"), "is that of another rule of this policy");
    }
    ValidateMatch(policy.rules[i].match, absl::StrCat(path, ".match"), add);
  }
  if (policy.budget) CheckLadder(*policy.budget, config, add);
}

void ValidateRatioTerms(const RatioRule& rule, AddProblem add) {
  if (rule.tolerance_percent > 0 && rule.tolerance_percent <= 100) return;
  add("spec.tolerance_percent", "must be above 0 and at most 100");
}

}  // namespace nearcast::scheduler
