#include "schedulerlib/split/ratio.h"

#include <array>

#include "absl/strings/str_cat.h"
#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

struct Condition {
  absl::string_view field;
  absl::string_view wanted;  // empty = anything
  absl::string_view found;
};

std::array<Condition, 5> Conditions(const RatioScope& scope, const RatioQuestion& question) {
  return {{{"stream", scope.stream, question.stream},
           {"publish_point", scope.publish_point, question.publish_point},
           {"isp", scope.isp, question.place->isp},
           {"region", scope.region, question.place->region},
           {"country", scope.country, question.place->country}}};
}

// Among those of that standing.
std::optional<CdnIndex> Draw(std::span<const CdnBucket> cdns, const CompiledWeights& weights,
                             uint64_t key, CdnStanding standing, std::optional<CdnIndex> except) {
  std::optional<CdnIndex> best;
  double best_score = 0;
  for (const auto& [cdn, weight] : weights) {
    const CdnBucket& bucket = cdns[cdn.value()];
    if (cdn == except || bucket.standing != standing) continue;
    const double score = RendezvousScore(key, bucket.hash, weight);
    if (!best || score > best_score) {
      best = cdn;
      best_score = score;
    }
  }
  return best;
}

}  // namespace

int Specificity(const RatioScope& scope) {
  int bits = 0;
  for (const std::string* field :
       {&scope.stream, &scope.publish_point, &scope.isp, &scope.region, &scope.country}) {
    bits = bits * 2 + (field->empty() ? 0 : 1);
  }
  return bits;
}

bool Matches(const RatioScope& scope, const RatioQuestion& question) {
  for (const Condition& c : Conditions(scope, question)) {
    if (!c.wanted.empty() && c.wanted != c.found) return false;
  }
  return true;
}

std::string WhyNot(const RatioScope& scope, const RatioQuestion& question) {
  for (const Condition& c : Conditions(scope, question)) {
    if (!c.wanted.empty() && c.wanted != c.found) {
      return absl::StrCat(c.field, " is ", c.found.empty() ? "unknown" : c.found, ", not ",
                          c.wanted);
    }
  }
  return "";
}

RatioChoice ChooseCdns(std::span<const CompiledRatioRule> rules, std::span<const CdnBucket> cdns,
                       const RatioQuestion& question) {
  RatioChoice choice;
  for (const CompiledRatioRule& rule : rules) {
    if (!Matches(rule.spec.scope, question)) continue;
    choice.rule = &rule;
    for (const CdnStanding standing : {CdnStanding::kUsable, CdnStanding::kLastResort}) {
      // A CDN that carries nobody of its own may still stand in when every weighted one is out.
      for (const CompiledWeights* weights : {&rule.main, &rule.backup}) {
        if (choice.main) continue;
        choice.main = Draw(cdns, *weights, question.viewer_key, standing, std::nullopt);
      }
    }
    if (choice.main) {
      choice.backup =
          Draw(cdns, rule.backup, question.viewer_key, CdnStanding::kUsable, choice.main);
    }
    break;
  }
  return choice;
}

}  // namespace nearcast::scheduler
