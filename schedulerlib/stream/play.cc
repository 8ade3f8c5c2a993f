#include "schedulerlib/stream/play.h"

#include <algorithm>
#include <span>
#include <utility>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "schedulerlib/place/rendezvous.h"
#include "schedulerlib/standby/carrier.h"
#include "schedulerlib/standby/fed_lines.h"
#include "schedulerlib/switches/switched_latency.h"

namespace nearcast::scheduler {
namespace {

// A stream is one of a million and a viewer new: what is awaited at once is awaited once.
template <typename T>
void Prefetch(const T& object) {
  constexpr size_t kCacheLine = 64;
  const char* const begin = reinterpret_cast<const char*>(&object);
  for (size_t at = 0; at < sizeof(T); at += kCacheLine) __builtin_prefetch(begin + at);
  __builtin_prefetch(begin + sizeof(T) - 1);  // it need not begin where a line does
}

absl::Status CheckPlayable(const Stream& stream) {
  switch (stream.state) {
    case StreamState::kPublishing:
    case StreamState::kInterrupted:  // it may come back, and players wait better than they ask
                                     // again
      return absl::OkStatus();
    case StreamState::kBanned:
      return absl::PermissionDeniedError(absl::StrCat("stream ", stream.name, " is banned"));
    default:
      return absl::FailedPreconditionError(absl::StrCat("stream ", stream.name,
                                                        " is not being published: it is ",
                                                        StreamStateName(stream.state)));
  }
}

// Without the nodes that are off, as long as another serves.
void RankLine(const Snapshot& snapshot, const PlayDecision& decision, PlayLine& line) {
  const CellRanking* const ranking = FindRanking(snapshot, line.cdn, decision.place);
  line.ranking = LineRanking(ranking);
  const auto& off = decision.switches.nodes_off;
  if (ranking == nullptr || ranking->empty() || off.empty()) return;
  std::optional<CellRanking> left = WithoutOff(*ranking, off);
  line.nodes_kept = !left;
  if (left) line.ranking = LineRanking(*std::move(left));
}

void SetNode(const Snapshot& snapshot, const PlayDecision& decision, PlayLine& line) {
  const CompiledCdn& cdn = snapshot.cdn(line.cdn);
  RankLine(snapshot, decision, line);
  line.node = ChooseNodeFor(snapshot, line.ranking.get(), decision.stream_hash);
  if (!line.node || cdn.spec.addressing != Addressing::kNodeAddress) return;
  const auto family = static_cast<size_t>(FamilyOf(decision.viewer->address));
  const PlayHosts& hosts = snapshot.node(*line.node).play_hosts[family];
  line.host = hosts.host;
  line.rtmp_host = hosts.rtmp_host;
}

void AddLine(const Snapshot& snapshot, absl::string_view role, CdnIndex cdn,
             PlayDecision& decision) {
  PlayLine& line = decision.lines.emplace_back();
  line.role = role;
  line.cdn = cdn;
  line.host = snapshot.cdn(cdn).spec.pull_domain;
  line.rtmp_host = line.host;
  if (decision.stream->push_lines.size() > 1) {
    const auto push = FeedOf(*decision.stream, snapshot.cdn(cdn).spec.name);
    line.push = static_cast<uint8_t>(push.value_or(0));
  }
  line.made = FindMadeTiers(snapshot, *decision.publish_point, *decision.stream, cdn);
  if (snapshot.cdn(cdn).spec.kind == CdnKind::kOwn) SetNode(snapshot, decision, line);
}

// CDNs of ratio rules deliver FLV; one that a stream or a switch names may be there for pushes only.
bool MayCarry(const Snapshot& snapshot, const PlayDecision& decision, CdnIndex cdn) {
  const auto& off = decision.switches.cdns_off;
  return snapshot.cdn_buckets[cdn.value()].standing != CdnStanding::kOut &&
         std::find(off.begin(), off.end(), cdn) == off.end() &&
         snapshot.cdn(cdn).spec.pull_templates.contains("flv");
}

// A last resort is none for the backup line.
bool MayBackUp(const Snapshot& snapshot, const PlayDecision& decision, CdnIndex cdn) {
  return snapshot.cdn_buckets[cdn.value()].standing == CdnStanding::kUsable &&
         MayCarry(snapshot, decision, cdn);
}

// Set from outside; what the rules chose stands behind it.
void SetMain(PlayDecision& decision, CdnIndex cdn) {
  RatioChoice& ratio = decision.ratio;
  ratio.reason = RatioReason::kSet;
  if (ratio.main == cdn) return;
  if (!ratio.backup || ratio.backup == cdn) ratio.backup = ratio.main;
  ratio.main = cdn;
}

// The stream's own CDN goes before the rules', and the switches' before that, as long as it is not
// out.
void SetCdns(const Snapshot& snapshot, PlayDecision& decision) {
  if (!decision.stream->play_cdn.empty()) {
    const auto held = snapshot.FindCdn(decision.stream->play_cdn);
    decision.held = held && MayCarry(snapshot, decision, *held);
    if (decision.held) SetMain(decision, *held);
  }
  const SwitchEffects& switches = decision.switches;
  if (switches.main_cdn && MayCarry(snapshot, decision, *switches.main_cdn)) {
    SetMain(decision, *switches.main_cdn);
  }
  if (switches.backup_cdn && MayBackUp(snapshot, decision, *switches.backup_cdn) &&
      switches.backup_cdn != decision.ratio.main) {
    decision.ratio.backup = switches.backup_cdn;
  }
  if (switches.IsFeatureOff("backup")) decision.ratio.backup.reset();
}

// Lines go to where the stream's pushes arrive.
void SetFed(const Snapshot& snapshot, PlayDecision& decision) {
  RatioChoice& ratio = decision.ratio;
  const SwitchEffects& switches = decision.switches;
  const bool is_hot = decision.publish_point->spec.standby == Standby::kHot;
  const bool has_backup = !switches.IsFeatureOff("backup");
  const auto may_carry = [&](CdnIndex cdn) { return MayCarry(snapshot, decision, cdn); };
  const auto may_back_up = [&](CdnIndex cdn) { return MayBackUp(snapshot, decision, cdn); };
  const FedLines fed =
      ChooseFedLines({.snapshot = snapshot,
                      .stream = *decision.stream,
                      .may_carry = may_carry,
                      .may_back_up = may_back_up,
                      .may_have_backup = has_backup,
                      .may_move_backup = is_hot && has_backup && !switches.backup_cdn},
                     {.main = *ratio.main, .backup = ratio.backup});
  if (fed.main_moved) ratio.reason = RatioReason::kSet;
  ratio.main = fed.main;
  ratio.backup = fed.backup;
  decision.main_stands_in = fed.main_moved;
  decision.backup_moved = fed.backup_moved;
}

bool IsOrdinary(Tier tier) { return tier < Tier::kMd; }

// A viewer without any ordinary tier could not play at all: then the switches give way. Sound alone
// is given as FLV only.
void OfferTiers(PlayDecision& decision) {
  bool has_ordinary = false;
  const bool has_sound = !decision.switches.IsFormatOff("flv");
  for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
    if (decision.switches.IsOff(tier) || (tier.tier == Tier::kAo && !has_sound)) continue;
    decision.tiers.Add(&tier);
    has_ordinary |= IsOrdinary(tier.tier);
  }
  if (has_ordinary) return;
  decision.tiers_kept = true;
  decision.tiers.Clear();
  for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
    if (tier.tier != Tier::kAo || has_sound) decision.tiers.Add(&tier);
  }
}

double SessionMbit(const PlayDecision& decision) {
  uint32_t bitrate_bps = 0;
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (tier.tier == decision.default_tier) bitrate_bps = tier.bitrate_bps;
  }
  if (bitrate_bps == 0) bitrate_bps = kAssumedBitrateBps;
  return bitrate_bps * 1e-6 * decision.publish_point->spec.watch_s;
}

void DecideDefaultTier(const Snapshot& snapshot, const MatchQuestion& match, absl::Time now,
                       const PlayContext& context, PlayDecision& decision) {
  const CompiledPublishPoint& point = *decision.publish_point;
  const CompiledQuality* policy = point.quality ? &snapshot.qualities[*point.quality] : nullptr;
  const bool has_ladder = policy != nullptr && policy->spec.budget && context.rates != nullptr &&
                          !decision.switches.IsFeatureOff("budget");
  absl::InlinedVector<Tier, 8> declared;
  for (const TranscodeTemplate& tier : point.tiers) declared.push_back(tier.tier);
  absl::InlinedVector<Tier, 8> offered;
  for (const TranscodeTemplate& tier : decision.tiers) offered.push_back(tier.tier);
  decision.tier_choice =
      DecideTier(policy, point.middle_tier, offered,
                 {.match = &match,
                  .now = now,
                  .ladder_step = has_ladder ? context.rates->StepOf(policy->key) : 0,
                  .set_by_switch = decision.switches.default_tier,
                  .rules_off = decision.switches.quality_rules_off,
                  .declared = declared});
  decision.default_tier = decision.tier_choice.tier;
  decision.session_mbit = SessionMbit(decision);
}

void DecideRatio(const Snapshot& snapshot, const MatchQuestion& match, const PlayContext& context,
                 PlayDecision& decision) {
  const bool settles = !decision.switches.IsFeatureOff("ratio_exact");
  const RatioQuestion question{.publish_point = decision.stream->publish_point,
                               .stream = decision.stream->name,
                               .place = &decision.place.location,
                               .viewer_key = match.viewer_key,
                               .session_mbit = decision.session_mbit,
                               .flows = context.rates == nullptr ? nullptr : &context.rates->flows,
                               .debts = settles ? context.debts : nullptr,
                               .held = context.held,
                               .cdns_off = decision.switches.cdns_off,
                               .rules_off = decision.switches.ratio_rules_off,
                               .traced = context.traced};
  ChooseCdns(snapshot.ratio_index.Find(snapshot.ratio_rules, question), snapshot.cdn_buckets,
             question, decision.ratio);
  if (decision.ratio.rule != nullptr) SetCdns(snapshot, decision);
  if (decision.stream->push_lines.size() > 1 && decision.ratio.main) SetFed(snapshot, decision);
}

bool DeliversNothing(const PlayDecision& decision, const CompiledCdn& cdn) {
  return std::all_of(
      cdn.spec.pull_templates.begin(), cdn.spec.pull_templates.end(),
      [&decision](const auto& format) { return decision.switches.IsFormatOff(format.first); });
}

// Where formats are off, CDNs that deliver nothing else are off as well.
void TurnOffByFormats(const Snapshot& snapshot, PlayDecision& decision) {
  const auto& applied = decision.switches.applied;
  const bool any = std::any_of(applied.begin(), applied.end(), [](const CompiledSwitch* each) {
    return !each->formats_off.empty();
  });
  if (!any) return;
  for (uint32_t i = 0; i < snapshot.cdns.size(); ++i) {
    if (!DeliversNothing(decision, snapshot.cdns[i])) continue;
    decision.switches.cdns_off.push_back(CdnIndex(i));
  }
}

// Empty unless the rule's CDNs would stand well enough but for that.
std::string WhichFormatsAreOff(const Snapshot& snapshot, const PlayDecision& decision) {
  std::vector<std::string> cdns;
  for (const auto* weights : {&decision.ratio.rule->main, &decision.ratio.rule->backup}) {
    for (const auto& [cdn, weight] : *weights) {
      if (snapshot.cdn_buckets[cdn.value()].standing == CdnStanding::kOut) continue;
      if (DeliversNothing(decision, snapshot.cdn(cdn))) cdns.push_back(snapshot.cdn(cdn).spec.name);
    }
  }
  if (cdns.empty()) return "";
  std::vector<std::string> switches;
  for (const CompiledSwitch* each : decision.switches.applied) {
    if (!each->formats_off.empty()) switches.push_back(each->spec.name);
  }
  return absl::StrCat("; every format of CDN ", absl::StrJoin(cdns, ", "),
                      " is turned off by switch ", absl::StrJoin(switches, ", "));
}

absl::Status NoCdn(const Snapshot& snapshot, const PlayDecision& decision) {
  const bool has_rule = decision.ratio.rule != nullptr;
  const std::string formats = has_rule ? WhichFormatsAreOff(snapshot, decision) : "";
  return absl::UnavailableError(
      absl::StrCat(has_rule ? "no CDN of the ratio rule is usable" : "no ratio rule matches",
                   " for stream ", decision.stream->name,
                   formats.empty() ? "; see nearcastctl get ratiorule"
                                   : absl::StrCat(formats, "; see nearcastctl switch list")));
}

bool HasOrdinary(const OfferedTiers& tiers, const MadeTiers& made) {
  return std::any_of(tiers.begin(), tiers.end(), [&made](const TranscodeTemplate& tier) {
    return IsOrdinary(tier.tier) && !made.Misses(tier.tier);
  });
}

absl::Status NoTier(const Snapshot& snapshot, const PlayDecision& decision) {
  return absl::UnavailableError(absl::StrCat(
      "no tier of stream ", decision.stream->name, " that is offered is made for CDN ",
      snapshot.cdn(decision.lines.front().cdn).spec.name, ": publish point ",
      decision.publish_point->spec.name,
      " needs a template with tier origin, or a CDN that transcodes (Cdn.transcoding)"));
}

// Offers what is made for the main line. A backup line for which nothing of that is made goes; true
// when there is less to choose from than before.
bool KeepMadeTiers(PlayDecision& decision) {
  OfferedTiers made;
  for (const TranscodeTemplate& tier : decision.tiers) {
    if (!decision.lines.front().made.Misses(tier.tier)) made.Add(&tier);
  }
  const bool fewer = made.size() < decision.tiers.size();
  decision.tiers = made;
  if (decision.lines.size() > 1 && !HasOrdinary(made, decision.lines.back().made)) {
    decision.lines.pop_back();
    decision.ratio.backup.reset();
    decision.backup_has_no_tier = true;
  }
  return fewer;
}

void DecideViewerLatency(const Snapshot& snapshot, PlayDecision& decision) {
  decision.latency =
      DecideSwitchedLatency(*decision.publish_point, *decision.viewer, decision.switches);
  for (PlayLine& line : decision.lines) {
    line.gop_cache = ChooseGopCacheOf(snapshot.cdn(line.cdn), decision.latency);
  }
}

absl::Status Decide(const Snapshot& snapshot, const Stream& stream, const Viewer& viewer,
                    absl::Time now, const PlayContext& context, PlayDecision& decision) {
  // A stream is waited for longest: what the viewer alone decides goes first.
  decision.viewer = &viewer;
  decision.viewer_hash = StableHash(viewer.key);
  decision.place = FindPlace(snapshot, viewer.address, "");
  if (absl::Status status = CheckPlayable(stream); !status.ok()) return status;
  const auto point = snapshot.publish_points.find(stream.publish_point);
  if (point == snapshot.publish_points.end()) {
    return absl::NotFoundError(absl::StrCat("publish point ", stream.publish_point, " of stream ",
                                            stream.name, " does not exist any more"));
  }
  decision.stream = &stream;
  decision.stream_hash = StableHash(stream.name);
  decision.now_s = absl::ToUnixSeconds(now);
  decision.publish_point = &point->second;
  const MatchQuestion match = MatchQuestionOf(decision);
  decision.switches = snapshot.switches.Find(match, now);
  if (const CompiledSwitch* off = decision.switches.StreamOffBy(stream.name)) {
    return absl::PermissionDeniedError(
        absl::StrCat("stream ", stream.name, " is turned off by switch ", off->spec.name));
  }
  TurnOffByFormats(snapshot, decision);
  OfferTiers(decision);
  DecideDefaultTier(snapshot, match, now, context, decision);
  DecideRatio(snapshot, match, context, decision);
  if (!decision.ratio.main) return NoCdn(snapshot, decision);
  AddLine(snapshot, "main", *decision.ratio.main, decision);
  if (decision.ratio.backup) AddLine(snapshot, "backup", *decision.ratio.backup, decision);
  const bool all_made = std::all_of(decision.lines.begin(), decision.lines.end(),
                                    [](const PlayLine& line) { return line.made.missing == 0; });
  if (!all_made) {
    if (!HasOrdinary(decision.tiers, decision.lines.front().made)) {
      return NoTier(snapshot, decision);
    }
    if (KeepMadeTiers(decision)) DecideDefaultTier(snapshot, match, now, context, decision);
  }
  DecideViewerLatency(snapshot, decision);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PlayDecision> DecidePlay(const Snapshot& snapshot, const Stream& stream,
                                        const Viewer& viewer, absl::Time now,
                                        const PlayContext& context) {
  Prefetch(stream);
  Prefetch(viewer);
  // One variable for all returns: a decision is large, and is made where the caller has it.
  absl::StatusOr<PlayDecision> decided{absl::in_place};
  absl::Status status = Decide(snapshot, stream, viewer, now, context, *decided);
  if (!status.ok()) decided = std::move(status);
  return decided;
}

const TranscodeTemplate& TierOn(const PlayDecision& decision, const PlayLine& line,
                                const TranscodeTemplate& tier) {
  if (!line.made.Misses(tier.tier)) return tier;
  const TranscodeTemplate* higher = nullptr;
  for (const TranscodeTemplate& each : decision.tiers) {
    if (!IsOrdinary(each.tier) || line.made.Misses(each.tier)) continue;
    if (each.tier > tier.tier) return each;
    higher = &each;
  }
  return higher == nullptr ? tier : *higher;
}

MatchQuestion MatchQuestionOf(const PlayDecision& decision) {
  return QuestionOf(*decision.viewer, decision.viewer_hash, decision.place.location,
                    decision.stream->publish_point, decision.stream->name);
}

}  // namespace nearcast::scheduler
