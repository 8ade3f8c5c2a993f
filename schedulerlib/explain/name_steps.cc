#include "schedulerlib/explain/name_steps.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

namespace nearcast::scheduler {
namespace {

bool Has(const std::vector<uint32_t>& list, uint32_t item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string OrUnknown(const std::string& text) { return text.empty() ? "?" : text; }

std::string PlaceText(const ipdb::Location& at) {
  if (at.country.empty()) return "nowhere known";
  return absl::StrCat(at.country, " / ", OrUnknown(at.region), " / ", OrUnknown(at.city), " / ",
                      OrUnknown(at.isp));
}

std::string NodesText(const Snapshot& snapshot, const std::vector<NodeIndex>& nodes) {
  return absl::StrJoin(nodes, ", ", [&snapshot](std::string* out, NodeIndex node) {
    absl::StrAppend(out, snapshot.node(node).spec.name);
  });
}

// "440000/chinatelecom": the fields that a rule asks for.
std::string MatchText(const ipdb::Location& match) {
  std::vector<std::string> parts;
  for (const std::string* field : {&match.country, &match.region, &match.city, &match.isp}) {
    if (!field->empty()) parts.push_back(*field);
  }
  return parts.empty() ? "everywhere" : absl::StrJoin(parts, "/");
}

std::string OverrideStep(const Snapshot& snapshot, const ClientOverride& override,
                         const ipdb::IpAddress& address) {
  std::vector<std::string> says;
  if (override.location != ipdb::Location()) {
    says.push_back("the client is taken as being there");
  }
  if (!override.nodes.empty()) {
    says.push_back(absl::StrCat("nodes ", NodesText(snapshot, override.nodes),
                                " go first while they are usable"));
  }
  if (!override.cname.empty()) {
    says.push_back(
        absl::StrCat("else alias ", override.cname,
                     override.cname_for.empty()
                         ? ""
                         : absl::StrCat(" for ", absl::StrJoin(override.cname_for, ", "))));
  }
  return absl::StrCat("prefix override ", override.name, " holds ",
                      snapshot.clients->PrefixOf(override, address).ToString(), ": ",
                      absl::StrJoin(says, "; "));
}

void AddNearnessSteps(const Snapshot& snapshot, const ipdb::Location& place,
                      std::vector<std::string>& steps) {
  const NearnessTable& nearness = *snapshot.nearness;
  const uint32_t group = nearness.GroupOf(place);
  if (group != kNoGroup) {
    steps.push_back(absl::StrCat("region group ", nearness.policy().region_groups[group].name,
                                 ": no distance to the nodes in it"));
  }
  if (const IspFallback* row = nearness.FallbackFor(place)) {
    steps.push_back(
        absl::StrCat("fallback row for ", row->match.isp, ": ",
                     absl::StrJoin(row->next, ", ", [](std::string* out, const IspNext& next) {
                       absl::StrAppendFormat(out, "%s +%.1f ms", next.isp, next.extra_us / 1000.0);
                     })));
  }
  if (const MeasuredTable::Row* row = snapshot.measured->Find(place)) {
    steps.push_back(absl::StrCat("measured delays from there are known for ", row->size(),
                                 " nodes and go before the table"));
  }
}

bool MayAnswer(const Snapshot& snapshot, const CompiledName& name, CdnIndex cdn) {
  if (name.cdn == cdn) return true;
  const auto is_of_cdn = [&](const std::string& node) {
    return snapshot.node(*snapshot.FindNode(node)).cdn == cdn;
  };
  return std::any_of(name.rules.begin(), name.rules.end(), [&](const PlaceRule& rule) {
    return std::any_of(rule.nodes.begin(), rule.nodes.end(), is_of_cdn);
  });
}

// "node/gz, cdn/own": what of a switch a name may answer; empty when that is nothing.
std::string OffText(const Snapshot& snapshot, const CompiledName& name,
                    const CompiledSwitch& item) {
  std::vector<std::string> parts;
  for (const CdnIndex cdn : item.cdns_off) {
    if (!MayAnswer(snapshot, name, cdn)) continue;
    parts.push_back(absl::StrCat("cdn/", snapshot.cdn(cdn).spec.name));
  }
  for (const NodeIndex node : item.nodes_off) {
    if (!MayAnswer(snapshot, name, snapshot.node(node).cdn)) continue;
    parts.push_back(absl::StrCat("node/", snapshot.node(node).spec.name));
  }
  return absl::StrJoin(parts, ", ");
}

// Of a switch that does not apply to a name's client.
std::string WhyNotHere(const Snapshot& snapshot, uint32_t at, const ClientPlace& place) {
  CompiledMatch match = snapshot.switches.match(at);
  match.draw_max = UINT64_MAX;  // it is networks that are drawn, not viewers
  MatchQuestion question;
  question.text(MatchAttribute::kCountry) = place.location.country;
  question.text(MatchAttribute::kRegion) = place.location.region;
  question.text(MatchAttribute::kIsp) = place.location.isp;
  const std::string why_not = WhyNot(match, question);
  if (!why_not.empty()) {
    const absl::string_view beyond =
        ReachesNames(match) ? "" : " (of a name's client its place alone is known)";
    return absl::StrCat(why_not, beyond);
  }
  if (snapshot.switched == nullptr || !Has(snapshot.switched->switches(), at)) {
    return "it has expired";
  }
  const auto& refused = snapshot.switched->RefusedAt(place.cell.value());
  if (!Has(refused, at)) {
    return "the client's network is not in the drawn percentage";
  }
  return "more percentages meet in this place than names can be divided by";
}

std::string RuleText(const PlaceRule& rule) {
  return rule.cname.empty() ? absl::StrCat("nodes ", absl::StrJoin(rule.nodes, ", "))
                            : absl::StrCat("alias ", rule.cname);
}

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

std::string NameStep(const Snapshot& snapshot, const CompiledName& name) {
  const std::string why =
      name.ttl_s == name.declared_ttl_s
          ? ""
          : absl::StrCat(" (instead of ", name.declared_ttl_s, " s: a switch ends soon)");
  return absl::StrCat("name ", name.name, " is scheduled over the nodes of CDN ",
                      snapshot.cdn(name.cdn).spec.name, ", at most ", name.answers_max,
                      " in an answer, TTL ", name.ttl_s, " s", why);
}

std::vector<std::string> NameSwitchSteps(const Snapshot& snapshot, const CompiledName& name,
                                         const ClientPlace& place, const ipdb::IpAddress& client) {
  std::vector<std::string> applied_steps;
  std::vector<std::string> other_steps;
  std::vector<uint32_t> applied;
  if (snapshot.switched != nullptr)
    applied = snapshot.switched->AppliedTo(place.cell.value(), client);
  const auto& switches = snapshot.switches.switches();
  for (uint32_t i = 0; i < switches.size(); ++i) {
    const std::string off = OffText(snapshot, name, switches[i]);
    if (off.empty()) continue;
    const Switch& spec = switches[i].spec;
    if (Has(applied, i)) {
      applied_steps.push_back(absl::StrCat("switch ", spec.name, " applies (",
                                           DescribeMatch(spec.match), "): ", off, " off"));
    } else if (other_steps.size() < kToldNameSwitchesMax) {
      other_steps.push_back(
          absl::StrCat("switch ", spec.name, " does not apply: ", WhyNotHere(snapshot, i, place)));
    }
  }
  applied_steps.insert(applied_steps.end(), other_steps.begin(), other_steps.end());
  return applied_steps;
}

std::vector<std::string> PlaceSteps(const Snapshot& snapshot, absl::string_view who,
                                    const ipdb::IpAddress& address, const ClientPlace& place) {
  std::vector<std::string> steps;
  steps.push_back(absl::StrCat(who, " ", address.ToString(), " is in ", PlaceText(place.location),
                               " (cell ", place.cell.value(), ", shared by the /",
                               static_cast<int>(place.scope_bits), " around it)"));
  if (place.override != nullptr) {
    steps.push_back(OverrideStep(snapshot, *place.override, address));
  }
  AddNearnessSteps(snapshot, place.location, steps);
  return steps;
}

std::string CauseStep(const Snapshot& snapshot, const Snapshot::NameMatch& match,
                      const ClientPlace& place, const CellRanking& ranking) {
  const CompiledName& name = *match.name;
  const SteeringCause cause = name.steering->cause_of_cell[place.cell.value()];
  switch (cause.kind) {
    case SteeringCause::Kind::kOverrideNodes:
      return absl::StrCat("prefix override ", place.override->name, " decides who goes first");
    case SteeringCause::Kind::kOverrideAlias:
      return absl::StrCat("prefix override ", place.override->name,
                          " gives its alias: it has no node of this CDN that is usable");
    case SteeringCause::Kind::kPlaceRule: {
      const PlaceRule& rule = name.rules[cause.rule];
      return absl::StrCat("place rule ", cause.rule, " (", MatchText(rule.match),
                          ") decides: ", RuleText(rule));
    }
    case SteeringCause::Kind::kFallbackAlias:
      return "no node is usable: the fallback alias is given";
    case SteeringCause::Kind::kRanking:
      break;
  }
  if (!ranking.empty() && ranking.front().standing == Standing::kOff) {
    return "switches leave the client no node that is up: they give way, and the nearest is given "
           "all "
           "the same";
  }
  return absl::StrFormat(
      "%d of %d nodes rank nearest alike (within %d ms); their order is drawn by rendezvous over "
      "%s",
      EquallyNear(ranking, snapshot.nearness->equal_cost_us()), snapshot.cdn(name.cdn).nodes.size(),
      snapshot.nearness->equal_cost_us() / 1000, SpreadText(name, match));
}

std::string RungText(const Ranked& ranked) {
  if (ranked.pinned) return "prefix-override";
  return ranked.delay.measured ? "measured" : std::string(RungName(ranked.delay.rung));
}

std::string CostText(const Ranked& ranked) {
  std::string text;
  if (ranked.delay.by_bgp) absl::StrAppend(&text, ", announces to the client's ISP by BGP");
  if (ranked.pinned) absl::StrAppend(&text, ", ", RungName(ranked.delay.rung));
  if (ranked.delay.measured) {
    absl::StrAppend(
        &text, ranked.pinned ? ", measured" : "",
        ranked.pinned ? "" : absl::StrCat(", ", RungName(ranked.delay.rung), " by the table"));
  }
  const int32_t load_us = ranked.cost_us - ranked.delay.us;
  if (load_us > 0) absl::StrAppendFormat(&text, ", +%.1f ms for its load", load_us / 1000.0);
  return text;
}

}  // namespace nearcast::scheduler
