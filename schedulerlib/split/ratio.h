// Ratio: which CDN carries a viewer's main and backup line.
//
// The most specific rule that matches the viewer's scope gives the weights: a rule for a stream
// before one for a publish point, then ISP, then region, then country; of equally specific ones the
// smaller name. Within the rule the viewer's key chooses by weighted rendezvous
// (place/rendezvous.h): the same viewer stays where it is as long as the weights stay, and changing
// one weight moves only the viewers that must move. The backup line is drawn in the same way among
// the CDNs that are not the main one.
#ifndef SCHEDULERLIB_SPLIT_RATIO_H_
#define SCHEDULERLIB_SPLIT_RATIO_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "ipdb/location.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"

namespace nearcast::scheduler {

// Whether a CDN may carry new viewers. kLastResort: only when no usable one may.
enum class CdnStanding : uint8_t { kUsable, kLastResort, kOut };

// What a choice needs of a CDN, by CdnIndex.
struct CdnBucket {
  uint64_t hash = 0;  // StableHash of its name
  CdnStanding standing = CdnStanding::kUsable;
};

// Weights > 0 only.
using CompiledWeights = std::vector<std::pair<CdnIndex, uint32_t>>;

struct CompiledRatioRule {
  RatioRule spec;
  CompiledWeights main;
  CompiledWeights backup;
};

// What rules are matched against.
struct RatioQuestion {
  absl::string_view publish_point;
  absl::string_view stream;
  const ipdb::Location* place = nullptr;  // the viewer's; not null
  uint64_t viewer_key = 0;
};

struct RatioChoice {
  // Null when no rule matches.
  const CompiledRatioRule* rule = nullptr;

  // Nothing when every CDN that may be chosen is out. `main` is a last resort only when none is
  // usable; `backup` never is one, and never equals `main`.
  std::optional<CdnIndex> main;
  std::optional<CdnIndex> backup;
};

// More specific scopes have the greater number. Any two scopes that name different sets of fields
// differ.
int Specificity(const RatioScope& scope);

bool Matches(const RatioScope& scope, const RatioQuestion& question);

// Tells in words why a rule that was looked at did not match: for explanations. Empty when it
// matches.
std::string WhyNot(const RatioScope& scope, const RatioQuestion& question);

// `rules` with the most specific first; `cdns` by CdnIndex.
RatioChoice ChooseCdns(std::span<const CompiledRatioRule> rules, std::span<const CdnBucket> cdns,
                       const RatioQuestion& question);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPLIT_RATIO_H_
