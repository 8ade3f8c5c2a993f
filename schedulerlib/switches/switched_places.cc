#include "schedulerlib/switches/switched_places.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "schedulerlib/place/rendezvous.h"

namespace nearcast::scheduler {
namespace {

// The slots that a share has: so many of them, the first in an order that the salt draws.
std::bitset<kShareSlots> DrawShare(double percent, uint64_t salt) {
  std::vector<std::pair<uint64_t, uint32_t>> order;
  for (uint32_t slot = 0; slot < kShareSlots; ++slot) order.emplace_back(MixHash(salt, slot), slot);
  std::sort(order.begin(), order.end());
  const auto exact = static_cast<uint32_t>(std::lround(percent / 100 * kShareSlots));
  const uint32_t count = std::clamp(exact, 1u, kShareSlots - 1);
  std::bitset<kShareSlots> share;
  for (uint32_t i = 0; i < count; ++i) share.set(order[i].second);
  return share;
}

MatchQuestion QuestionAt(const ipdb::Location& place) {
  MatchQuestion question;
  question.text(MatchAttribute::kCountry) = place.country;
  question.text(MatchAttribute::kRegion) = place.region;
  question.text(MatchAttribute::kIsp) = place.isp;
  return question;
}

// A cell's slots on their way into parts: the part of each, and which switches apply to each part.
struct Parts {
  Division division;
  std::vector<std::vector<uint32_t>> applied = {{}};

  // False, and nothing happens, when that would be too many.
  bool Split(uint32_t by, const std::bitset<kShareSlots>& share) {
    // By part and whether the share has it: the new part.
    std::map<std::pair<uint32_t, bool>, uint32_t> renamed;
    for (uint32_t slot = 0; slot < kShareSlots; ++slot) {
      renamed.try_emplace({division.part_of_slot[slot], share[slot]}, 0);
    }
    if (renamed.size() > kPartsMax) return false;
    std::vector<std::vector<uint32_t>> now;
    for (auto& [key, part] : renamed) {
      part = static_cast<uint32_t>(now.size());
      now.push_back(applied[key.first]);
      if (key.second) now.back().push_back(by);
    }
    for (uint32_t slot = 0; slot < kShareSlots; ++slot) {
      uint8_t& part = division.part_of_slot[slot];
      part = static_cast<uint8_t>(renamed.at({part, share[slot]}));
    }
    applied = std::move(now);
    return true;
  }
};

}  // namespace

bool ReachesNames(const CompiledMatch& match) {
  return !match.has_version && match.grade_min == 0 && match.grade_max == 0 &&
         std::all_of(match.conditions.begin(), match.conditions.end(), [](const auto& condition) {
           return condition.attribute == MatchAttribute::kCountry ||
                  condition.attribute == MatchAttribute::kRegion ||
                  condition.attribute == MatchAttribute::kIsp;
         });
}

std::vector<uint32_t> FindNameSwitches(const SwitchedPlacesInput& input, absl::Time now) {
  const auto is_answered = [&input](CdnIndex cdn) { return input.is_answered[cdn.value()]; };
  const auto is_nodes_answered = [&](NodeIndex node) {
    return is_answered(input.cdn_of_node[node.value()]);
  };
  std::vector<uint32_t> found;
  const auto& switches = input.board->switches();
  for (uint32_t i = 0; i < switches.size(); ++i) {
    const CompiledSwitch& each = switches[i];
    if (now >= each.spec.expire_at || !ReachesNames(input.board->match(i))) continue;
    if (std::any_of(each.cdns_off.begin(), each.cdns_off.end(), is_answered) ||
        std::any_of(each.nodes_off.begin(), each.nodes_off.end(), is_nodes_answered)) {
      found.push_back(i);
    }
  }
  return found;
}

class SwitchedPlaces::Builder {
 public:
  Builder(const SwitchedPlacesInput& input, SwitchedPlaces& to)
      : input_(input), to_(to), off_(input.is_answered.size()) {
    for (OffTable& table : off_) table.sets.emplace_back();
  }

  void Build() {
    DrawShares();
    FindMeetings();
    const auto client_cells = static_cast<uint32_t>(input_.clients->cell_count());
    CellDivisions divisions;
    divisions.client_cells = client_cells;
    divisions.divisions = std::move(divisions_);
    std::vector<uint32_t> further;  // the cells that further parts are of
    for (uint32_t cell = 0; cell < client_cells; ++cell) {
      const Meeting& meeting = to_.meetings_[to_.meeting_of_cell_[cell]];
      to_.refused_cells_ += meeting.refused.empty() ? 0 : 1;
      SetOff(meeting.off_of_part[0]);
      if (!meeting.division) continue;
      const auto parts = static_cast<uint32_t>(meeting.off_of_part.size());
      divisions.cells.push_back(
          {cell, *meeting.division, parts, client_cells + static_cast<uint32_t>(further.size())});
      further.resize(further.size() + parts - 1, cell);
    }
    for (const DividedCell& cell : divisions.cells) {
      const Meeting& meeting = to_.meetings_[to_.meeting_of_cell_[cell.cell]];
      for (uint32_t part = 1; part < cell.parts; ++part) SetOff(meeting.off_of_part[part]);
    }
    to_.clients_ = further.empty() ? input_.clients : input_.clients->WithFurtherCells(further);
    if (!divisions.cells.empty()) {
      to_.divisions_ = std::make_shared<const CellDivisions>(std::move(divisions));
    }
    for (OffTable& table : off_) {
      to_.off_.push_back(
          table.sets.size() == 1 ? nullptr : std::make_shared<const OffTable>(std::move(table)));
    }
  }

 private:
  const CompiledSwitch& SwitchAt(uint32_t at) const { return input_.board->switches()[at]; }

  void DrawShares() {
    for (const uint32_t at : to_.switches_) {
      const CompiledMatch& match = input_.board->match(at);
      if (match.draw_max == UINT64_MAX) continue;
      to_.shares_.emplace(at, DrawShare(SwitchAt(at).spec.match.percent, match.salt));
    }
  }

  void FindMeetings() {
    std::vector<CompiledMatch> matches;
    for (const uint32_t at : to_.switches_) {
      CompiledMatch& match = matches.emplace_back(input_.board->match(at));
      match.draw_max = UINT64_MAX;  // shares come later
    }
    const MatchIndex index(std::move(matches));
    std::map<std::vector<uint32_t>, uint32_t> known;
    for (uint32_t cell = 0; cell < input_.clients->cell_count(); ++cell) {
      std::vector<uint32_t> found;
      for (const uint32_t i :
           index.Find(QuestionAt(input_.clients->location(ipdb::CellId(cell))))) {
        found.push_back(to_.switches_[i]);
      }
      const auto [at, is_new] =
          known.try_emplace(found, static_cast<uint32_t>(to_.meetings_.size()));
      if (is_new) AddMeeting(found);
      to_.meeting_of_cell_.push_back(at->second);
    }
  }

  void AddMeeting(const std::vector<uint32_t>& found) {
    Meeting& meeting = to_.meetings_.emplace_back();
    Parts parts;
    for (const uint32_t at : found) {
      const auto share = to_.shares_.find(at);
      if (share == to_.shares_.end()) {
        meeting.whole.push_back(at);
      } else if (parts.Split(at, share->second)) {
        meeting.shared.push_back(at);
      } else {
        meeting.refused.push_back(at);
      }
    }
    // Parts with the same nodes off are one.
    std::map<std::vector<uint32_t>, uint8_t> known;
    std::vector<uint8_t> renamed;
    for (std::vector<uint32_t>& applied : parts.applied) {
      applied.insert(applied.end(), meeting.whole.begin(), meeting.whole.end());
      std::vector<uint32_t> off = OffOfAll(applied);
      const auto [at, is_new] = known.try_emplace(off, static_cast<uint8_t>(known.size()));
      if (is_new) meeting.off_of_part.push_back(std::move(off));
      renamed.push_back(at->second);
    }
    if (meeting.off_of_part.size() == 1) return;
    for (uint8_t& part : parts.division.part_of_slot) part = renamed[part];
    meeting.division = static_cast<uint32_t>(divisions_.size());
    divisions_.push_back(parts.division);
  }

  // By CDN, the set of nodes that these switches together turn off.
  std::vector<uint32_t> OffOfAll(const std::vector<uint32_t>& applied) {
    std::vector<OffNodes> off(off_.size());
    for (const uint32_t at : applied) {
      const CompiledSwitch& each = SwitchAt(at);
      for (const CdnIndex cdn : each.cdns_off) off[cdn.value()].all = true;
      for (const NodeIndex node : each.nodes_off) {
        off[input_.cdn_of_node[node.value()].value()].nodes.push_back(node);
      }
    }
    std::vector<uint32_t> sets;
    for (size_t cdn = 0; cdn < off.size(); ++cdn) {
      if (!input_.is_answered[cdn]) off[cdn] = {};
      sets.push_back(SetOf(std::move(off[cdn]), off_[cdn].sets));
    }
    return sets;
  }

  // Its place among the sets, where it is put if it is new.
  static uint32_t SetOf(OffNodes off, std::vector<OffNodes>& sets) {
    if (off.all) off.nodes.clear();
    std::sort(off.nodes.begin(), off.nodes.end());
    off.nodes.erase(std::unique(off.nodes.begin(), off.nodes.end()), off.nodes.end());
    const auto at = std::find(sets.begin(), sets.end(), off);
    const auto index = static_cast<uint32_t>(at - sets.begin());
    if (at == sets.end()) sets.push_back(std::move(off));
    return index;
  }

  // For the next cell.
  void SetOff(const std::vector<uint32_t>& set_of_cdn) {
    for (size_t cdn = 0; cdn < off_.size(); ++cdn) {
      off_[cdn].set_of_cell.push_back(set_of_cdn[cdn]);
    }
  }

  const SwitchedPlacesInput& input_;
  SwitchedPlaces& to_;
  std::vector<Division> divisions_;
  std::vector<OffTable> off_;  // by CDN
};

SwitchedPlaces::SwitchedPlaces(const SwitchedPlacesInput& input, std::vector<uint32_t> switches)
    : switches_(std::move(switches)) {
  for (const uint32_t at : switches_) {
    expire_at_ = std::min(expire_at_, input.board->switches()[at].spec.expire_at);
  }
  Builder(input, *this).Build();
}

uint32_t SwitchedPlaces::PartOf(uint32_t cell, const ipdb::IpAddress& client) const {
  if (divisions_ == nullptr) return cell;
  const auto& cells = divisions_->cells;
  const auto at = std::lower_bound(
      cells.begin(), cells.end(), cell,
      [](const DividedCell& divided, uint32_t wanted) { return divided.cell < wanted; });
  if (at == cells.end() || at->cell != cell) return cell;
  return at->CellOfPart(divisions_->divisions[at->division].PartOf(client));
}

std::vector<uint32_t> SwitchedPlaces::AppliedTo(uint32_t cell,
                                                const ipdb::IpAddress& client) const {
  const Meeting& meeting = meetings_[meeting_of_cell_[cell]];
  std::vector<uint32_t> applied = meeting.whole;
  for (const uint32_t at : meeting.shared) {
    if (shares_.at(at)[ShareSlotOf(client)]) applied.push_back(at);
  }
  std::sort(applied.begin(), applied.end());
  return applied;
}

}  // namespace nearcast::scheduler
