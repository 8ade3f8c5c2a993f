#include "schedulerlib/split/ratio.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

struct Candidate {
  CdnIndex cdn;
  uint64_t hash;
  double weight;
};

// Becomes the accounts where they are kept, which are a thousand octets: none is copied.
struct AccountsOf {
  const CompiledRatioRule& rule;
  const RatioQuestion& question;

  operator DebtView() const {
    return question.debts->Read(rule, *question.place, question.session_mbit);
  }
};

// One question's way to its choice.
class Chooser {
 public:
  Chooser(const CompiledRatioRule& rule, std::span<const CdnBucket> cdns,
          const RatioQuestion& question, RatioChoice& choice)
      : rule_(rule), cdns_(cdns), question_(question), choice_(choice) {}

  void Choose() {
    if (question_.traced) trace_ = std::make_shared<RatioTrace>();
    ChooseMain();
    if (trace_ != nullptr) trace_->main.swap(traced_);
    if (choice_.main) ChooseBackup();
    if (trace_ != nullptr) choice_.trace = std::move(trace_);
  }

 private:
  void ChooseBackup() {
    // The main line's candidates, whose scores are known already, when the weights are the same.
    const bool known =
        choice_.reason != RatioReason::kStandIn && candidates_.size() > 1 && same_weights_;
    if (known) {
      choice_.backup = Best(choice_.main).cdn;
      return;
    }
    if (FindCandidates(rule_.backup, CdnStanding::kUsable, choice_.main)) {
      choice_.backup = Best().cdn;
    }
    if (trace_ != nullptr) trace_->backup.swap(traced_);
  }

  void ChooseMain() {
    if (FindCandidates(rule_.main, CdnStanding::kUsable, std::nullopt)) {
      choice_.spilled.assign(spilled_.begin(), spilled_.end());
      return ChooseAmong();
    }
    // A CDN that carries nobody of its own may still stand in when every weighted one is out.
    choice_.reason = RatioReason::kStandIn;
    for (const auto& [weights, standing] : {std::pair(&rule_.backup, CdnStanding::kUsable),
                                            std::pair(&rule_.main, CdnStanding::kLastResort),
                                            std::pair(&rule_.backup, CdnStanding::kLastResort)}) {
      if (!FindCandidates(*weights, standing, std::nullopt)) continue;
      choice_.main = Best().cdn;
      return;
    }
  }

  enum class Caps { kHeeded, kIgnored };

  // Of that standing, not turned off, and not passed over because of a cap unless all are. Into
  // candidates_; false when there are none.
  bool FindCandidates(const CompiledWeights& weights, CdnStanding standing,
                      std::optional<CdnIndex> except) {
    for (const Caps caps : {Caps::kHeeded, Caps::kIgnored}) {
      candidates_.clear();
      spilled_.clear();
      traced_.clear();
      best_ = nullptr;
      for (const auto& [cdn, weight] : weights) {
        const CdnBucket& bucket = cdns_[cdn.value()];
        if (cdn == except || bucket.standing != standing || IsOff(cdn)) {
          if (trace_ != nullptr) TracePassed(cdn, weight, except);
          continue;
        }
        AddCandidate(cdn, bucket.hash, weight, caps);
      }
      if (candidates_.empty()) continue;
      if (trace_ != nullptr) FindBest();
      return true;
    }
    return false;
  }

  void TracePassed(CdnIndex cdn, uint32_t weight, std::optional<CdnIndex> except) {
    using Verdict = RatioCandidate::Verdict;
    traced_.push_back({.cdn = cdn,
                       .weight = weight,
                       .verdict = cdn == except ? Verdict::kIsMain
                                  : IsOff(cdn)  ? Verdict::kOff
                                                : Verdict::kStanding});
  }

  void AddCandidate(CdnIndex cdn, uint64_t hash, uint32_t weight, Caps caps) {
    double corrected = weight;
    if (question_.flows != nullptr) {
      const CdnFlow& flow = question_.flows->Find(hash, cdn.value());
      if (caps == Caps::kHeeded && Spills(question_.viewer_key, hash, flow.spill)) {
        spilled_.push_back(cdn);
        if (trace_ != nullptr) {
          traced_.push_back({cdn, weight, 0, 0, RatioCandidate::Verdict::kSpilled});
        }
        return;
      }
      if (!rule_.spec.uncorrected) corrected *= flow.correction;
    }
    // Member by member: a copy of what was just written in pieces would wait for them.
    Candidate& candidate = candidates_.emplace_back();
    candidate.cdn = cdn;
    candidate.hash = hash;
    candidate.weight = corrected;
    if (trace_ != nullptr) traced_.push_back({cdn, weight, corrected});
  }

  bool IsOff(CdnIndex cdn) const {
    return std::find(question_.cdns_off.begin(), question_.cdns_off.end(), cdn) !=
           question_.cdns_off.end();
  }

  // Of candidates_, which has another one than `except`.
  const Candidate& Best(std::optional<CdnIndex> except = std::nullopt) {
    if (best_ == nullptr) FindBest();
    return best_->cdn == except ? *second_ : *best_;
  }

  // Scores below the second need not be known, nor, where no backup is chosen by them, those below
  // the best.
  void FindBest() {
    double best = -1;
    double second = -1;
    const RendezvousKey key(question_.viewer_key);
    for (const Candidate& candidate : candidates_) {
      const double floor = trace_ != nullptr ? -1 : same_weights_ ? second : best;
      const double score = key.ScoreAbove(candidate.hash, candidate.weight, floor);
      if (trace_ != nullptr) TraceScore(candidate.cdn, score);
      if (score > best) {
        second_ = std::exchange(best_, &candidate);
        second = std::exchange(best, score);
      } else if (score > second) {
        second_ = &candidate;
        second = score;
      }
    }
  }

  void TraceScore(CdnIndex cdn, double score) {
    for (RatioCandidate& traced : traced_) {
      if (traced.cdn == cdn) traced.score = score;
    }
  }

  void ChooseAmong() {
    const Candidate* held = FindHeld();
    if (held != nullptr && question_.held->weights == WeightsTag(rule_)) {
      SetIntended();
      return Take(*held, RatioReason::kHeld);
    }
    const Candidate& by_hash = Best();
    choice_.by_hash = by_hash.cdn;
    SetIntended();
    if (question_.debts == nullptr || question_.session_mbit <= 0 || candidates_.size() < 2) {
      return Take(by_hash, RatioReason::kHash);
    }
    choice_.debts.emplace(AccountsOf{rule_, question_});
    TakeByDebts(by_hash, held);
  }

  void TakeByDebts(const Candidate& by_hash, const Candidate* held) {
    const double mbit = question_.session_mbit;
    const double tolerance = rule_.spec.tolerance_percent / 100;
    const DebtView& debts = *choice_.debts;
    if (held != nullptr && debts.front().sessions <= kExactSessionsMax &&
        MayKeep(debts, choice_.intended, held->hash, mbit, tolerance)) {
      return Take(*held, RatioReason::kHeld);
    }
    if (FitsDebts(debts, choice_.intended, by_hash.hash, mbit, tolerance)) {
      return Take(by_hash, RatioReason::kHash);
    }
    const uint64_t owed = MostOwed(debts, choice_.intended, mbit, tolerance);
    const auto at = std::find_if(candidates_.begin(), candidates_.end(),
                                 [owed](const Candidate& c) { return c.hash == owed; });
    Take(*at, at->cdn == by_hash.cdn ? RatioReason::kHash : RatioReason::kDebt);
  }

  const Candidate* FindHeld() const {
    if (!question_.held) return nullptr;
    for (const Candidate& candidate : candidates_) {
      if (ShortHash(candidate.hash) == question_.held->cdn) return &candidate;
    }
    return nullptr;
  }

  void SetIntended() {
    double sum = 0;
    for (const Candidate& candidate : candidates_) sum += candidate.weight;
    for (const Candidate& candidate : candidates_) {
      CdnShare& share = choice_.intended.emplace_back();
      share.cdn = candidate.hash;
      share.share = candidate.weight / sum;
    }
  }

  void Take(const Candidate& candidate, RatioReason reason) {
    choice_.main = candidate.cdn;
    choice_.reason = reason;
  }

  const CompiledRatioRule& rule_;
  const bool same_weights_ = rule_.backup == rule_.main;
  const std::span<const CdnBucket> cdns_;
  const RatioQuestion& question_;
  RatioChoice& choice_;
  absl::InlinedVector<Candidate, 16> candidates_;  // as FindCandidates left them
  absl::InlinedVector<CdnIndex, 4> spilled_;
  const Candidate* best_ = nullptr;  // of candidates_, by score; null = not known yet
  const Candidate* second_ = nullptr;
  std::shared_ptr<RatioTrace> trace_;   // null = nobody asks
  std::vector<RatioCandidate> traced_;  // of the list that is looked through
};

}  // namespace

void SetTargets(std::span<const CdnBucket> cdns, CompiledRatioRule& rule) {
  rule.key = StableHash(rule.spec.name);
  rule.weights_hash = rule.key;
  rule.targets.clear();
  double sum = 0;
  for (const auto& [cdn, weight] : rule.main) sum += weight;
  for (const auto& [cdn, weight] : rule.main) {
    const CdnShare target{cdns[cdn.value()].hash, weight / sum};
    rule.targets.push_back(target);
    rule.weights_hash =
        MixHash(MixHash(rule.weights_hash, target.cdn), std::bit_cast<uint64_t>(target.share));
  }
}

RatioChoice ChooseCdns(const CompiledRatioRule* rule, std::span<const CdnBucket> cdns,
                       const RatioQuestion& question) {
  RatioChoice choice;
  ChooseCdns(rule, cdns, question, choice);
  return choice;
}

void ChooseCdns(const CompiledRatioRule* rule, std::span<const CdnBucket> cdns,
                const RatioQuestion& question, RatioChoice& choice) {
  choice.rule = rule;
  if (rule != nullptr) Chooser(*rule, cdns, question, choice).Choose();
}

}  // namespace nearcast::scheduler
