// Ratio: which CDN carries a viewer's main and backup line.
//
// The most specific rule that matches the viewer's scope gives the weights: a rule for a stream
// before one for an ISP, then region, then country, then publish point; of equally specific ones
// the smaller name (split/ratio_index.h finds it). Within the rule the viewer's key chooses by weighted
// rendezvous (place/rendezvous.h): the same viewer stays where it is as long as the weights stay,
// and changing one weight moves only the viewers that must move. Three things stand around that:
//
// - debts (split/debt.h): where the hash would make the shares stray from the weights, in bits, the
//   CDN that is owed most is chosen, and the session keeps it (`held`);
// - corrections (split/flow.h): weights are multiplied so that measured bandwidth meets what is
//   intended;
// - caps (split/flow.h): a share of the viewers passes over a CDN that is nearly full and goes to
//   the next best score, always the same viewers.
//
// The backup line is drawn by rendezvous among the CDNs that are not the main one.
#ifndef SCHEDULERLIB_SPLIT_RATIO_H_
#define SCHEDULERLIB_SPLIT_RATIO_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "ipdb/location.h"
#include "schedulerlib/model/config.h"
#include "schedulerlib/model/ids.h"
#include "schedulerlib/split/debt.h"
#include "schedulerlib/split/flow.h"
#include "schedulerlib/split/session_table.h"

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

  uint64_t key = 0;           // StableHash of its name
  uint64_t weights_hash = 0;  // of `targets`: another value means other weights
  CdnShares targets;          // `main` as shares
};

// What a session remembers of its rule: 16 bits of its key, 16 of its weights. Two rules, or two
// versions of one, are taken for the same with probability 2^-16, and one session is booked wrong
// then.
inline uint32_t WeightsTag(const CompiledRatioRule& rule) {
  return static_cast<uint32_t>(rule.key >> 48) << 16 |
         static_cast<uint32_t>(rule.weights_hash >> 48);
}
inline bool IsSameRule(uint32_t weights_tag, const CompiledRatioRule& rule) {
  return weights_tag >> 16 == rule.key >> 48;
}

// Sets key, weights_hash and targets from the rest.
void SetTargets(std::span<const CdnBucket> cdns, CompiledRatioRule& rule);

// Where debts are read: the accounts of one rule at one place.
class DebtReader {
 public:
  virtual ~DebtReader() = default;

  // As if the session in question, which carries `session_mbit`, were not booked yet.
  virtual DebtView Read(const CompiledRatioRule& rule, const ipdb::Location& place,
                        double session_mbit) const = 0;
};

// What rules are matched against, and what is known around it. Views live as long as the question.
struct RatioQuestion {
  absl::string_view publish_point;
  absl::string_view stream;
  const ipdb::Location* place = nullptr;  // the viewer's; not null
  uint64_t viewer_key = 0;

  double session_mbit = 0;            // what the session is expected to carry
  const CdnFlows* flows = nullptr;    // null = no corrections, no caps
  const DebtReader* debts = nullptr;  // null = by hash alone
  std::optional<HeldCdn> held;
  std::span<const CdnIndex> cdns_off;   // turned off for this viewer
  std::span<const uint64_t> rules_off;  // CompiledRatioRule::key, likewise
  bool traced = false;                  // RatioChoice::trace is wanted
};

// What became of one CDN of a rule's list, for explanations.
struct RatioCandidate {
  enum class Verdict : uint8_t {
    kScored,    // one of those that were compared
    kSpilled,   // passed over because of its cap
    kOff,       // turned off for this viewer
    kStanding,  // does not stand as those that were compared do
    kIsMain,    // cannot be its own backup
  };
  CdnIndex cdn;
  uint32_t weight = 0;
  double corrected = 0;  // by what is measured; kScored only, as the score
  double score = 0;      // of the rendezvous: the greatest is the hash's choice
  Verdict verdict = Verdict::kScored;
};

// In the order of the lists that were looked through last. `backup` is empty when the backup line
// was drawn among the main line's candidates: the second score of `main` is its choice then.
struct RatioTrace {
  std::vector<RatioCandidate> main;
  std::vector<RatioCandidate> backup;
};

// How the main line's CDN came to be chosen.
enum class RatioReason : uint8_t {
  kHash,     // by rendezvous
  kHeld,     // the session has it already
  kDebt,     // owed most; rendezvous would have gone beyond the tolerance
  kStandIn,  // by rendezvous among backup weights, or last resorts
  kSet,      // set from outside: by a switch, by the stream
};

struct RatioChoice {
  // Null when no rule matches.
  const CompiledRatioRule* rule = nullptr;

  // Nothing when every CDN that may be chosen is out. `main` is a last resort only when none is
  // usable; `backup` never is one, and never equals `main`.
  std::optional<CdnIndex> main;
  std::optional<CdnIndex> backup;

  RatioReason reason = RatioReason::kHash;

  // What the viewer could be given, with corrections, summing up to 1; empty for stand-ins and for
  // CDNs that were set.
  CdnShares intended;

  // CDNs that the viewer passes over because of their caps.
  absl::InlinedVector<CdnIndex, 4> spilled;

  // The hash's own choice, and the accounts, where debts were asked.
  std::optional<CdnIndex> by_hash;
  std::optional<DebtView> debts;

  // How each CDN fared, written down by the very comparison that chose. Null unless it was asked
  // for.
  std::shared_ptr<const RatioTrace> trace;
};

// Of the rule that was found (split/ratio_index.h; null = none); `cdns` by CdnIndex.
RatioChoice ChooseCdns(const CompiledRatioRule* rule, std::span<const CdnBucket> cdns,
                       const RatioQuestion& question);

// The same into `choice`, which must be empty.
void ChooseCdns(const CompiledRatioRule* rule, std::span<const CdnBucket> cdns,
                const RatioQuestion& question, RatioChoice& choice);

}  // namespace nearcast::scheduler

#endif  // SCHEDULERLIB_SPLIT_RATIO_H_
