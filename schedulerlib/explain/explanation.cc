#include "schedulerlib/explain/explanation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/place/steering_builder.h"
#include "schedulerlib/split/ratio.h"

namespace nearcast::scheduler {
namespace {

std::string OrUnknown(const std::string& text) { return text.empty() ? "?" : text; }

std::string PlaceText(const ipdb::Location& at) {
  if (at.country.empty()) return "nowhere known";
  return absl::StrCat(at.country, " / ", OrUnknown(at.region), " / ", OrUnknown(at.city), " / ",
                      OrUnknown(at.isp));
}

std::string PlaceStep(absl::string_view who, const ipdb::IpAddress& address,
                      const ClientPlace& place) {
  return absl::StrCat(who, " ", address.ToString(), " is in ", PlaceText(place.location), " (cell ",
                      place.cell.value(), ", shared by the /", static_cast<int>(place.scope_bits),
                      " around it)");
}

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

absl::string_view StandingNote(CdnStanding standing) {
  switch (standing) {
    case CdnStanding::kUsable:
      return "";
    case CdnStanding::kLastResort:
      return " (a last resort: all its nodes are drained or down)";
    case CdnStanding::kOut:
      return " (unusable)";
  }
  return "";
}

std::string WeightsText(const Snapshot& snapshot, const CompiledWeights& weights) {
  return absl::StrJoin(weights, ", ", [&snapshot](std::string* out, const auto& weight) {
    const auto& [cdn, value] = weight;
    absl::StrAppend(out, snapshot.cdn(cdn).spec.name, "=", value,
                    StandingNote(snapshot.cdn_buckets[cdn.value()].standing));
  });
}

// Every rule that was looked at, up to and with the one that matched.
void AddRatioSteps(const Snapshot& snapshot, const PlayDecision& decision, Explanation& out) {
  const RatioQuestion question{.publish_point = decision.stream->publish_point,
                               .stream = decision.stream->name,
                               .place = &decision.place.location,
                               .viewer_key = 0};
  for (const CompiledRatioRule& rule : snapshot.ratio_rules) {
    const std::string why_not = WhyNot(rule.spec.scope, question);
    if (!why_not.empty()) {
      out.steps.push_back(
          absl::StrCat("ratio rule ", rule.spec.name, " does not match: ", why_not));
      continue;
    }
    out.steps.push_back(absl::StrCat(
        "ratio rule ", rule.spec.name, " matches (", ScopeText(rule.spec.scope), "): main ",
        WeightsText(snapshot, rule.main), "; backup ", WeightsText(snapshot, rule.backup)));
    break;
  }
}

void AddLineStep(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
                 Explanation& out) {
  const CompiledCdn& cdn = snapshot.cdn(line.cdn);
  out.steps.push_back(absl::StrCat(line.role, " line: viewer \"", decision.viewer->key,
                                   "\" falls to CDN ", cdn.spec.name,
                                   " by weighted rendezvous over its key"));
  if (!line.node) return;
  const size_t equal = EquallyNear(line.ranking);
  out.steps.push_back(
      equal > 1 ? absl::StrFormat("%s line: %d nodes are equally near (within %d ms); stream %s "
                                  "chooses %s among them by rendezvous",
                                  std::string(line.role), equal, kEqualCostUs / 1000,
                                  decision.stream->name, snapshot.node(*line.node).spec.name)
                : absl::StrCat(line.role, " line: ", snapshot.node(*line.node).spec.name,
                               " is the nearest node that stands best"));
}

std::string VerdictWhy(const Ranked& ranked, const std::vector<Ranked>& ranking, size_t at,
                       size_t equal) {
  const Ranked& best = ranking.front();
  if (ranked.standing != best.standing) {
    return absl::StrCat("passed over: ", StandingName(ranked.standing), " while others are ",
                        StandingName(best.standing));
  }
  if (at < equal) return "as near as the chosen one; rendezvous chose another";
  return absl::StrFormat("farther: +%.1f ms", (ranked.cost_us - best.cost_us) / 1000.0);
}

std::string VerdictChosen(const Ranked& ranked) {
  const std::string by = ranked.delay.by_bgp ? ", announces to the client's ISP by BGP" : "";
  if (ranked.standing == Standing::kUsable) {
    return absl::StrCat("chosen: ", RungName(ranked.delay.rung), by);
  }
  return absl::StrCat("chosen as a last resort: it is ", StandingName(ranked.standing),
                      ", and nothing stands better");
}

void AddCandidates(const Snapshot& snapshot, const std::vector<Ranked>& ranking,
                   const std::vector<NodeIndex>& chosen, Explanation& out) {
  const size_t equal = EquallyNear(ranking);
  for (size_t i = 0; i < ranking.size(); ++i) {
    const Ranked& ranked = ranking[i];
    const CompiledNode& node = snapshot.node(ranked.node);
    ExplainedCandidate& candidate = out.candidates.emplace_back();
    candidate.node = node.spec.name;
    candidate.cdn = node.spec.cdn;
    candidate.cost_ms = ranked.cost_us / 1000.0;
    candidate.rung = std::string(RungName(ranked.delay.rung));
    candidate.health = std::string(StandingName(ranked.standing));
    candidate.chosen = std::find(chosen.begin(), chosen.end(), ranked.node) != chosen.end();
    candidate.verdict =
        candidate.chosen ? VerdictChosen(ranked) : VerdictWhy(ranked, ranking, i, equal);
  }
}

void AddTierStep(const PlayDecision& decision, Explanation& out) {
  std::vector<absl::string_view> keys;
  for (const TranscodeTemplate& tier : decision.publish_point->tiers)
    keys.push_back(TierKey(tier.tier));
  const CompiledPublishPoint& point = *decision.publish_point;
  const bool by_policy = point.policy_sets_default || decision.grade_rule != nullptr;
  std::string why = by_policy ? absl::StrCat("quality policy ", point.spec.quality_policy)
                              : "the middle of the offered ones";
  if (decision.grade_rule != nullptr) {
    absl::StrAppend(&why, ": network grade ", decision.viewer->network_grade, " is at most ",
                    decision.grade_rule->grade_max);
  }
  out.steps.push_back(absl::StrCat("tiers ", absl::StrJoin(keys, " "), "; opens with ",
                                   TierKey(decision.default_tier), " (", why, ")"));
}

std::string AddressText(const std::array<uint8_t, 4>& bytes) {
  return ipdb::IpAddress::FromV4Bytes(bytes).ToString();
}

std::string AddressText(const std::array<uint8_t, 16>& bytes) {
  return ipdb::IpAddress::FromV6Bytes(bytes).ToString();
}

// What the order of equally near nodes follows.
std::string SpreadText(const CompiledName& name, const Snapshot::NameMatch& match) {
  switch (name.steering->spread) {
    case Spread::kPlace:
      return "the place";
    case Spread::kClient:
      return absl::StrCat("the client's network (/", static_cast<int>(kClientBitsV4), " or /",
                          static_cast<int>(kClientBitsV6), ")");
    case Spread::kStream:
      return absl::StrCat("the stream \"", match.stream, "\"");
  }
  return "";
}

}  // namespace

Explanation ExplainPlay(const Snapshot& snapshot, const PlayDecision& decision) {
  Explanation out;
  out.revision = snapshot.revision;
  out.steps.push_back(absl::StrCat("stream ", decision.stream->name, " of publish point ",
                                   decision.stream->publish_point, " is ",
                                   StreamStateName(decision.stream->state)));
  out.steps.push_back(PlaceStep("viewer", decision.viewer->address, decision.place));
  AddRatioSteps(snapshot, decision, out);
  if (decision.held) {
    out.steps.push_back(absl::StrCat("the stream is held at CDN ", decision.stream->play_cdn,
                                     " (play_cdn), whatever the ratio rules chose"));
  }
  for (const PlayLine& line : decision.lines) {
    AddLineStep(snapshot, decision, line, out);
    if (line.node) AddCandidates(snapshot, line.ranking, {*line.node}, out);
  }
  AddTierStep(decision, out);
  for (const PlayLine& line : decision.lines) {
    for (const TranscodeTemplate& tier : decision.publish_point->tiers) {
      if (tier.tier != decision.default_tier) continue;
      out.answer.push_back(absl::StrCat(line.role, " ", TierKey(tier.tier), " ",
                                        BuildPlayUrl(snapshot, decision, line, tier, "flv")));
    }
  }
  return out;
}

Explanation ExplainName(const Snapshot& snapshot, const Snapshot::NameMatch& match,
                        const ipdb::IpAddress& client) {
  Explanation out;
  out.revision = snapshot.revision;
  const CompiledName& name = *match.name;
  const NameDecision decision = DecideName(name, {.client = client, .stream = match.stream});
  const ClientPlace place = FindPlace(snapshot, client, "");
  const CellRanking ranking = RankFor(snapshot, name.cdn, place);
  out.steps.push_back(absl::StrCat("name ", name.name, " is scheduled over the nodes of CDN ",
                                   snapshot.cdn(name.cdn).spec.name, ", at most ", name.answers_max,
                                   " in an answer, TTL ", name.ttl_s, " s"));
  out.steps.push_back(PlaceStep("client", client, place));
  const size_t equal = EquallyNear(ranking);
  out.steps.push_back(absl::StrFormat(
      "%d of %d nodes rank nearest alike (within %d ms); their order is drawn by rendezvous over "
      "%s",
      equal, snapshot.cdn(name.cdn).nodes.size(), kEqualCostUs / 1000, SpreadText(name, match)));
  out.steps.push_back(absl::StrCat("the /", static_cast<int>(decision.scope_bits),
                                   " around the client gets this very answer (the ECS scope)"));
  if (!decision.answer->ipv4.empty() && !decision.answer->ipv6.empty()) {
    out.steps.push_back(
        "A and AAAA are decided apart, each among the nodes that have such an address");
  }
  AddCandidates(snapshot, ranking, decision.answer->nodes, out);
  if (!decision.answer->cname.empty()) {
    out.steps.push_back("a place rule, or the fallback while no node is usable, gives an alias");
    out.answer.push_back(decision.answer->cname);
  }
  for (const auto& address : decision.answer->ipv4) out.answer.push_back(AddressText(address));
  for (const auto& address : decision.answer->ipv6) out.answer.push_back(AddressText(address));
  return out;
}

}  // namespace nearcast::scheduler
