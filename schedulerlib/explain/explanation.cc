#include "schedulerlib/explain/explanation.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "schedulerlib/explain/latency_steps.h"
#include "schedulerlib/explain/name_steps.h"
#include "schedulerlib/explain/play_steps.h"
#include "schedulerlib/explain/tier_steps.h"
#include "schedulerlib/model/tier.h"
#include "schedulerlib/stream/play_url.h"

namespace nearcast::scheduler {
namespace {

void AddSteps(const std::vector<std::string>& steps, Explanation& out) {
  out.steps.insert(out.steps.end(), steps.begin(), steps.end());
}

void AddLineStep(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
                 Explanation& out) {
  out.steps.push_back(LineStep(snapshot, decision, line));
  if (!line.node) return;
  if (line.nodes_kept) {
    out.steps.push_back(absl::StrCat(line.role, " line: switches would leave no node of CDN ",
                                     snapshot.cdn(line.cdn).spec.name,
                                     " that is not down: all its nodes stay"));
  }
  const size_t equal = EquallyNear(line.ranking.get(), snapshot.nearness->equal_cost_us());
  out.steps.push_back(
      equal > 1 ? absl::StrFormat("%s line: %d nodes are equally near (within %d ms); stream %s "
                                  "chooses %s among them by rendezvous",
                                  std::string(line.role), equal,
                                  snapshot.nearness->equal_cost_us() / 1000, decision.stream->name,
                                  snapshot.node(*line.node).spec.name)
                : absl::StrCat(line.role, " line: ", snapshot.node(*line.node).spec.name,
                               " is the nearest node that stands best"));
}

std::string VerdictWhy(const Ranked& ranked, const std::vector<Ranked>& ranking, size_t at,
                       size_t equal) {
  const Ranked& best = ranking.front();
  if (ranked.standing == Standing::kOff && best.standing != Standing::kOff) {
    return "passed over: a switch turns it off for this client";
  }
  if (ranked.standing != best.standing) {
    return absl::StrCat("passed over: ", StandingName(ranked.standing), " while others are ",
                        StandingName(best.standing));
  }
  if (at < equal) return "as near as the chosen one; rendezvous chose another";
  if (best.pinned) return absl::StrCat("behind the override's nodes", CostText(ranked));
  if (ranked.cost_us < best.cost_us) return absl::StrCat("nearer, but not named", CostText(ranked));
  return absl::StrFormat("farther: %+.1f ms%s", (ranked.cost_us - best.cost_us) / 1000.0,
                         CostText(ranked));
}

std::string VerdictChosen(const Ranked& ranked) {
  if (ranked.standing == Standing::kUsable) {
    return absl::StrCat("chosen: ", RungText(ranked), CostText(ranked));
  }
  return absl::StrCat("chosen as a last resort: it is ", StandingName(ranked.standing),
                      ", and nothing stands better");
}

void AddCandidates(const Snapshot& snapshot, const std::vector<Ranked>& ranking,
                   const std::vector<NodeIndex>& chosen, Explanation& out) {
  const size_t equal = EquallyNear(ranking, snapshot.nearness->equal_cost_us());
  for (size_t i = 0; i < ranking.size(); ++i) {
    const Ranked& ranked = ranking[i];
    const CompiledNode& node = snapshot.node(ranked.node);
    ExplainedCandidate& candidate = out.candidates.emplace_back();
    candidate.node = node.spec.name;
    candidate.cdn = node.spec.cdn;
    candidate.cost_ms = ranked.cost_us / 1000.0;
    candidate.rung = RungText(ranked);
    candidate.health = std::string(StandingName(ranked.standing));
    candidate.chosen = std::find(chosen.begin(), chosen.end(), ranked.node) != chosen.end();
    candidate.verdict =
        candidate.chosen ? VerdictChosen(ranked) : VerdictWhy(ranked, ranking, i, equal);
  }
}

std::string AddressText(const std::array<uint8_t, 4>& bytes) {
  return ipdb::IpAddress::FromV4Bytes(bytes).ToString();
}

std::string AddressText(const std::array<uint8_t, 16>& bytes) {
  return ipdb::IpAddress::FromV6Bytes(bytes).ToString();
}

// `part` is the client's place as names have it: of a divided cell its part.
CellRanking RankForName(const Snapshot& snapshot, CdnIndex cdn, const ClientPlace& part) {
  if (!snapshot.is_switched[cdn.value()]) return RankFor(snapshot, cdn, part);
  return snapshot.cdn(cdn).switched_rankings[part.cell.value()];
}

const OffNodes* OffAt(const Snapshot& snapshot, NodeIndex node, const ClientPlace& part) {
  if (snapshot.switched == nullptr) return nullptr;
  const OffTable* const off = snapshot.switched->OffOf(snapshot.node(node).cdn);
  return off == nullptr ? nullptr : &off->Of(part.cell.value());
}

// The ranking with the nodes in front that a place rule has chosen from outside of it.
CellRanking WithChosen(const Snapshot& snapshot, const NameAnswer& answer, const ClientPlace& place,
                       CellRanking ranking) {
  CellRanking front;
  for (const NodeIndex node : answer.nodes) {
    const bool is_ranked =
        std::any_of(ranking.begin(), ranking.end(),
                    [node](const Ranked& ranked) { return ranked.node == node; });
    if (is_ranked) continue;
    front.push_back(RankOne(place.location, CandidateOf(snapshot, node),
                            {.nearness = snapshot.nearness.get(),
                             .measured = snapshot.measured->Find(place.location),
                             .pinned = {},
                             .off = OffAt(snapshot, node, place)}));
  }
  ranking.insert(ranking.begin(), front.begin(), front.end());
  return ranking;
}

// In FLV, or else in the first format that is left.
std::string FirstUrl(const Snapshot& snapshot, const PlayDecision& decision, const PlayLine& line,
                     const TranscodeTemplate& tier) {
  std::string url = BuildPlayUrl(snapshot, decision, line, tier, "flv");
  for (const auto& [format, url_template] : snapshot.cdn(line.cdn).spec.pull_templates) {
    if (url.empty()) url = BuildPlayUrl(snapshot, decision, line, tier, format);
  }
  return url;
}

}  // namespace

Explanation ExplainPlay(const Snapshot& snapshot, const PlayDecision& decision) {
  Explanation out;
  out.revision = snapshot.revision;
  out.steps.push_back(absl::StrCat("stream ", decision.stream->name, " of publish point ",
                                   decision.stream->publish_point, " is ",
                                   StreamStateName(decision.stream->state)));
  AddSteps(PlaceSteps(snapshot, "viewer", decision.viewer->address, decision.place), out);
  AddSteps(SwitchSteps(snapshot, decision), out);
  AddSteps(RatioSteps(snapshot, decision), out);
  AddSteps(ScoreSteps(snapshot, decision), out);
  if (decision.held) {
    out.steps.push_back(absl::StrCat("the stream is held at CDN ", decision.stream->play_cdn,
                                     " (play_cdn), whatever the ratio rules chose"));
  }
  for (const PlayLine& line : decision.lines) {
    AddLineStep(snapshot, decision, line, out);
    if (line.node) AddCandidates(snapshot, line.ranking.get(), {*line.node}, out);
  }
  AddSteps(MadeSteps(snapshot, decision), out);
  out.steps.push_back(TierStep(snapshot, decision));
  AddSteps(LatencySteps(snapshot, decision), out);
  for (const PlayLine& line : decision.lines) {
    for (const TranscodeTemplate& tier : decision.tiers) {
      if (tier.tier != decision.default_tier) continue;
      out.answer.push_back(absl::StrCat(line.role, " ", TierKey(tier.tier), " ",
                                        FirstUrl(snapshot, decision, line, tier)));
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
  ClientPlace part = place;
  if (snapshot.is_switched[name.cdn.value()]) {
    part.cell = ipdb::CellId(snapshot.switched->PartOf(place.cell.value(), client));
  }
  const CellRanking ranking = RankForName(snapshot, name.cdn, part);
  out.steps.push_back(NameStep(snapshot, name));
  AddSteps(PlaceSteps(snapshot, "client", client, place), out);
  AddSteps(NameSwitchSteps(snapshot, name, place, client), out);
  out.steps.push_back(CauseStep(snapshot, match, part, ranking));
  out.steps.push_back(absl::StrCat("the /", static_cast<int>(decision.scope_bits),
                                   " around the client gets this very answer (the ECS scope)"));
  if (!decision.answer->ipv4.empty() && !decision.answer->ipv6.empty()) {
    out.steps.push_back(
        "A and AAAA are decided apart, each among the nodes that have such an address");
  }
  AddCandidates(snapshot, WithChosen(snapshot, *decision.answer, part, ranking),
                decision.answer->nodes, out);
  if (!decision.answer->cname.empty()) out.answer.push_back(decision.answer->cname);
  for (const auto& address : decision.answer->ipv4) out.answer.push_back(AddressText(address));
  for (const auto& address : decision.answer->ipv6) out.answer.push_back(AddressText(address));
  return out;
}

}  // namespace nearcast::scheduler
