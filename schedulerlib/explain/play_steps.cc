#include "schedulerlib/explain/play_steps.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/split/ratio_index.h"

namespace nearcast::scheduler {
namespace {

std::string ScopeText(const RatioScope& scope) {
  std::vector<std::string> parts;
  const auto add = [&parts](absl::string_view field, const std::string& value) {
    if (!value.empty()) parts.push_back(absl::StrCat(field, "=", value));
  };
  add("stream", scope.stream);
  add("publish_point", scope.publish_point);
  add("isp", scope.isp);
  add("region", scope.region);
  add("country", scope.country);
  return parts.empty() ? "everything" : absl::StrJoin(parts, ", ");
}

std::string StandingNote(const CompiledCdn& cdn) {
  if (cdn.play.standing == CdnStanding::kUsable) return "";
  return absl::StrCat(" (", DescribeJudged(cdn.play), ")");
}

template <typename List, typename T>
bool Has(const List& list, const T& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string WeightsText(const Snapshot& snapshot, const PlayDecision& decision,
                        const CompiledWeights& weights) {
  return absl::StrJoin(weights, ", ", [&](std::string* out, const auto& weight) {
    const auto& [cdn, value] = weight;
    absl::StrAppend(
        out, snapshot.cdn(cdn).spec.name, "=", value,
        Has(decision.switches.cdns_off, cdn) ? " (turned off)" : StandingNote(snapshot.cdn(cdn)));
  });
}

std::string OverrideText(const SwitchOverride& set) {
  std::vector<std::string> parts;
  const auto add = [&parts](absl::string_view what, const std::string& value) {
    if (!value.empty()) parts.push_back(absl::StrCat(what, " ", value));
  };
  const auto number = [](uint32_t value) { return value == 0 ? "" : absl::StrCat(value, " ms"); };
  add("default tier", set.default_tier);
  add("main CDN", set.main_cdn);
  add("backup CDN", set.backup_cdn);
  add("GOP cache", number(set.gop_cache_ms));
  add("start buffer", number(set.start_buffer_ms));
  for (const auto& [key, value] : set.sdk_params) parts.push_back(absl::StrCat(key, " ", value));
  return absl::StrJoin(parts, ", ");
}

std::string EffectText(const Switch& spec) {
  const std::string set = OverrideText(spec.set);
  std::vector<std::string> parts;
  if (!spec.off.empty()) parts.push_back(absl::StrCat(absl::StrJoin(spec.off, ", "), " off"));
  if (!set.empty()) parts.push_back(absl::StrCat("sets ", set));
  return absl::StrJoin(parts, "; ");
}

std::string ShareText(double share) { return absl::StrFormat("%.1f %%", 100 * share); }

std::string IntendedText(const Snapshot& snapshot, const RatioChoice& ratio) {
  return absl::StrJoin(ratio.intended, ", ", [&](std::string* out, const CdnShare& share) {
    for (size_t i = 0; i < snapshot.cdns.size(); ++i) {
      if (snapshot.cdn_buckets[i].hash != share.cdn) continue;
      absl::StrAppend(out, snapshot.cdns[i].spec.name, " ", ShareText(share.share));
    }
  });
}

void AddSpilled(const Snapshot& snapshot, const RatioChoice& ratio,
                std::vector<std::string>& steps) {
  for (const CdnIndex cdn : ratio.spilled) {
    steps.push_back(absl::StrCat("CDN ", snapshot.cdn(cdn).spec.name,
                                 " is near its cap: this viewer is among those that pass it over"));
  }
}

// Rules behind the one that decided.
void AddLessSpecific(const Snapshot& snapshot, const CompiledRatioRule& decided,
                     const RatioQuestion& question, std::vector<std::string>& steps) {
  size_t told = 0;
  size_t others = 0;
  const CompiledRatioRule* const end = snapshot.ratio_rules.data() + snapshot.ratio_rules.size();
  for (const CompiledRatioRule* rule = &decided + 1; rule < end; ++rule) {
    if (Matches(rule->spec.scope, question) && told++ < kToldRulesMax) {
      const bool equal = Specificity(rule->spec.scope) == Specificity(decided.spec.scope);
      steps.push_back(absl::StrCat("ratio rule ", rule->spec.name, " matches too (",
                                   ScopeText(rule->spec.scope), "), but ",
                                   equal ? "has the greater name" : "is less specific"));
    } else {
      ++others;
    }
  }
  if (others > 0) {
    steps.push_back(absl::StrCat("ratio rules behind it that do not match: ", others));
  }
}

// What each account says of the chosen CDN.
std::string DebtText(const Snapshot& snapshot, const RatioChoice& ratio) {
  constexpr absl::string_view kLevels[kDebtLevels] = {"cell", "region", "rule"};
  const uint64_t chosen = snapshot.cdn_buckets[ratio.main->value()].hash;
  std::vector<std::string> parts;
  for (size_t level = 0; level < kDebtLevels; ++level) {
    const DebtAccount& account = (*ratio.debts)[level];
    const DebtAccount::Entry* entry = account.Find(chosen);
    parts.push_back(absl::StrFormat("%s %.0f Mb of %.0f sessions", std::string(kLevels[level]),
                                    entry == nullptr ? 0.0 : -entry->over_mbit, account.sessions));
  }
  return absl::StrJoin(parts, ", ");
}

std::string MainReason(const Snapshot& snapshot, const PlayDecision& decision) {
  const RatioChoice& ratio = decision.ratio;
  switch (ratio.reason) {
    case RatioReason::kHeld:
      return "which this session has already";
    case RatioReason::kDebt:
      return absl::StrCat("which is owed most (", DebtText(snapshot, ratio), "); its hash says ",
                          snapshot.cdn(*ratio.by_hash).spec.name);
    case RatioReason::kSet:
      if (decision.main_stands_in)
        return "which is fed, while the push to the one it had has failed";
      return decision.held ? "where the stream is held" : "where a switch sets it";
    case RatioReason::kHash:
    case RatioReason::kStandIn:
      return "by weighted rendezvous over its key";
  }
  return "";
}

absl::string_view BackupReason(const PlayDecision& decision) {
  if (decision.backup_moved) return ", which another push feeds than the main line's (hot standby)";
  return decision.switches.backup_cdn == decision.ratio.backup
             ? ", where a switch sets it"
             : " by weighted rendezvous over its key";
}

// "own 412.7 (weight 70)", "vendor-a passed over (near its cap)".
std::string ScoreText(const Snapshot& snapshot, const RatioCandidate& candidate) {
  using Verdict = RatioCandidate::Verdict;
  const CompiledCdn& cdn = snapshot.cdn(candidate.cdn);
  const std::string passed = absl::StrCat(cdn.spec.name, " passed over");
  switch (candidate.verdict) {
    case Verdict::kSpilled:
      return absl::StrCat(passed, " (near its cap)");
    case Verdict::kOff:
      return absl::StrCat(passed, " (turned off)");
    case Verdict::kIsMain:
      return absl::StrCat(passed, " (it is the main line's)");
    case Verdict::kStanding:
      return absl::StrCat(passed, " (", DescribeJudged(cdn.play), ")");
    case Verdict::kScored:
      break;
  }
  const std::string weight =
      candidate.corrected == candidate.weight
          ? absl::StrCat(candidate.weight)
          : absl::StrFormat("%u, corrected to %.1f", candidate.weight, candidate.corrected);
  return absl::StrFormat("%s %.1f (weight %s)", cdn.spec.name, candidate.score, weight);
}

std::string TierReasonText(const PlayDecision& decision) {
  const std::string& policy = decision.publish_point->spec.quality_policy;
  const TierChoice& choice = decision.tier_choice;
  switch (choice.reason) {
    case TierReason::kMiddle:
      return "the middle of the offered ones";
    case TierReason::kDefault:
      return absl::StrCat("quality policy ", policy);
    case TierReason::kGrade:
      return absl::StrCat("quality policy ", policy, ": network grade ",
                          decision.viewer->network_grade, " is at most ",
                          choice.grade_rule->grade_max);
    case TierReason::kRule:
      return absl::StrCat("quality policy ", policy, ": rule ", choice.rule->name, " matches (",
                          DescribeMatch(choice.rule->match), ")");
    case TierReason::kPin:
      return absl::StrCat("quality policy ", policy, ": set by hand");
    case TierReason::kSwitch:
      return "set by a switch";
  }
  return "";
}

// Rules of the policy that stand before the one that decided.
std::string PassedRules(const Snapshot& snapshot, const PlayDecision& decision) {
  const CompiledPublishPoint& point = *decision.publish_point;
  const TierReason reason = decision.tier_choice.reason;
  if (!point.quality || reason == TierReason::kPin || reason == TierReason::kSwitch) return "";
  const CompiledQuality& policy = snapshot.qualities[*point.quality];
  const MatchQuestion question = MatchQuestionOf(decision);
  std::string text;
  for (uint32_t i = 0; i < policy.spec.rules.size() && i < kToldRulesMax; ++i) {
    const QualityRule& rule = policy.spec.rules[i];
    if (&rule == decision.tier_choice.rule) break;
    const bool off = Has(decision.switches.quality_rules_off, policy.rule_keys[i]);
    absl::StrAppend(&text, "; rule ", rule.name, " does not match: ",
                    off ? "it is turned off" : WhyNot(policy.rules.match(i), question));
  }
  return text;
}

}  // namespace

std::vector<std::string> SwitchSteps(const Snapshot& snapshot, const PlayDecision& decision) {
  std::vector<std::string> steps;
  const MatchQuestion question = MatchQuestionOf(decision);
  const auto& switches = snapshot.switches.switches();
  for (const CompiledSwitch* each : decision.switches.applied) {
    steps.push_back(absl::StrCat("switch ", each->spec.name, " applies (",
                                 DescribeMatch(each->spec.match), "): ", EffectText(each->spec)));
  }
  size_t told = 0;
  for (size_t i = 0; i < switches.size(); ++i) {
    if (Has(decision.switches.applied, &switches[i])) continue;
    if (++told > kToldRulesMax) continue;
    const std::string why_not = WhyNot(snapshot.switches.match(i), question);
    steps.push_back(absl::StrCat("switch ", switches[i].spec.name, " does not apply: ",
                                 why_not.empty() ? "it has expired" : why_not));
  }
  if (told > kToldRulesMax) {
    steps.push_back(absl::StrCat("… and ", told - kToldRulesMax, " more do not apply"));
  }
  if (decision.tiers_kept) {
    steps.push_back("switches would leave no ordinary tier: all tiers stay");
  }
  return steps;
}

std::vector<std::string> RatioSteps(const Snapshot& snapshot, const PlayDecision& decision) {
  std::vector<std::string> steps;
  const RatioQuestion question{.publish_point = decision.stream->publish_point,
                               .stream = decision.stream->name,
                               .place = &decision.place.location};
  size_t passed = 0;
  for (const CompiledRatioRule& rule : snapshot.ratio_rules) {
    if (&rule == decision.ratio.rule) break;
    if (++passed > kToldRulesMax) continue;
    const std::string why_not = WhyNot(rule.spec.scope, question);
    steps.push_back(absl::StrCat("ratio rule ", rule.spec.name, " does not match: ",
                                 why_not.empty() ? "it is turned off" : why_not));
  }
  if (passed > kToldRulesMax) {
    steps.push_back(absl::StrCat("… and ", passed - kToldRulesMax, " more do not match"));
  }
  const CompiledRatioRule& rule = *decision.ratio.rule;
  steps.push_back(absl::StrCat("ratio rule ", rule.spec.name, " matches (",
                               ScopeText(rule.spec.scope), "): main ",
                               WeightsText(snapshot, decision, rule.main), "; backup ",
                               WeightsText(snapshot, decision, rule.backup)));
  AddLessSpecific(snapshot, rule, question, steps);
  AddSpilled(snapshot, decision.ratio, steps);
  if (decision.ratio.debts) {
    steps.push_back(absl::StrCat("with corrections and caps it is given ",
                                 IntendedText(snapshot, decision.ratio)));
  }
  return steps;
}

std::string LineStep(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line) {
  const bool is_main = &line == &decision.lines.front();
  return absl::StrCat(line.role, " line: viewer \"", decision.viewer->key, "\" falls to CDN ",
                      snapshot.cdn(line.cdn).spec.name,
                      is_main ? absl::StrCat(decision.ratio.reason == RatioReason::kHash ||
                                                     decision.ratio.reason == RatioReason::kStandIn
                                                 ? " "
                                                 : ", ",
                                             MainReason(snapshot, decision))
                              : BackupReason(decision));
}

std::vector<std::string> ScoreSteps(const Snapshot& snapshot, const PlayDecision& decision) {
  std::vector<std::string> steps;
  if (decision.ratio.trace == nullptr) return steps;
  const RatioTrace& trace = *decision.ratio.trace;
  const auto add = [&](absl::string_view line, const std::vector<RatioCandidate>& candidates) {
    if (candidates.empty()) return;
    steps.push_back(absl::StrCat(
        line, " line's scores: ",
        absl::StrJoin(candidates, ", ", [&](std::string* out, const RatioCandidate& candidate) {
          absl::StrAppend(out, ScoreText(snapshot, candidate));
        })));
  };
  add("main", trace.main);
  add("backup", trace.backup);
  return steps;
}

std::string TierStep(const Snapshot& snapshot, const PlayDecision& decision) {
  const TierChoice& choice = decision.tier_choice;
  std::vector<absl::string_view> keys;
  for (const TranscodeTemplate& tier : decision.tiers) keys.push_back(TierKey(tier.tier));
  std::string why = TierReasonText(decision);
  if (choice.lowered_from) {
    absl::StrAppend(&why, "; lowered from ", TierKey(*choice.lowered_from),
                    " by the budget ladder");
  }
  if (choice.wanted) absl::StrAppend(&why, "; ", TierKey(*choice.wanted), " is not offered");
  return absl::StrCat("tiers ", absl::StrJoin(keys, " "), "; opens with ",
                      TierKey(decision.default_tier), " (", why, ")",
                      PassedRules(snapshot, decision));
}

}  // namespace nearcast::scheduler
