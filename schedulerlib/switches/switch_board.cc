#include "schedulerlib/switches/switch_board.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "schedulerlib/model/tier.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

constexpr std::pair<absl::string_view, SwitchTarget> kKinds[] = {
    {"tier", SwitchTarget::kTier},
    {"codec", SwitchTarget::kCodec},
    {"format", SwitchTarget::kFormat},
    {"cdn", SwitchTarget::kCdn},
    {"node", SwitchTarget::kNode},
    {"stream", SwitchTarget::kStream},
    {"ratio_rule", SwitchTarget::kRatioRule},
    {"quality_rule", SwitchTarget::kQualityRule},
    {"client_policy", SwitchTarget::kClientPolicy},
    {"latency_policy", SwitchTarget::kLatencyPolicy},
    {"feature", SwitchTarget::kFeature},
};

template <typename T>
void AddIfKnown(const std::optional<T>& found, std::vector<T>& out) {
  if (found) out.push_back(*found);
}

void AddOff(const ParsedTarget& target, const SwitchBoard::Names& names, CompiledSwitch& to) {
  const std::string name(target.name);
  switch (target.kind) {
    case SwitchTarget::kTier:
      if (const auto tier = ParseTier(target.name)) to.tiers_off |= 1u << static_cast<int>(*tier);
      return;
    case SwitchTarget::kCodec:
      to.codecs_off |= 1u << static_cast<int>(name == "h265" ? Codec::kH265 : Codec::kH264);
      return;
    case SwitchTarget::kFormat:
      return to.formats_off.push_back(name);
    case SwitchTarget::kCdn:
      return AddIfKnown(names.cdn(name), to.cdns_off);
    case SwitchTarget::kNode:
      return AddIfKnown(names.node(name), to.nodes_off);
    case SwitchTarget::kStream:
      return to.streams_off.push_back(name);
    case SwitchTarget::kRatioRule:
      return to.ratio_rules_off.push_back(StableHash(name));
    case SwitchTarget::kQualityRule:
      return to.quality_rules_off.push_back(StableHash(name));
    case SwitchTarget::kClientPolicy:
      return to.client_policies_off.push_back(name);
    case SwitchTarget::kLatencyPolicy:
      return to.latency_policies_off.push_back(name);
    case SwitchTarget::kFeature:
      return to.features_off.push_back(name);
  }
}

CompiledSwitch Compile(const Switch& spec, const SwitchBoard::Names& names) {
  CompiledSwitch compiled;
  compiled.spec = spec;
  for (const std::string& text : spec.off) {
    if (const auto target = ParseSwitchTarget(text)) AddOff(*target, names, compiled);
  }
  if (!spec.set.default_tier.empty()) compiled.default_tier = ParseTier(spec.set.default_tier);
  if (!spec.set.main_cdn.empty()) compiled.main_cdn = names.cdn(spec.set.main_cdn);
  if (!spec.set.backup_cdn.empty()) compiled.backup_cdn = names.cdn(spec.set.backup_cdn);
  return compiled;
}

template <typename From, typename To>
void Append(const From& from, To& to) {
  to.insert(to.end(), from.begin(), from.end());
}

// What is set already came from a switch of greater priority.
template <typename T>
void SetOnce(const std::optional<T>& from, std::optional<T>& to) {
  if (!to) to = from;
}

void Apply(const CompiledSwitch& from, SwitchEffects& to) {
  to.applied.push_back(&from);
  to.tiers_off |= from.tiers_off;
  to.codecs_off |= from.codecs_off;
  Append(from.cdns_off, to.cdns_off);
  Append(from.nodes_off, to.nodes_off);
  Append(from.ratio_rules_off, to.ratio_rules_off);
  Append(from.quality_rules_off, to.quality_rules_off);
  SetOnce(from.default_tier, to.default_tier);
  SetOnce(from.main_cdn, to.main_cdn);
  SetOnce(from.backup_cdn, to.backup_cdn);
  if (to.gop_cache_ms == 0) to.gop_cache_ms = from.spec.set.gop_cache_ms;
  if (to.start_buffer_ms == 0) to.start_buffer_ms = from.spec.set.start_buffer_ms;
}

bool Has(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::optional<ParsedTarget> ParseSwitchTarget(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos || slash + 1 == text.size()) return std::nullopt;
  for (const auto& [kind, target] : kKinds) {
    if (text.substr(0, slash) == kind) return ParsedTarget{target, text.substr(slash + 1)};
  }
  return std::nullopt;
}

std::vector<absl::string_view> SwitchTargetKinds() {
  std::vector<absl::string_view> kinds;
  for (const auto& [kind, target] : kKinds) kinds.push_back(kind);
  return kinds;
}

bool SwitchEffects::IsFormatOff(absl::string_view format) const {
  return std::any_of(applied.begin(), applied.end(),
                     [format](const auto* each) { return Has(each->formats_off, format); });
}

bool SwitchEffects::IsFeatureOff(absl::string_view feature) const {
  return std::any_of(applied.begin(), applied.end(),
                     [feature](const auto* each) { return Has(each->features_off, feature); });
}

bool SwitchEffects::IsClientPolicyOff(absl::string_view policy) const {
  return std::any_of(applied.begin(), applied.end(),
                     [policy](const auto* each) { return Has(each->client_policies_off, policy); });
}

bool SwitchEffects::IsLatencyPolicyOff(absl::string_view policy) const {
  return std::any_of(applied.begin(), applied.end(), [policy](const auto* each) {
    return Has(each->latency_policies_off, policy);
  });
}

const CompiledSwitch* SwitchEffects::StreamOffBy(absl::string_view stream) const {
  for (const CompiledSwitch* each : applied) {
    if (Has(each->streams_off, stream)) return each;
  }
  return nullptr;
}

SwitchBoard::SwitchBoard(const std::vector<Switch>& switches, const Names& names) {
  for (const Switch& spec : switches) {
    if (!spec.disabled) switches_.push_back(Compile(spec, names));
  }
  std::sort(switches_.begin(), switches_.end(), [](const auto& a, const auto& b) {
    if (a.spec.priority != b.spec.priority) return a.spec.priority > b.spec.priority;
    return a.spec.name < b.spec.name;
  });
  std::vector<CompiledMatch> matches;
  for (const CompiledSwitch& each : switches_) {
    matches.push_back(CompileMatch(each.spec.match, each.spec.name));
  }
  index_ = MatchIndex(std::move(matches));
}

SwitchEffects SwitchBoard::Find(const MatchQuestion& question, absl::Time now) const {
  SwitchEffects effects;
  if (switches_.empty()) return effects;
  for (const uint32_t at : index_.Find(question)) {
    if (now < switches_[at].spec.expire_at) Apply(switches_[at], effects);
  }
  return effects;
}

}  // namespace nearcast::scheduler
