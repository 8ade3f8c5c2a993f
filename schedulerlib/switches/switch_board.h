// Switches compiled: which of them are for one viewer, and what is off or overridden for it then.
//
//   const SwitchEffects effects = board.Find(question, now);
//   if (effects.IsOff(tier)) …
//
// Everything that one of them turns off is off. Of overrides of the same thing the switch with the
// greatest priority counts, then the one with the smallest name. Thread rule: a board is immutable;
// effects point into it.
#ifndef SCHEDULERLIB_SWITCHES_SWITCH_BOARD_H_
#define SCHEDULERLIB_SWITCHES_SWITCH_BOARD_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "schedulerlib/match/match_index.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/model/switch.h"

namespace nearcast::scheduler {

// What a switch turns off, as its `off` names it: "tier", "codec" …
enum class SwitchTarget : uint8_t {
  kTier,
  kCodec,
  kFormat,
  kCdn,
  kNode,
  kStream,
  kRatioRule,
  kQualityRule,
  kClientPolicy,
  kLatencyPolicy,
  kFeature,
};

struct ParsedTarget {
  SwitchTarget kind;
  absl::string_view name;
};

// "cdn/alpha". Nothing when there is no such kind, or no name.
std::optional<ParsedTarget> ParseSwitchTarget(absl::string_view text);

// "tier", "codec" …, for messages.
std::vector<absl::string_view> SwitchTargetKinds();

struct CompiledSwitch {
  Switch spec;
  uint32_t tiers_off = 0;   // bits by Tier
  uint32_t codecs_off = 0;  // bits by Codec
  std::vector<std::string> formats_off;
  std::vector<CdnIndex> cdns_off;
  std::vector<NodeIndex> nodes_off;
  std::vector<std::string> streams_off;
  std::vector<uint64_t> ratio_rules_off;    // StableHash of their names
  std::vector<uint64_t> quality_rules_off;  // likewise
  std::vector<std::string> client_policies_off;
  std::vector<std::string> latency_policies_off;
  std::vector<std::string> features_off;
  std::optional<Tier> default_tier;
  std::optional<CdnIndex> main_cdn;
  std::optional<CdnIndex> backup_cdn;
};

// What applies to one viewer. Views into the board.
struct SwitchEffects {
  // In the order of priority, then names.
  absl::InlinedVector<const CompiledSwitch*, 8> applied;

  uint32_t tiers_off = 0;
  uint32_t codecs_off = 0;
  absl::InlinedVector<CdnIndex, 4> cdns_off;
  absl::InlinedVector<NodeIndex, 4> nodes_off;
  absl::InlinedVector<uint64_t, 4> ratio_rules_off;
  absl::InlinedVector<uint64_t, 4> quality_rules_off;
  std::optional<Tier> default_tier;
  std::optional<CdnIndex> main_cdn;
  std::optional<CdnIndex> backup_cdn;
  uint32_t gop_cache_ms = 0;     // 0 = as decided
  uint32_t start_buffer_ms = 0;  // 0 = as decided

  bool IsOff(const TranscodeTemplate& tier) const {
    return (tiers_off >> static_cast<uint32_t>(tier.tier) & 1) != 0 ||
           (codecs_off >> static_cast<uint32_t>(tier.codec) & 1) != 0;
  }
  bool IsFormatOff(absl::string_view format) const;
  bool IsFeatureOff(absl::string_view feature) const;
  bool IsClientPolicyOff(absl::string_view policy) const;
  bool IsLatencyPolicyOff(absl::string_view policy) const;

  // The switch that turns the stream off; null when none does.
  const CompiledSwitch* StreamOffBy(absl::string_view stream) const;
};

class SwitchBoard {
 public:
  // How names become indices; nothing for one that is not known, which is then passed over.
  struct Names {
    std::function<std::optional<CdnIndex>(absl::string_view)> cdn;
    std::function<std::optional<NodeIndex>(absl::string_view)> node;
  };

  SwitchBoard() = default;

  // Those that are disabled are left out.
  SwitchBoard(const std::vector<Switch>& switches, const Names& names);

  SwitchEffects Find(const MatchQuestion& question, absl::Time now) const;

  // In the order of priority, then names.
  const std::vector<CompiledSwitch>& switches() const { return switches_; }
  const CompiledMatch& match(size_t at) const { return index_.match(static_cast<uint32_t>(at)); }

 private:
  std::vector<CompiledSwitch> switches_;
  MatchIndex index_;
};

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SWITCHES_SWITCH_BOARD_H_
