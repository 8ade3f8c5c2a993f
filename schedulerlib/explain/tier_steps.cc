#include "schedulerlib/explain/tier_steps.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schedulerlib/model/tier.h"

namespace nearcast::scheduler {
namespace {

std::vector<absl::string_view> TiersOf(const CompiledPublishPoint& point, uint32_t bits) {
  std::vector<absl::string_view> keys;
  for (const TranscodeTemplate& tier : point.tiers) {
    if ((bits & TierBit(tier.tier)) != 0) keys.push_back(TierKey(tier.tier));
  }
  return keys;
}

void AddMissing(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
                std::vector<std::string>& steps) {
  const CompiledPublishPoint& point = *decision.publish_point;
  const auto add = [&](uint32_t bits, absl::string_view why) {
    const auto keys = TiersOf(point, bits & line.made.missing);
    if (keys.empty()) return;
    steps.push_back(absl::StrCat(line.role, " line: ", absl::StrJoin(keys, " "),
                                 keys.size() == 1 ? " is" : " are", " not offered: ", why));
  };
  add(point.pull_side_tiers,
      absl::StrCat("CDN ", snapshot.cdn(line.cdn).spec.name, " makes no pull-side tiers"));
  add(point.push_side_tiers,
      absl::StrCat("CDN ", snapshot.cdn(line.made.maker).spec.name,
                   ", which the stream is pushed to, makes no push-side tiers"));
}

void AddStandIns(const PlayDecision& decision, const PlayLine& line,
                 std::vector<std::string>& steps) {
  for (const TranscodeTemplate& tier : decision.tiers) {
    const TranscodeTemplate& given = TierOn(decision, line, tier);
    if (&given == &tier) continue;
    steps.push_back(absl::StrCat(line.role, " line: ", TierKey(tier.tier), " is not made there, ",
                                 TierKey(given.tier), " stands in for it"));
  }
}

}  // namespace

std::vector<std::string> MadeSteps(const Snapshot& snapshot, const PlayDecision& decision) {
  std::vector<std::string> steps;
  const CompiledPublishPoint& point = *decision.publish_point;
  for (const PlayLine& line : decision.lines) {
    const auto pushed = TiersOf(point, point.push_side_tiers & ~line.made.missing);
    if (line.made.maker != line.cdn && !pushed.empty()) {
      const std::string& maker = snapshot.cdn(line.made.maker).spec.name;
      steps.push_back(absl::StrCat(line.role, " line: push-side tiers ", absl::StrJoin(pushed, " "),
                                   " are made by CDN ", maker, ", which feeds CDN ",
                                   snapshot.cdn(line.cdn).spec.name, ", and have its names"));
    }
    if (&line == &decision.lines.front()) {
      AddMissing(snapshot, decision, line, steps);
    } else {
      AddStandIns(decision, line, steps);
    }
  }
  if (decision.backup_has_no_tier) {
    steps.push_back("there is no backup line: no tier is made for its CDN");
  }
  return steps;
}

}  // namespace nearcast::scheduler
